#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operator/network/linux_net.h"
#include "unit/operator/network/namespaces.h"

namespace croft::network::testing {

// A network namespace that plays a machine, and Croft's view of it.
class Machine {
 public:
  explicit Machine(const std::string& address) : net_({.node_address = address, .pod_network = "10.244.0.0/16"}) {
    Result<UniqueFd> made = NewNetns();
    Expect(made.status());
    netns_ = std::move(made).value();
  }

  int netns() const { return netns_.get(); }
  Netlink netlink() { return Netlink::OpenIn(netns_.get()).value(); }

  Status Prepare() {
    return In([&] { return net_.Prepare(); });
  }
  Status Attach(const IdleProcess& pod, const std::string& uid, const std::string& ip) {
    return In([&] { return net_.AttachPod(pod.pid(), uid, ip); });
  }
  Status Detach(const std::string& uid, const std::string& ip) {
    return In([&] { return net_.DetachPod(uid, ip); });
  }
  Status SetPeers(const std::vector<PeerRoute>& routes) {
    return In([&] { return net_.SetPeerRoutes(routes); });
  }
  Status SetHostPorts(const std::vector<HostPort>& ports) {
    return In([&] { return net_.SetHostPorts(ports); });
  }
  Status In(const std::function<Status()>& function) { return RunInNetns(netns_.get(), function); }
  std::vector<std::string> Attached() {
    std::vector<std::string> addresses;
    Expect(In([&] {
      Result<std::vector<std::string>> result = net_.AttachedAddresses();
      if (result.ok()) addresses = *result;
      return result.status();
    }));
    return addresses;
  }
  std::vector<std::string> LinkNames() {
    std::vector<std::string> names;
    const std::vector<Link> links = netlink().Links().value();
    for (const Link& link : links) {
      // ifb0 and ifb1 are in every namespace where the kernel has that module.
      if (link.name.rfind("ifb", 0) != 0) names.push_back(link.name);
    }
    return names;
  }
  // "10.244.2.0/24 via 10.50.0.2"
  std::vector<std::string> Routes(uint8_t protocol) {
    std::vector<std::string> texts;
    const std::vector<Route> routes = netlink().Routes(protocol).value();
    for (const Route& route : routes) {
      texts.push_back(FormatPrefix(route.destination) + (route.unreachable ? " unreachable" : " via " + route.via));
    }
    return texts;
  }

 private:
  UniqueFd netns_;
  LinuxNet net_;
};

// Two machines on one link, 10.50.0.1 and 10.50.0.2, with pods in 10.244.1.0/24 and 10.244.2.0/24.
class TwoMachines : public ::testing::Test {
 protected:
  void SetUp() override {
    CROFT_SKIP_UNLESS_ROOT();
    one_.emplace("10.50.0.1");
    two_.emplace("10.50.0.2");
    Netlink netlink = one_->netlink();
    Expect(netlink.AddVeth({"eth0", "eth0", two_->netns(), 1400, {}}));
    Configure(one_->netns(), "eth0", "10.50.0.1/24");
    Configure(two_->netns(), "eth0", "10.50.0.2/24");
    Expect(one_->Prepare());
    Expect(two_->Prepare());
  }

  std::optional<Machine> one_, two_;
  const std::vector<PeerRoute> peers_ = {{"10.244.1.0/24", "10.50.0.1"}, {"10.244.2.0/24", "10.50.0.2"}};
};

}  // namespace croft::network::testing
