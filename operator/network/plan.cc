#include "operator/network/plan.h"

#include <algorithm>
#include <map>

namespace croft::network {
namespace {

bool IsOwn(const std::vector<Address>& own, const Prefix& via) {
  return std::any_of(own.begin(), own.end(), [&](const Address& address) {
    return address.prefix.family == via.family && address.prefix.bytes == via.bytes;
  });
}

// Whether the kernel's route is what was asked for; it fills in the link by itself.
bool SameRoute(const Route& wanted, const Route& existing) {
  return wanted.via == existing.via && wanted.unreachable == existing.unreachable;
}

}  // namespace

std::vector<PeerRoute> RoutesOf(const std::vector<types::Node>& nodes) {
  std::map<std::string, const types::Node*> by_range;
  for (const types::Node& node : nodes) {
    if (node.spec.pod_cidr.empty() || types::FindAddress(node, "InternalIP").empty()) continue;
    const auto [it, fresh] = by_range.emplace(node.spec.pod_cidr, &node);
    const auto age = [](const types::Node& n) {
      return std::make_pair(n.metadata.creation_timestamp, n.metadata.name);
    };
    if (!fresh && age(node) < age(*it->second)) it->second = &node;
  }
  std::vector<PeerRoute> routes;
  routes.reserve(by_range.size());
  for (const auto& [range, node] : by_range) routes.push_back({range, types::FindAddress(*node, "InternalIP")});
  return routes;
}

Result<RouteChanges> PlanPeerRoutes(const std::vector<PeerRoute>& wanted, const std::vector<Route>& existing,
                                    const std::vector<Address>& own) {
  RouteChanges changes;
  std::vector<Prefix> kept;
  for (const PeerRoute& peer : wanted) {
    const std::optional<Prefix> range = ParsePrefix(peer.cidr);
    const std::optional<Prefix> via = ParseAddress(peer.via);
    if (!range || !via || range->family != via->family) {
      return Status::Invalid("\"" + peer.cidr + "\" via \"" + peer.via +
                             "\" is no route: a range and an address of one "
                             "family are needed");
    }
    Route route;
    route.destination = *range;
    route.protocol = kPeerRoutes;
    route.unreachable = IsOwn(own, *via);
    if (!route.unreachable) route.via = FormatAddress(*via);
    kept.push_back(route.destination);
    const auto present = std::find_if(existing.begin(), existing.end(),
                                      [&](const Route& r) { return r.destination == route.destination; });
    if (present == existing.end()) {
      changes.add.push_back(route);
    } else if (!SameRoute(route, *present)) {
      changes.replace.push_back(route);
    }
  }
  for (const Route& route : existing) {
    if (std::find(kept.begin(), kept.end(), route.destination) == kept.end()) changes.remove.push_back(route);
  }
  return changes;
}

}  // namespace croft::network
