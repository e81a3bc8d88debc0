#pragma once

#include <string>

#include "api/base/result.h"

namespace croft::network {

// Runs nftables commands in the calling thread's network namespace, all or none of them. Croft touches only tables of
// its own and never flushes the ruleset: Podman and the machine's owner have theirs beside it.
Status RunNft(const std::string& commands);

// What the kernel has in one chain of table "ip croft", as nft prints it; empty when there is no such chain.
Result<std::string> ListChain(const std::string& chain);

// What pods send out of the pod network leaves with the node's own address: chain "egress" of table "ip croft", made
// anew. `pod_network` is the range of all pods of the cluster ("10.244.0.0/16").
Status MasqueradeEgress(const std::string& pod_network);

}  // namespace croft::network
