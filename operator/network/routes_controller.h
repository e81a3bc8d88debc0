#pragma once

#include "api/client/informer.h"
#include "operator/network/net.h"
#include "operator/runtime/controller.h"

namespace croft::network {

// Keeps this machine's routes to the pods of all nodes as the Nodes say (spec.podCIDR by way of status.addresses'
// InternalIP). Runs wherever pods are spoken to: in each agent, and in the server for the ingress. All of it hangs on
// one key, since routes are set as a whole; a failure, as of a node that is not on this machine's link, is tried again
// and keeps no other node from being routed.
class RoutesController final : public runtime::Reconciler {
 public:
  // Both outlive it.
  RoutesController(const client::Informer& nodes, Net& net) : nodes_(nodes), net_(net) {}
  runtime::Outcome Reconcile(const Key& key) override;

  // Adds one to `manager`, with its watch of Nodes.
  static runtime::Controller& AddTo(runtime::Manager& manager, Net& net);

 private:
  const client::Informer& nodes_;
  Net& net_;
};

}  // namespace croft::network
