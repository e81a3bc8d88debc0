#pragma once

#include <string>
#include <vector>

#include "operator/network/net.h"

// Ports of the node that lead to pods, as rules of Croft's table. A packet to one of the node's own addresses gets the
// pod's address and port; the sender stays who it is, but for the node's own 127.0.0.0/8 and a pod that calls itself,
// to whom no answer would find back.
namespace croft::network {

// The commands that make the rules exactly those of `ports`. Each rule carries its port's description as comment, by
// which it is known again whatever way nft chooses to print the rule. kInvalid names what is no port of a node or pod.
Result<std::string> HostPortCommands(const std::vector<HostPort>& ports, const std::string& node_address);

// The comments of the rules of a chain as nft prints it, in order.
std::vector<std::string> CommentsOf(const std::string& chain);

// Writes the rules in the calling thread's namespace unless they are there. Whether it wrote.
Result<bool> WriteHostPorts(std::vector<HostPort> ports, const std::string& node_address);

}  // namespace croft::network
