#pragma once

#include <set>
#include <string>
#include <vector>

#include "api/client/informer.h"
#include "operator/ingress/decode_cache.h"
#include "operator/ingress/routing_plan.h"
#include "operator/runtime/controller.h"
#include "operator/runtime/events.h"
#include "operator/runtime/reconciler.h"

namespace croft::ingress {

// The informers that routes are made from.
struct Sources {
  client::Informer& ingresses;
  client::Informer& classes;
  client::Informer& lab_ingresses;
  client::Informer& services;
  client::Informer& slices;
  client::Informer& lab_services;
  client::Informer& certificates;
  client::Informer& secrets;  // of type kubernetes.io/tls
};

// All routes at once, under the one key kRoutes: whatever changes, the whole model is planned again and handed to the
// proxy, at most every 20 ms, so that a burst of changes is one step. Then says on each Ingress where it answers and,
// once, what is wrong with it.
class IngressController final : public runtime::Reconciler {
 public:
  // `addresses` are where the proxy is reached from outside.
  IngressController(runtime::Context context, Sources sources, Proxy& proxy,
                    std::vector<types::LoadBalancerIngress> addresses);
  runtime::Outcome Reconcile(const Key& key) override;

  static Key RoutesKey() { return {"", "routes"}; }

 private:
  World Gather();
  Status WriteStatus(const ServedIngress& served, const Status& applied);
  Status WriteLabStatus(const ServedIngress& served, const Status& applied, const types::lab::Ingress& before);
  void Tell(const RoutingPlan& plan);

  runtime::Context context_;
  Sources sources_;
  Proxy& proxy_;
  const std::vector<types::LoadBalancerIngress> addresses_;
  runtime::EventRecorder events_;

  // One key: Reconcile never runs twice at once.
  DecodeCache<types::Ingress> ingresses_;
  DecodeCache<types::IngressClass> classes_;
  DecodeCache<types::lab::Ingress> lab_ingresses_;
  DecodeCache<types::Service> services_;
  DecodeCache<types::EndpointSlice> slices_;
  DecodeCache<types::lab::Service> lab_services_;
  DecodeCache<types::lab::Certificate> certificates_;
  DecodeCache<types::Secret> secrets_;
  std::map<Key, Ref<types::Ingress>> ingress_by_key_;
  std::map<Key, Ref<types::lab::Ingress>> lab_ingress_by_key_;
  std::set<std::string> told_;  // issues that have become events and still hold
  SteadyTime last_{};
};

}  // namespace croft::ingress
