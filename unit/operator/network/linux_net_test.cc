#include "operator/network/linux_net.h"

#include "gmock/gmock.h"
#include "operator/network/plan.h"
#include "unit/operator/network/machines.h"

namespace croft::network {
namespace {

using ::testing::ElementsAre;
using testing::Expect;
using ::testing::HasSubstr;
using testing::IdleProcess;
using ::testing::IsEmpty;
using testing::Listener;

class LinuxNetTest : public testing::TwoMachines {};

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
  testing::Machine unplugged("10.99.0.1");
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
