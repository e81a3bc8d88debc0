#pragma once

#include <string>
#include <vector>

#include "api/base/result.h"

// Addresses, links and routes of one node: the one interface to the kernel's network, faked in the simulated lab.
namespace croft::network {

struct PeerRoute {
  std::string cidr;  // the pods of another node: "10.244.2.0/24"
  std::string via;   // that node's address on the shared link
  bool operator==(const PeerRoute&) const = default;
  auto operator<=>(const PeerRoute&) const = default;
};

// A port of the node behind which a pod answers.
struct HostPort {
  std::string host_ip;  // an IPv4 address of the node; empty: all of them
  int host_port = 0;
  std::string protocol;  // "TCP", "UDP" or "SCTP"
  std::string pod_ip;
  int pod_port = 0;
  bool operator==(const HostPort&) const = default;
  auto operator<=>(const HostPort&) const = default;
};

// "10.0.0.1:8080/TCP to 10.244.1.10:80", with * for every address.
inline std::string Describe(const HostPort& port) {
  return (port.host_ip.empty() ? "*" : port.host_ip) + ":" + std::to_string(port.host_port) + "/" + port.protocol +
         " to " + port.pod_ip + ":" + std::to_string(port.pod_port);
}

// Thread-safe; calls take a few milliseconds.
class Net {
 public:
  virtual ~Net() = default;

  // Gives the network namespace of process `pid` the pod address `ip`, as a routed /32 on a veth pair named for
  // `pod_uid`. Idempotent.
  virtual Status AttachPod(int pid, const std::string& pod_uid, const std::string& ip) = 0;
  // Removes the pod's link and route; Ok when they are gone already.
  virtual Status DetachPod(const std::string& pod_uid, const std::string& ip) = 0;
  // Makes the routes to other nodes' pods exactly these.
  virtual Status SetPeerRoutes(const std::vector<PeerRoute>& routes) = 0;
  // Makes the ports of this node that lead to pods exactly these; no two of them may be one. They are reached from
  // everywhere: other machines, pods, and the node itself by each of its addresses. Writes nothing when it is so
  // already. To be called when the pods are attached, one call at a time.
  virtual Status SetHostPorts(const std::vector<HostPort>& ports) = 0;
  // Addresses of pods that are attached now, so that a restarted agent gives none of them out twice.
  virtual Result<std::vector<std::string>> AttachedAddresses() = 0;

  // Probes, from the node. Ok when it answers in time (HTTP: 200 to 399); the message says why not.
  virtual Status ProbeTcp(const std::string& host, int port, int timeout_ms) = 0;
  virtual Status ProbeHttp(const std::string& url, const std::vector<std::pair<std::string, std::string>>& headers,
                           int timeout_ms) = 0;
};

}  // namespace croft::network
