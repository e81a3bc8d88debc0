#include <algorithm>

#include "api/server/tables/cells.h"

namespace croft::server {
namespace {

constexpr size_t kShown = 3;

template <class Each>
void ForEach(const Json* list, const Each& each) {
  if (list == nullptr || !list->IsArray()) return;
  for (const Json& item : list->GetArray()) each(item);
}

void AddUnique(std::vector<std::string>& list, std::string text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
}

// The addresses that a load balancer or an ingress answers at.
std::vector<std::string> Reached(const Json& object) {
  std::vector<std::string> found;
  ForEach(Find(object, {"status", "loadBalancer", "ingress"}), [&](const Json& point) {
    const std::string_view ip = FindString(point, {"ip"}, FindString(point, {"hostname"}));
    if (!ip.empty()) AddUnique(found, std::string(ip));
  });
  return found;
}

Cell ServiceClusterIp(const Json& service, WallTime) {
  const std::string_view address = FindString(service, {"spec", "clusterIP"});
  return Cell::Of(address.empty() ? std::string_view("<none>") : address);
}

Cell ServiceExternalIp(const Json& service, WallTime) {
  const std::string_view type = FindString(service, {"spec", "type"});
  if (type == "ExternalName") return Cell::Of(FindString(service, {"spec", "externalName"}));
  std::vector<std::string> addresses = type == "LoadBalancer" ? Reached(service) : std::vector<std::string>();
  ForEach(Find(service, {"spec", "externalIPs"}), [&](const Json& ip) {
    if (ip.IsString()) AddUnique(addresses, std::string(AsView(ip)));
  });
  if (addresses.empty()) return Cell::Of(type == "LoadBalancer" ? "<pending>" : "<none>");
  return Cell::Of(Joined(addresses));
}

Cell ServicePorts(const Json& service, WallTime) {
  std::vector<std::string> ports;
  ForEach(Find(service, {"spec", "ports"}), [&](const Json& port) {
    std::string text = std::to_string(FindInt(port, {"port"}));
    if (const int64_t node_port = FindInt(port, {"nodePort"}); node_port > 0) text += ":" + std::to_string(node_port);
    ports.push_back(text + "/" + std::string(FindString(port, {"protocol"}, "TCP")));
  });
  return Cell::Of(ports.empty() ? "<none>" : Joined(ports));
}

Cell ServiceSelector(const Json& service, WallTime) {
  return Cell::Of(MapText(Find(service, {"spec", "selector"})));
}

Cell EndpointsText(const Json& endpoints, WallTime) {
  std::vector<std::string> texts;
  ForEach(Find(endpoints, "subsets"), [&](const Json& subset) {
    const Json* ports = Find(subset, "ports");
    ForEach(Find(subset, "addresses"), [&](const Json& address) {
      const std::string ip(FindString(address, {"ip"}));
      if (Count(ports) == 0) texts.push_back(ip);
      ForEach(ports, [&](const Json& port) { texts.push_back(ip + ":" + std::to_string(FindInt(port, {"port"}))); });
    });
  });
  return Cell::Of(Shortened(texts, kShown));
}

Cell SlicePorts(const Json& slice, WallTime) {
  std::vector<std::string> texts;
  ForEach(Find(slice, "ports"), [&](const Json& port) {
    const int64_t number = FindInt(port, {"port"});
    texts.push_back(number > 0 ? std::to_string(number) : "*");
  });
  return Cell::Of(texts.empty() ? "<unset>" : Shortened(texts, kShown));
}

Cell SliceEndpoints(const Json& slice, WallTime) {
  std::vector<std::string> texts;
  ForEach(Find(slice, "endpoints"), [&](const Json& endpoint) {
    ForEach(Find(endpoint, "addresses"), [&](const Json& address) {
      if (address.IsString()) texts.emplace_back(AsView(address));
    });
  });
  return Cell::Of(texts.empty() ? "<unset>" : Shortened(texts, kShown));
}

Cell SliceType(const Json& slice, WallTime) {
  return Cell::Of(FindString(slice, {"addressType"}));
}

Cell IngressClassName(const Json& ingress, WallTime) {
  std::string_view name = FindString(ingress, {"spec", "ingressClassName"});
  if (name.empty()) name = FindString(ingress, {"metadata", "annotations", "kubernetes.io/ingress.class"});
  return Cell::Of(name.empty() ? std::string_view("<none>") : name);
}

Cell IngressHosts(const Json& ingress, WallTime) {
  std::vector<std::string> hosts;
  ForEach(Find(ingress, {"spec", "rules"}), [&](const Json& rule) {
    const std::string_view host = FindString(rule, {"host"});
    AddUnique(hosts, host.empty() ? "*" : std::string(host));
  });
  return Cell::Of(hosts.empty() ? "*" : Shortened(hosts, kShown));
}

Cell IngressAddress(const Json& ingress, WallTime) {
  return Cell::Of(Joined(Reached(ingress)));
}

Cell IngressPorts(const Json& ingress, WallTime) {
  return Cell::Of(Count(Find(ingress, {"spec", "tls"})) > 0 ? "80, 443" : "80");
}

Cell ClassController(const Json& object, WallTime) {
  return Cell::Of(FindString(object, {"spec", "controller"}));
}

Cell ClassParameters(const Json& object, WallTime) {
  const Json* parameters = Find(object, {"spec", "parameters"});
  if (parameters == nullptr || !parameters->IsObject()) return Cell::Of("<none>");
  std::string text(FindString(*parameters, {"kind"}));
  const std::string_view group = FindString(*parameters, {"apiGroup"});
  if (!group.empty()) text += "." + std::string(group);
  return Cell::Of(text + "/" + std::string(FindString(*parameters, {"name"})));
}

}  // namespace

void AddNetworkCells(CellFunctions& cells) {
  cells["/services/Cluster-IP"] = ServiceClusterIp;
  cells["/services/External-IP"] = ServiceExternalIp;
  cells["/services/Port(s)"] = ServicePorts;
  cells["/services/Selector"] = ServiceSelector;
  cells["/endpoints/Endpoints"] = EndpointsText;
  cells["discovery.k8s.io/endpointslices/AddressType"] = SliceType;
  cells["discovery.k8s.io/endpointslices/Ports"] = SlicePorts;
  cells["discovery.k8s.io/endpointslices/Endpoints"] = SliceEndpoints;
  cells["networking.k8s.io/ingresses/Class"] = IngressClassName;
  cells["networking.k8s.io/ingresses/Hosts"] = IngressHosts;
  cells["networking.k8s.io/ingresses/Address"] = IngressAddress;
  cells["networking.k8s.io/ingresses/Ports"] = IngressPorts;
  cells["networking.k8s.io/ingressclasses/Controller"] = ClassController;
  cells["networking.k8s.io/ingressclasses/Parameters"] = ClassParameters;
}

}  // namespace croft::server
