#include "operator/network/linux_net.h"

#include "gmock/gmock.h"
#include "operator/network/plan.h"
#include "unit/operator/network/namespaces.h"

namespace croft::network {
namespace {

using testing::Configure;
using ::testing::ElementsAre;
using testing::Expect;
using ::testing::HasSubstr;
using testing::IdleProcess;
using ::testing::IsEmpty;
using testing::Listener;

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
  Status In(const std::function<Status()>& function) { return RunInNetns(netns_.get(), function); }

  UniqueFd netns_;
  LinuxNet net_;
};

// Two machines on one link, 10.50.0.1 and 10.50.0.2, with pods in 10.244.1.0/24 and 10.244.2.0/24.
class LinuxNetTest : public ::testing::Test {
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

TEST_F(LinuxNetTest, PodsReachEachOtherByTheirOwnAddressesOnOneNodeAndAcrossNodes) {
  IdleProcess a, b, c;
  Expect(one_->Attach(a, "uid-a", "10.244.1.10"));
  Expect(one_->Attach(b, "uid-b", "10.244.1.11"));
  Expect(two_->Attach(c, "uid-c", "10.244.2.10"));
  Expect(one_->SetPeers(peers_));
  Expect(two_->SetPeers(peers_));
  const UniqueFd in_a = OpenNetns(a.pid()).value();
  const UniqueFd in_b = OpenNetns(b.pid()).value();
  const UniqueFd in_c = OpenNetns(c.pid()).value();

  EXPECT_EQ(Listener(in_b.get(), "10.244.1.11").SeenFrom(in_a.get()), "10.244.1.10");
  EXPECT_EQ(Listener(in_c.get(), "10.244.2.10").SeenFrom(in_a.get()), "10.244.1.10");
  EXPECT_EQ(Listener(in_a.get(), "10.244.1.10").SeenFrom(in_c.get()), "10.244.2.10");
  EXPECT_EQ(Listener(in_a.get(), "10.244.1.10").SeenFrom(in_a.get()), "10.244.1.10") << "a pod reaches itself";
  EXPECT_EQ(Listener(in_a.get(), "10.244.1.10").SeenFrom(one_->netns()), "10.50.0.1") << "its node reaches it";
  EXPECT_EQ(Listener(in_a.get(), "10.244.1.10").SeenFrom(two_->netns()), "10.50.0.2") << "another node reaches it";
}

TEST_F(LinuxNetTest, WhatLeavesThePodNetworkCarriesTheNodesAddress) {
  IdleProcess a;
  Expect(one_->Attach(a, "uid-a", "10.244.1.10"));
  const UniqueFd in_a = OpenNetns(a.pid()).value();
  EXPECT_EQ(Listener(two_->netns(), "10.50.0.2").SeenFrom(in_a.get()), "10.50.0.1");
  Expect(one_->Prepare());  // twice is once
  EXPECT_EQ(Listener(two_->netns(), "10.50.0.2").SeenFrom(in_a.get()), "10.50.0.1");
}

TEST_F(LinuxNetTest, AttachingTwiceIsAttachingOnce) {
  IdleProcess a;
  Expect(one_->Attach(a, "uid-a", "10.244.1.10"));
  const std::vector<std::string> links = one_->LinkNames();
  const int index = one_->netlink().FindLink(LinuxNet::LinkName("uid-a"))->index;
  Expect(one_->Attach(a, "uid-a", "10.244.1.10"));
  EXPECT_EQ(one_->LinkNames(), links);
  EXPECT_EQ(one_->netlink().FindLink(LinuxNet::LinkName("uid-a"))->index, index) << "the link was made anew";
  EXPECT_THAT(one_->Attached(), ElementsAre("10.244.1.10"));
}

TEST_F(LinuxNetTest, ThePodHasItsUplinksMtuAndOnlyItsOwnAddress) {
  IdleProcess a;
  Expect(one_->Attach(a, "uid-a", "10.244.1.10"));
  const UniqueFd in_a = OpenNetns(a.pid()).value();
  Netlink pod = Netlink::OpenIn(in_a.get()).value();
  const Link eth0 = pod.FindLink("eth0").value();
  EXPECT_EQ(eth0.mtu, 1400);
  EXPECT_EQ(eth0.kind, "veth");
  int addresses = 0;
  const std::vector<Address> present = pod.Addresses().value();
  for (const Address& address : present) {
    addresses += address.link == eth0.index && address.prefix.family == AF_INET;
  }
  EXPECT_EQ(addresses, 1);
}

TEST_F(LinuxNetTest, ANewSandboxOfAPodTakesOverItsAddress) {
  IdleProcess first, second;
  Expect(one_->Attach(first, "uid-a", "10.244.1.10"));
  Expect(one_->Attach(second, "uid-a", "10.244.1.10"));
  const UniqueFd netns = OpenNetns(second.pid()).value();
  EXPECT_EQ(Listener(netns.get(), "10.244.1.10").SeenFrom(one_->netns()), "10.50.0.1");
  EXPECT_THAT(one_->Attached(), ElementsAre("10.244.1.10"));
}

TEST_F(LinuxNetTest, DetachLeavesNothingAndIsOkTwice) {
  const std::vector<std::string> before = one_->LinkNames();
  IdleProcess a;
  Expect(one_->Attach(a, "uid-a", "10.244.1.10"));
  Expect(one_->Detach("uid-a", "10.244.1.10"));
  EXPECT_EQ(one_->LinkNames(), before);
  EXPECT_THAT(one_->Attached(), IsEmpty());
  Expect(one_->Detach("uid-a", "10.244.1.10"));
}

TEST_F(LinuxNetTest, AnAddressIsNotGivenToTwoPods) {
  IdleProcess a, b;
  Expect(one_->Attach(a, "uid-a", "10.244.1.10"));
  const Status status = one_->Attach(b, "uid-b", "10.244.1.10");
  EXPECT_TRUE(status.IsAlreadyExists()) << status.message();
  EXPECT_THAT(status.message(), HasSubstr("10.244.1.10 belongs to another pod"));
  EXPECT_TRUE(one_->netlink().FindLink(LinuxNet::LinkName("uid-b")).status().IsNotFound());
}

TEST_F(LinuxNetTest, AttachSaysWhatIsWrong) {
  IdleProcess a;
  EXPECT_THAT(one_->Attach(a, "uid-a", "10.244.1").message(), HasSubstr("not an IPv4 address"));
  Machine unplugged("10.99.0.1");
  EXPECT_THAT(unplugged.Attach(a, "uid-a", "10.244.1.10").message(), HasSubstr("10.99.0.1 is on no link"));
  a.Kill();
  IdleProcess gone;
  const int pid = gone.pid();
  gone.Kill();
  Status status;
  Expect(RunInNetns(one_->netns(), [&] {
    status = LinuxNet({.node_address = "10.50.0.1"}).AttachPod(pid, "uid", "10.244.1.10");
    return Status::Ok();
  }));
  EXPECT_TRUE(status.IsNotFound()) << status.message();
}

TEST_F(LinuxNetTest, PeerRoutesBecomeExactlyTheWantedOnes) {
  Expect(one_->SetPeers(peers_));
  EXPECT_THAT(one_->Routes(kPeerRoutes), ElementsAre("10.244.1.0/24 unreachable", "10.244.2.0/24 via 10.50.0.2"));
  Expect(one_->SetPeers(peers_));
  EXPECT_EQ(one_->Routes(kPeerRoutes).size(), 2u);
  Expect(one_->SetPeers({{"10.244.2.0/24", "10.50.0.7"}, {"10.244.3.0/24", "10.50.0.2"}}));
  EXPECT_THAT(one_->Routes(kPeerRoutes), ElementsAre("10.244.2.0/24 via 10.50.0.7", "10.244.3.0/24 via 10.50.0.2"));
  Expect(one_->SetPeers({}));
  EXPECT_THAT(one_->Routes(kPeerRoutes), IsEmpty());
}

TEST_F(LinuxNetTest, ForeignRoutesAndPodsRoutesStayAsTheyAre) {
  Netlink netlink = one_->netlink();
  Route foreign;
  foreign.destination = *ParsePrefix("10.244.9.0/24");
  foreign.via = "10.50.0.9";
  Expect(netlink.AddRoute(foreign));
  IdleProcess a;
  Expect(one_->Attach(a, "uid-a", "10.244.1.10"));
  Expect(one_->SetPeers(peers_));
  Expect(one_->SetPeers({}));
  EXPECT_THAT(one_->Routes(foreign.protocol), ElementsAre("10.244.9.0/24 via 10.50.0.9"));
  EXPECT_THAT(one_->Attached(), ElementsAre("10.244.1.10"));

  const Status status = one_->SetPeers({{"10.244.9.0/24", "10.50.0.2"}});
  EXPECT_TRUE(status.IsAlreadyExists()) << status.message();
  EXPECT_THAT(one_->Routes(foreign.protocol), ElementsAre("10.244.9.0/24 via 10.50.0.9"));
}

TEST_F(LinuxNetTest, OnePeerOutOfReachKeepsNoOtherFromBeingRouted) {
  const Status status = one_->SetPeers({{"10.244.2.0/24", "192.0.2.77"}, {"10.244.3.0/24", "10.50.0.2"}});
  EXPECT_THAT(status.message(), HasSubstr("10.244.2.0/24 via 192.0.2.77"));
  EXPECT_THAT(one_->Routes(kPeerRoutes), ElementsAre("10.244.3.0/24 via 10.50.0.2"));
}

TEST_F(LinuxNetTest, AConnectionToAPodThatIsGoneIsRefused) {
  IdleProcess a;
  Expect(two_->Attach(a, "uid-a", "10.244.2.10"));
  Expect(one_->SetPeers(peers_));
  Expect(two_->SetPeers(peers_));
  const UniqueFd in_a = OpenNetns(a.pid()).value();
  Listener listener(in_a.get(), "10.244.2.10");
  EXPECT_EQ(listener.SeenFrom(one_->netns()), "10.50.0.1");
  Expect(two_->Detach("uid-a", "10.244.2.10"));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(listener.SeenFrom(one_->netns()), "No route to host");
  // Over a veth the refusal is back before the first SYN's sender listens; the second comes a second later.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(2500));
}

TEST_F(LinuxNetTest, AProbeOfAnAddressThatNobodyHasEndsInTime) {
  Status status;
  const auto begin = std::chrono::steady_clock::now();
  Expect(RunInNetns(one_->netns(), [&] {
    status = LinuxNet({.node_address = "10.50.0.1"}).ProbeTcp("10.50.0.99", 80, 200);
    return Status::Ok();
  }));
  EXPECT_EQ(status.reason(), Reason::kTimeout) << status.message();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1000));
}

}  // namespace
}  // namespace croft::network
