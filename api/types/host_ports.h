#pragma once

#include <vector>

#include "api/types/core.h"

namespace croft::types {

// The ports of its node that a pod asks for (hostPort): of its containers and sidecars, in their order. A protocol that
// is left out reads TCP.
std::vector<ContainerPort> HostPorts(const PodSpec& spec);

// Whether hostIP stands for every address of the node.
bool IsEveryHostIp(const std::string& host_ip);

// Whether one node can't give out both: the same port and protocol on an address that both mean.
bool HostPortsCollide(const ContainerPort& a, const ContainerPort& b);

}  // namespace croft::types
