#include "operator/ingress/backend_plan.h"

#include <algorithm>
#include <set>

#include "operator/ingress/names.h"

namespace croft::ingress {
namespace {

std::string PortText(const DeclaredBackend& declared) {
  return declared.port_name.empty() ? std::to_string(declared.port) : declared.port_name;
}

// By number or name; the first when neither is given.
const types::ServicePort* FindPort(const types::Service& service, const DeclaredBackend& declared) {
  for (const types::ServicePort& port : service.spec.ports) {
    if (!port.protocol.empty() && port.protocol != "TCP") continue;
    if (!declared.port_name.empty() ? port.name == declared.port_name
                                    : declared.port == 0 || port.port == declared.port) {
      return &port;
    }
  }
  return nullptr;
}

ResolvedBackend FromAddress(const std::string& label, const std::string& host, int port) {
  if ((!IsIpAddress(host) && (host.empty() || !IsRouteHost(host) || host.front() == '*')) || port < 1 || port > 65535) {
    return {{}, label + " names no valid host and port"};
  }
  ResolvedBackend out;
  out.backend.endpoints = {{host, host, port, false}};
  return out;
}

}  // namespace

std::vector<Endpoint> PlanEndpoints(const std::vector<Ref<types::EndpointSlice>>& slices,
                                    const std::string& port_name) {
  std::vector<Endpoint> ready;
  std::vector<Endpoint> ending;
  for (const auto& slice : slices) {
    const auto port =
        std::find_if(slice->ports.begin(), slice->ports.end(), [&port_name](const types::EndpointPort& p) {
          return p.name == port_name && (p.protocol.empty() || p.protocol == "TCP") && p.port.has_value();
        });
    if (port == slice->ports.end() || slice->metadata.deleting()) continue;
    for (const types::Endpoint& endpoint : slice->endpoints) {
      if (endpoint.addresses.empty() || !IsIpAddress(endpoint.addresses[0])) continue;
      const std::string& ip = endpoint.addresses[0];
      const bool has_id = endpoint.target_ref.has_value() && !endpoint.target_ref->uid.empty();
      const Endpoint planned{has_id ? endpoint.target_ref->uid : ip, ip, *port->port, false};
      const bool is_ready = endpoint.conditions.ready.value_or(true);
      const bool terminating = endpoint.conditions.terminating.value_or(false);
      if (is_ready && !terminating) ready.push_back(planned);
      if (terminating && endpoint.conditions.serving.value_or(is_ready)) ending.push_back(planned);
    }
  }
  // An address may stand in two slices for a moment, while it moves between them.
  std::set<std::pair<std::string, int>> seen;
  std::vector<Endpoint> all;
  for (const Endpoint& endpoint : ready) {
    if (seen.emplace(endpoint.ip, endpoint.port).second) all.push_back(endpoint);
  }
  for (Endpoint& endpoint : ending) {
    endpoint.draining = !ready.empty();
    if (seen.emplace(endpoint.ip, endpoint.port).second) all.push_back(endpoint);
  }
  std::sort(all.begin(), all.end(), [](const Endpoint& a, const Endpoint& b) {
    return std::tie(a.id, a.ip, a.port) < std::tie(b.id, b.ip, b.port);
  });
  return all;
}

ResolvedBackend ResolveBackend(const DeclaredBackend& declared, const std::string& ns, const World& world) {
  using Kind = DeclaredBackend::Kind;
  if (!declared.refused.empty()) return {{}, declared.refused};
  if (declared.kind == Kind::kNone) return {{}, "the backend names no Service"};
  if (declared.kind == Kind::kAddress) {
    ResolvedBackend out = FromAddress("the address", declared.name, declared.port);
    if (out.why.empty()) out.backend.name = SafeName(ns + "__" + declared.name + "_" + std::to_string(declared.port));
    return out;
  }
  // A lab Service converges to a core Service of its own name.
  const Key key{ns, declared.name};
  const auto found = world.services.find(key);
  if (found == world.services.end()) {
    const bool lab_is_there = declared.kind == Kind::kLabService && world.lab_services.count(key) > 0;
    if (lab_is_there) return {{}, "lab Service " + key.ToString() + " has no core Service yet"};
    return {{},
            (declared.kind == Kind::kLabService ? "lab Service " : "Service ") + key.ToString() + " does not exist"};
  }
  const types::Service& service = *found->second;
  const std::string name = SafeName(ns + "_" + declared.name + "_" + PortText(declared));
  if (service.spec.type == "ExternalName") {
    const int port = declared.port != 0 ? declared.port : service.spec.ports.empty() ? 0 : service.spec.ports[0].port;
    ResolvedBackend out = FromAddress("Service " + key.ToString(), service.spec.external_name, port);
    if (out.why.empty()) out.backend.name = name;
    return out;
  }
  const types::ServicePort* port = FindPort(service, declared);
  if (port == nullptr) return {{}, "Service " + key.ToString() + " has no TCP port " + PortText(declared)};
  std::vector<Ref<types::EndpointSlice>> slices;
  const auto [begin, end] = world.slices.equal_range(key);
  for (auto it = begin; it != end; ++it) slices.push_back(it->second);
  ResolvedBackend out;
  // By number, so that routes by name and by number share one backend.
  out.backend.name = SafeName(ns + "_" + declared.name + "_" + std::to_string(port->port));
  out.backend.endpoints = PlanEndpoints(slices, port->name);
  if (out.backend.endpoints.empty()) out.why = "Service " + key.ToString() + " has no ready endpoint";
  return out;
}

}  // namespace croft::ingress
