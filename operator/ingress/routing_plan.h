#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/types/lab.h"
#include "api/types/network.h"
#include "operator/ingress/declared.h"
#include "operator/ingress/proxy.h"

namespace croft::ingress {

// What routes are made of. The maps are by the object's key.
struct World {
  std::vector<DeclaredIngress> ingresses;  // as DeclareAll orders them
  std::map<Key, Ref<types::Service>> services;
  std::multimap<Key, Ref<types::EndpointSlice>> slices;  // by their Service's key
  std::map<Key, Ref<types::lab::Service>> lab_services;
  std::map<Key, Ref<types::lab::Certificate>> certificates;
  std::map<Key, Ref<types::Secret>> secrets;  // of type kubernetes.io/tls
};

// How one Ingress fares.
struct ServedIngress {
  types::ObjectReference about;
  Key key;
  bool lab = false;
  std::vector<std::string> hosts;
  std::vector<Issue> issues;
  std::vector<std::string> waiting_backends;      // sentences: why a route answers 503
  std::vector<std::string> waiting_certificates;  // sentences: whose HTTPS is not verified yet
};

struct RoutingPlan {
  RoutingModel model;
  std::vector<ServedIngress> ingresses;
};

// Which route goes where. Pure and deterministic: a model that is the same is equal.
// - The most specific route is first: exact hosts, then wildcards, then any; exact paths, then prefixes, longest first.
// - Of two Ingresses with the same host and path the older serves it, and the other gets an Issue.
// - A default backend takes what its Ingress' own rules leave: of their hosts, and of hosts that nobody names.
RoutingPlan PlanRoutes(const World& world);

// The endpoints of a Service's port: the ready ones; those that end but still serve are draining, or, when no ready one
// is there, are all there is. `port_name` is the Service port's name.
std::vector<Endpoint> PlanEndpoints(const std::vector<Ref<types::EndpointSlice>>& slices, const std::string& port_name);

}  // namespace croft::ingress
