#include "api/types/host_ports.h"

namespace croft::types {

std::vector<ContainerPort> HostPorts(const PodSpec& spec) {
  std::vector<ContainerPort> ports;
  const auto take = [&ports](const Container& container) {
    for (const ContainerPort& port : container.ports) {
      if (port.host_port == 0) continue;
      ports.push_back(port);
      if (port.protocol.empty()) ports.back().protocol = "TCP";
    }
  };
  for (const Container& container : spec.init_containers) {
    if (container.restart_policy == "Always") take(container);
  }
  for (const Container& container : spec.containers) take(container);
  return ports;
}

bool IsEveryHostIp(const std::string& host_ip) {
  return host_ip.empty() || host_ip == "0.0.0.0";
}

bool HostPortsCollide(const ContainerPort& a, const ContainerPort& b) {
  if (a.host_port != b.host_port || a.protocol != b.protocol) return false;
  return IsEveryHostIp(a.host_ip) || IsEveryHostIp(b.host_ip) || a.host_ip == b.host_ip;
}

}  // namespace croft::types
