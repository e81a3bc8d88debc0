#pragma once

#include <string>
#include <vector>

#include "api/types/node.h"
#include "operator/network/net.h"
#include "operator/network/netlink.h"

// The deciding halves of routing: what is to be routed where, and what to change for it. No I/O.
namespace croft::network {

// Marks in the kernel (RTPROT) of what Croft made: nothing else is ever changed or removed.
inline constexpr uint8_t kPodRoutes = 0x6c;   // this node's pods
inline constexpr uint8_t kPeerRoutes = 0x6d;  // ranges of nodes

// A route for every node that has both a range and an address, ordered by range. Of two nodes that claim one range the
// older keeps it.
std::vector<PeerRoute> RoutesOf(const std::vector<types::Node>& nodes);

struct RouteChanges {
  std::vector<Route> remove;
  std::vector<Route> replace;  // one of ours is there, to elsewhere
  std::vector<Route> add;
};

// What makes `existing` (all of kPeerRoutes) the `wanted`. A range whose next hop is one of our own addresses is this
// node's own: it becomes unreachable, so that a packet for a pod that is gone is refused at once instead of travelling
// on; the routes of pods that live are longer and go first. kInvalid names what is no route.
Result<RouteChanges> PlanPeerRoutes(const std::vector<PeerRoute>& wanted, const std::vector<Route>& existing,
                                    const std::vector<Address>& own);

}  // namespace croft::network
