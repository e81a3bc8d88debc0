#include "operator/workloads/endpoints_plan.h"

#include <algorithm>
#include <map>
#include <set>

#include "api/base/id.h"
#include "api/object/json.h"

namespace croft::workloads {
namespace {

struct Address {
  types::Endpoint endpoint;
  std::string pod;
  bool ready = false;
  bool terminating = false;
};
// Endpoints by address family and the ports that they listen on.
using Groups = std::map<std::pair<std::string, std::vector<std::tuple<std::string, std::string, int32_t, std::string>>>,
                        std::vector<Address>>;

std::string Family(const std::string& ip) {
  return ip.find(':') == std::string::npos ? "IPv4" : "IPv6";
}

// Of one pod; 0 when it has no port of that name.
int32_t ResolvePort(const types::ServicePort& port, const types::Pod& pod) {
  if (!port.target_port) return port.port;
  if (!port.target_port->is_string) {
    return port.target_port->number > 0 ? static_cast<int32_t>(port.target_port->number) : port.port;
  }
  const std::string protocol = port.protocol.empty() ? "TCP" : port.protocol;
  for (const types::Container& container : pod.spec.containers) {
    for (const types::ContainerPort& candidate : container.ports) {
      const std::string spoken = candidate.protocol.empty() ? "TCP" : candidate.protocol;
      if (candidate.name == port.target_port->text && spoken == protocol) return candidate.container_port;
    }
  }
  return 0;
}

Groups GroupPods(const types::Service& service, const std::vector<types::Pod>& pods) {
  Groups groups;
  for (const types::Pod& pod : pods) {
    if (pod.status.pod_ip.empty() || types::IsFinished(pod)) continue;
    typename Groups::key_type::second_type ports;
    for (const types::ServicePort& port : service.spec.ports) {
      const int32_t number = ResolvePort(port, pod);
      if (number != 0) {
        ports.emplace_back(port.name, port.protocol.empty() ? "TCP" : port.protocol, number, port.app_protocol);
      }
    }
    if (ports.empty() && !service.spec.ports.empty()) continue;
    Address address;
    address.pod = pod.metadata.name;
    address.terminating = pod.metadata.deleting();
    const bool serving = types::IsReady(pod);
    address.ready = service.spec.publish_not_ready_addresses || (serving && !address.terminating);
    types::Endpoint& endpoint = address.endpoint;
    endpoint.addresses = {pod.status.pod_ip};
    endpoint.conditions = {address.ready, serving || service.spec.publish_not_ready_addresses, address.terminating};
    endpoint.node_name = pod.spec.node_name;
    if (!pod.spec.hostname.empty() && pod.spec.subdomain == service.metadata.name)
      endpoint.hostname = pod.spec.hostname;
    endpoint.target_ref = types::ObjectReference{};
    endpoint.target_ref->kind = "Pod";
    endpoint.target_ref->ns = pod.metadata.ns;
    endpoint.target_ref->name = pod.metadata.name;
    endpoint.target_ref->uid = pod.metadata.uid;
    groups[{Family(pod.status.pod_ip), std::move(ports)}].push_back(std::move(address));
  }
  for (auto& [ports, addresses] : groups) {
    std::sort(addresses.begin(), addresses.end(), [](const Address& a, const Address& b) { return a.pod < b.pod; });
  }
  return groups;
}

types::EndpointSlice NewSlice(const types::Service& service, const char* manager, const std::string& identity,
                              size_t number) {
  types::EndpointSlice slice;
  slice.metadata.ns = service.metadata.ns;
  slice.metadata.name =
      service.metadata.name + "-" + SafeEncode(StableHash(identity + "#" + std::to_string(number))).substr(0, 5);
  for (const auto& [name, value] : service.metadata.labels) slice.metadata.labels[name] = value;
  slice.metadata.labels[kServiceName] = service.metadata.name;
  slice.metadata.labels[kManagedBy] = manager;
  if (service.spec.cluster_ip == "None") slice.metadata.labels["service.kubernetes.io/headless"] = "";
  return slice;
}

std::set<std::string> FamiliesOf(const types::ServiceSpec& spec) {
  if (!spec.ip_families.empty()) return {spec.ip_families.begin(), spec.ip_families.end()};
  return {Family(spec.cluster_ip)};
}

types::EndpointSlice NewPodSlice(const types::Service& service, const std::string& family, const std::string& ports,
                                 size_t number) {
  types::EndpointSlice slice = NewSlice(service, kSliceController, service.metadata.uid + family + ports, number);
  slice.metadata.owner_references = {types::ControllerOf({"v1", "Service"}, service.metadata)};
  slice.address_type = family;
  return slice;
}

bool SamePorts(const types::EndpointSlice& a, const types::EndpointSlice& b) {
  return std::equal(a.ports.begin(), a.ports.end(), b.ports.begin(), b.ports.end(),
                    [](const types::EndpointPort& p, const types::EndpointPort& q) {
                      return p.name == q.name && p.protocol == q.protocol && p.port == q.port;
                    });
}

bool SameManager(const types::EndpointSlice& a, const types::EndpointSlice& b) {
  return a.metadata.labels.at(kManagedBy) == b.metadata.labels.at(kManagedBy);
}

// The text of a struct without what the server owns.
template <class T>
std::string Text(T object) {
  object.metadata.resource_version.clear();
  object.metadata.uid.clear();
  object.metadata.creation_timestamp.clear();
  object.metadata.generation = 0;
  object.metadata.annotations.clear();
  return WriteJson(types::ToJson(object));
}

}  // namespace

std::vector<types::EndpointSlice> DecideSlices(const types::Service& service, const std::vector<types::Pod>& selected) {
  std::vector<types::EndpointSlice> slices;
  for (const auto& [group, addresses] : GroupPods(service, selected)) {
    std::string ports;
    for (const auto& [name, protocol, number, app] : group.second) {
      ports += "|" + name + "|" + protocol + "|" + std::to_string(number);
    }
    for (size_t first = 0; first < addresses.size(); first += kEndpointsPerSlice) {
      types::EndpointSlice slice = NewPodSlice(service, group.first, ports, first / kEndpointsPerSlice);
      for (const auto& [name, protocol, number, app] : group.second)
        slice.ports.push_back({name, protocol, number, app});
      const size_t end = std::min(addresses.size(), first + kEndpointsPerSlice);
      for (size_t i = first; i < end; ++i) slice.endpoints.push_back(addresses[i].endpoint);
      slices.push_back(std::move(slice));
    }
  }
  for (const std::string& family : FamiliesOf(service.spec)) {
    const bool shown = std::any_of(slices.begin(), slices.end(),
                                   [&](const types::EndpointSlice& slice) { return slice.address_type == family; });
    if (!shown) slices.push_back(NewPodSlice(service, family, "", 0));
  }
  return slices;
}

types::Endpoints DecideEndpoints(const types::Service& service, const std::vector<types::Pod>& selected) {
  types::Endpoints endpoints;
  endpoints.metadata.name = service.metadata.name;
  endpoints.metadata.ns = service.metadata.ns;
  endpoints.metadata.labels = service.metadata.labels;
  endpoints.metadata.labels[kEndpointsManagedBy] = kEndpointsController;
  if (service.spec.cluster_ip == "None") endpoints.metadata.labels["service.kubernetes.io/headless"] = "";
  size_t count = 0;
  for (const auto& [group, addresses] : GroupPods(service, selected)) {
    types::EndpointSubset subset;
    for (const Address& address : addresses) {
      if (address.terminating && !service.spec.publish_not_ready_addresses) continue;
      if (++count > kAddressesPerEndpoints) break;
      types::EndpointAddress entry{address.endpoint.addresses[0], address.endpoint.hostname, address.endpoint.node_name,
                                   address.endpoint.target_ref};
      (address.ready ? subset.addresses : subset.not_ready_addresses).push_back(std::move(entry));
    }
    if (subset.addresses.empty() && subset.not_ready_addresses.empty()) continue;
    for (const auto& [name, protocol, number, app] : group.second) subset.ports.push_back({name, number, protocol});
    endpoints.subsets.push_back(std::move(subset));
  }
  return endpoints;
}

std::vector<types::EndpointSlice> DecideMirror(const types::Service& service, const types::Endpoints& endpoints) {
  std::vector<types::EndpointSlice> slices;
  const auto skip = endpoints.metadata.labels.find("endpointslice.kubernetes.io/skip-mirror");
  if (skip != endpoints.metadata.labels.end() && skip->second == "true") return slices;
  if (endpoints.metadata.annotations.contains("control-plane.alpha.kubernetes.io/leader")) return slices;
  for (size_t n = 0; n < endpoints.subsets.size(); ++n) {
    const types::EndpointSubset& subset = endpoints.subsets[n];
    std::map<std::string, std::vector<types::Endpoint>> by_family;
    const auto add = [&](const std::vector<types::EndpointAddress>& addresses, bool ready) {
      for (const types::EndpointAddress& address : addresses) {
        types::Endpoint endpoint;
        endpoint.addresses = {address.ip};
        endpoint.conditions.ready = ready;
        endpoint.hostname = address.hostname;
        endpoint.node_name = address.node_name;
        endpoint.target_ref = address.target_ref;
        by_family[Family(address.ip)].push_back(std::move(endpoint));
      }
    };
    add(subset.addresses, true);
    add(subset.not_ready_addresses, false);
    for (auto& [family, all] : by_family) {
      all.resize(std::min(all.size(), kAddressesPerEndpoints));
      types::EndpointSlice slice =
          NewSlice(service, kMirrorController, endpoints.metadata.uid + "|mirror|" + family, n);
      slice.metadata.labels = endpoints.metadata.labels;
      slice.metadata.labels[kServiceName] = service.metadata.name;
      slice.metadata.labels[kManagedBy] = kMirrorController;
      slice.metadata.owner_references = {types::ControllerOf({"v1", "Endpoints"}, endpoints.metadata)};
      slice.address_type = family;
      slice.endpoints = std::move(all);
      for (const types::EndpointSubsetPort& port : subset.ports) {
        slice.ports.push_back({port.name, port.protocol.empty() ? "TCP" : port.protocol, port.port, {}});
      }
      slices.push_back(std::move(slice));
    }
  }
  return slices;
}

void ReuseSlices(const std::map<std::string, types::EndpointSlice>& standing,
                 std::vector<types::EndpointSlice>& wanted) {
  std::set<std::string> used;
  for (const types::EndpointSlice& slice : wanted) {
    if (standing.contains(slice.metadata.name)) used.insert(slice.metadata.name);
  }
  for (const bool same_ports : {true, false}) {
    for (types::EndpointSlice& slice : wanted) {
      if (used.contains(slice.metadata.name)) continue;
      for (const auto& [name, other] : standing) {
        if (used.contains(name) || other.address_type != slice.address_type || !SameManager(other, slice)) continue;
        if (same_ports && !SamePorts(other, slice)) continue;
        slice.metadata.name = name;
        used.insert(name);
        break;
      }
    }
  }
}

bool SameSlice(const types::EndpointSlice& a, const types::EndpointSlice& b) {
  return Text(a) == Text(b);
}

bool SameEndpoints(const types::Endpoints& a, const types::Endpoints& b) {
  return Text(a) == Text(b);
}

}  // namespace croft::workloads
