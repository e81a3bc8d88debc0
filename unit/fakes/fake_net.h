#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "operator/network/net.h"

namespace croft::fakes {

// A node's pod links in memory. A probe answers when its address is attached here, unless a test says otherwise.
// Thread-safe, deterministic.
class FakeNet final : public network::Net {
 public:
  Status AttachPod(int pid, const std::string& pod_uid, const std::string& ip) override;
  Status DetachPod(const std::string& pod_uid, const std::string& ip) override;
  Status SetPeerRoutes(const std::vector<network::PeerRoute>& routes) override;
  Status SetHostPorts(const std::vector<network::HostPort>& ports) override;
  Result<std::vector<std::string>> AttachedAddresses() override;
  Status ProbeTcp(const std::string& host, int port, int timeout_ms) override;
  Status ProbeHttp(const std::string& url, const std::vector<std::pair<std::string, std::string>>& headers,
                   int timeout_ms) override;

  // What probes answer: `target` is "10.0.0.1:80" or a URL. Unset: Ok when the host is an attached address.
  void SetProbe(std::function<Status(const std::string& target)> probe);
  // The next `times` calls of AttachPod fail.
  void FailAttach(Status why, int times = 1);
  // The next `times` calls of SetHostPorts fail.
  void FailHostPorts(Status why, int times = 1);
  // The machine restarts: no links, no routes, no ports.
  void Reboot();

  std::map<std::string, std::string> Attached() const;  // pod uid -> address
  std::vector<network::PeerRoute> routes() const;
  // "*:8080/TCP to 10.244.1.2:80", in order.
  std::vector<std::string> HostPorts() const;
  // How often the ports were looked at, and how often they changed.
  int host_port_calls() const;
  int host_port_writes() const;
  // Somebody else takes the ports away.
  void LoseHostPorts();

 private:
  Status Probe(const std::string& target, const std::string& host);

  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, std::string> attached_;
  std::vector<network::PeerRoute> routes_;
  std::vector<network::HostPort> host_ports_;
  int host_port_calls_ = 0;
  int host_port_writes_ = 0;
  std::vector<Status> attach_failures_;
  std::vector<Status> host_port_failures_;
  std::function<Status(const std::string&)> probe_;
};

}  // namespace croft::fakes
