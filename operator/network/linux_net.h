#pragma once

#include <memory>

#include "operator/network/net.h"
#include "operator/network/netlink.h"

namespace croft::network {

// The network of this machine, over rtnetlink and nft. Needs CAP_NET_ADMIN. Keeps nothing but its settings: what
// is attached and routed stands in the kernel, so a restarted process finds it there. Works in the calling thread's
// network namespace. Thread-safe, as long as no pod is attached and detached at the same time.
class LinuxNet final : public Net {
 public:
  struct Settings {
    std::string node_address;                   // the node's own: source of what it says to its pods. Required
    std::string pod_network = "10.244.0.0/16";  // the range of all pods of the cluster
  };
  explicit LinuxNet(Settings settings) : settings_(std::move(settings)) {}

  // Makes this machine forward packets, and pods' traffic to the world outside carry the node's address. To be called
  // once before pods are attached; a process that only sets peer routes leaves it out.
  Status Prepare();

  Status AttachPod(int pid, const std::string& pod_uid, const std::string& ip) override;
  Status DetachPod(const std::string& pod_uid, const std::string& ip) override;
  Status SetPeerRoutes(const std::vector<PeerRoute>& routes) override;
  Status SetHostPorts(const std::vector<HostPort>& ports) override;
  Result<std::vector<std::string>> AttachedAddresses() override;
  Status ProbeTcp(const std::string& host, int port, int timeout_ms) override;
  Status ProbeHttp(const std::string& url, const std::vector<std::pair<std::string, std::string>>& headers,
                   int timeout_ms) override;

  // The name of a pod's link on the node.
  static std::string LinkName(const std::string& pod_uid);

 private:
  Status ConnectPod(Netlink& node, int netns, const Prefix& ip, const std::string& link_name);

  const Settings settings_;
};

}  // namespace croft::network
