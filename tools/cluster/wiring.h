#pragma once

#include <string>
#include <vector>

#include "api/base/fd.h"
#include "api/base/result.h"
#include "tools/cluster/state.h"

// What connects a cluster: its switch, a bridge in a network namespace of its own, and the sockets through which the
// machine reaches the server.
namespace croft::cluster {

// The switch of a running cluster, which every member's init holds open; a fresh one when no member runs.
Result<UniqueFd> OpenSwitch(const ClusterState& state);
// The end of a member's link at the switch.
std::string PortName(const Member& member);
// Pulls the member's plug, or puts it in again: `up` false cuts it off from all others.
Status SetPort(int network_switch, const Member& member, bool up);
// Takes the member's link away. Ok when it is gone already.
Status RemovePort(int network_switch, const Member& member);

// The server's sockets, in this order: the names it knows them by, and their ports on the public address.
struct PublicSocket {
  const char* name;
  int port;
};
inline constexpr PublicSocket kPublicSockets[] = {{"api", 6443}, {"https", 443}, {"http", 80}};

// All of them, listening on the machine's loopback `address`. kAlreadyExists when one of the ports is taken.
Result<std::vector<UniqueFd>> OpenPublicSockets(const std::string& address);

// Removes what a member's containers left of their cgroups: /croft-<member> in every hierarchy, empty directories only.
Status RemoveCgroups(const std::string& member);

}  // namespace croft::cluster
