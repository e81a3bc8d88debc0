#pragma once

#include <vector>

#include "operator/network/net.h"
#include "operator/network/netlink.h"

namespace croft::network {

// The kernel translates a UDP client's first packet by the rules of that moment and all later ones like it, for as long
// as they keep coming. Makes it forget, in the calling thread's namespace, what it remembers of packets to `ports` at
// the node's addresses `own` that leads elsewhere than they say, so that clients who never pause find the pod.
Status ForgetStaleFlows(const std::vector<HostPort>& ports, const std::vector<Address>& own);

// What the kernel remembers of one conversation.
struct Flow {
  std::string to;           // whom the client speaks to
  int port = 0;             // and at which port
  std::string answered_by;  // who is to answer
  int answered_port = 0;
};

// Whether a UDP flow goes to one of `ports` but to another pod, or to none. `local`: `flow.to` is the node's own.
bool IsStale(const Flow& flow, bool local, const std::vector<HostPort>& ports);

}  // namespace croft::network
