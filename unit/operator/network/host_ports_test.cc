#include "operator/network/host_ports.h"

#include <gmock/gmock.h>

#include "api/base/program.h"
#include "operator/network/conntrack.h"
#include "operator/network/nft.h"
#include "unit/operator/network/machines.h"

namespace croft::network {
namespace {

using ::testing::ElementsAre;
using testing::Expect;
using ::testing::HasSubstr;
using testing::IdleProcess;
using testing::SocketAddress;

HostPort Port(const std::string& protocol, int port, const std::string& pod, int pod_port,
              const std::string& host_ip = {}) {
  return {host_ip, port, protocol, pod, pod_port};
}

TEST(HostPortCommands, WhatIsNoPortIsNamed) {
  const HostPort cases[] = {
      Port("TCP", 0, "10.244.1.2", 80),
      Port("TCP", 70000, "10.244.1.2", 80),
      Port("ICMP", 80, "10.244.1.2", 80),
      Port("TCP", 80, "10.244.1.2", 0),
      Port("TCP", 80, "pod", 80),
      Port("TCP", 80, "fd00::1", 80),
      Port("TCP", 80, "10.244.1.2", 80, "::1"),
      Port("TCP", 80, "10.244.1.2", 80, "0; flush ruleset"),
  };
  for (const HostPort& port : cases) {
    const auto commands = HostPortCommands({port}, "10.50.0.1");
    ASSERT_FALSE(commands.ok()) << Describe(port);
    EXPECT_TRUE(commands.status().IsInvalid());
    EXPECT_THAT(commands.status().message(), HasSubstr(Describe(port)));
  }
}

TEST(CommentsOf, AreReadInTheOrderOfTheRules) {
  EXPECT_THAT(CommentsOf("\tchain x {\n\t\ttcp dport 80 dnat to 1.2.3.4:80 comment \"a to b\"\n"
                         "\t\tudp dport 80 dnat to 1.2.3.4:80 comment \"c to d\"\n\t\taccept\n"),
              ElementsAre("a to b", "c to d"));
  EXPECT_TRUE(CommentsOf("").empty());
}

TEST(IsStale, AFlowThatLeadsElsewhereThanItsPort) {
  const std::vector<HostPort> ports = {Port("UDP", 53, "10.244.1.2", 5353),
                                       Port("UDP", 54, "10.244.1.2", 54, "10.0.0.1"),
                                       Port("TCP", 55, "10.244.1.2", 55)};
  struct Case {
    const char* name;
    Flow flow;
    bool local;
    bool stale;
  };
  const Case cases[] = {
      {"to the pod", {"10.0.0.1", 53, "10.244.1.2", 5353}, true, false},
      {"to another pod", {"10.0.0.1", 53, "10.244.1.9", 5353}, true, true},
      {"to another port of the pod", {"10.0.0.1", 53, "10.244.1.2", 53}, true, true},
      {"to the node itself", {"10.0.0.1", 53, "10.0.0.1", 53}, true, true},
      {"through the node to another machine", {"192.0.2.1", 53, "192.0.2.1", 53}, false, false},
      {"to another port", {"10.0.0.1", 5000, "10.0.0.1", 5000}, true, false},
      {"to another address of the node", {"127.0.0.1", 54, "127.0.0.1", 54}, true, false},
      {"a port that is TCP's", {"10.0.0.1", 55, "10.0.0.1", 55}, true, false},
  };
  for (const Case& c : cases) EXPECT_EQ(IsStale(c.flow, c.local, ports), c.stale) << c.name;
}

// Answers on one port of a pod, over TCP or UDP, and remembers who asked.
class Server {
 public:
  Server(int netns, int type, int port) : type_(type) {
    Expect(RunInNetns(netns, [&] {
      socket_.Reset(socket(AF_INET, type | SOCK_CLOEXEC, 0));
      const timeval patience{1, 0};
      setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      const sockaddr_in address = SocketAddress("0.0.0.0", port);
      if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
          (type == SOCK_STREAM && listen(socket_.get(), 8) != 0)) {
        return Status::Internal(std::strerror(errno));
      }
      return Status::Ok();
    }));
  }

  // As whom the server sees a client in `netns` that asks `ip`:`port`, from `source` port when it is not 0; what went
  // wrong otherwise. Over UDP the answer has come back too.
  std::string SeenFrom(int netns, const std::string& ip, int port, int source = 0) {
    std::string seen;
    Expect(RunInNetns(netns, [&] {
      seen = Ask(ip, port, source);
      return Status::Ok();
    }));
    return seen;
  }

 private:
  std::string Ask(const std::string& ip, int port, int source) {
    const UniqueFd client(socket(AF_INET, type_ | SOCK_CLOEXEC, 0));
    const timeval patience{1, 0};
    setsockopt(client.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const sockaddr_in from = SocketAddress("0.0.0.0", source), to = SocketAddress(ip, port);
    if (source != 0 && bind(client.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) return "bind";
    if (connect(client.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return std::strerror(errno);
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    char byte = 'x';
    if (type_ == SOCK_STREAM) {
      const UniqueFd accepted(accept(socket_.get(), reinterpret_cast<sockaddr*>(&peer), &size));
      if (!accepted.valid()) return "another answered";
    } else {
      if (send(client.get(), &byte, 1, 0) != 1) return std::strerror(errno);
      if (recvfrom(socket_.get(), &byte, 1, 0, reinterpret_cast<sockaddr*>(&peer), &size) != 1) return "nothing came";
      sendto(socket_.get(), &byte, 1, 0, reinterpret_cast<sockaddr*>(&peer), size);
      if (recv(client.get(), &byte, 1, 0) != 1) return "no answer came back";
    }
    char text[INET_ADDRSTRLEN] = "";
    return inet_ntop(AF_INET, &peer.sin_addr, text, sizeof text);
  }

  const int type_;
  UniqueFd socket_;
};

class HostPortsTest : public testing::TwoMachines {
 protected:
  void SetUp() override {
    TwoMachines::SetUp();
    if (IsSkipped()) return;
    Expect(one_->Attach(a_, "uid-a", "10.244.1.10"));
    Expect(one_->Attach(b_, "uid-b", "10.244.1.11"));
    Expect(two_->Attach(c_, "uid-c", "10.244.2.10"));
    Expect(one_->SetPeers(peers_));
    Expect(two_->SetPeers(peers_));
    in_a_ = OpenNetns(a_.pid()).value();
    in_b_ = OpenNetns(b_.pid()).value();
    in_c_ = OpenNetns(c_.pid()).value();
  }
  // The chain as the first machine has it, with handles, which change when a rule is made anew.
  std::string Rules() {
    std::string rules;
    Expect(one_->In([&] {
      const Result<std::string> listed = RunProgram({"nft", "-a", "list", "ruleset", "ip"});
      if (listed.ok()) rules = *listed;
      return listed.status();
    }));
    return rules;
  }

  IdleProcess a_, b_, c_;
  UniqueFd in_a_, in_b_, in_c_;
};

TEST_F(HostPortsTest, LeadToThePodFromEverywhere) {
  Expect(one_->SetHostPorts({Port("TCP", 8080, "10.244.1.10", 80), Port("UDP", 8080, "10.244.1.10", 80)}));
  struct Case {
    const char* name;
    int client;
    const char* address;
    const char* seen_as;
  };
  const Case cases[] = {
      {"another machine, which is known by its address", two_->netns(), "10.50.0.1", "10.50.0.2"},
      {"the node itself", one_->netns(), "10.50.0.1", "10.50.0.1"},
      {"the node by 127.0.0.1", one_->netns(), "127.0.0.1", "10.50.0.1"},
      {"another pod of the node", in_b_.get(), "10.50.0.1", "10.244.1.11"},
      {"the pod itself", in_a_.get(), "10.50.0.1", "10.50.0.1"},
      {"a pod of another node", in_c_.get(), "10.50.0.1", "10.50.0.2"},
  };
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    Server pod(in_a_.get(), type, 80);
    for (const Case& c : cases) {
      EXPECT_EQ(pod.SeenFrom(c.client, c.address, 8080), c.seen_as) << c.name << (type == SOCK_DGRAM ? ", UDP" : "");
    }
  }
}

TEST_F(HostPortsTest, OfOneAddressAreOfNoOther) {
  Expect(one_->SetHostPorts({Port("TCP", 8080, "10.244.1.10", 80, "127.0.0.1")}));
  Server pod(in_a_.get(), SOCK_STREAM, 80);
  EXPECT_EQ(pod.SeenFrom(one_->netns(), "127.0.0.1", 8080), "10.50.0.1");
  EXPECT_EQ(pod.SeenFrom(one_->netns(), "10.50.0.1", 8080), "Connection refused");
  EXPECT_EQ(pod.SeenFrom(two_->netns(), "10.50.0.1", 8080), "Connection refused");
}

TEST_F(HostPortsTest, WhatPassesThroughTheNodeIsLeftAlone) {
  Expect(one_->SetHostPorts({Port("TCP", 8080, "10.244.1.10", 80)}));
  Server pod(in_a_.get(), SOCK_STREAM, 80);
  Server other(in_b_.get(), SOCK_STREAM, 8080);
  EXPECT_EQ(other.SeenFrom(two_->netns(), "10.244.1.11", 8080), "10.50.0.2");
}

TEST_F(HostPortsTest, BecomeExactlyTheWantedOnesAndAreNotWrittenTwice) {
  const std::vector<HostPort> ports = {Port("UDP", 53, "10.244.1.10", 53), Port("TCP", 8080, "10.244.1.10", 80),
                                       Port("SCTP", 9, "10.244.1.10", 9)};
  Expect(one_->SetHostPorts(ports));
  const std::string rules = Rules();
  EXPECT_THAT(rules, HasSubstr("*:8080/TCP to 10.244.1.10:80"));
  Expect(one_->SetHostPorts({ports[2], ports[0], ports[1]}));
  EXPECT_EQ(Rules(), rules) << "the order says nothing";

  Expect(one_->SetHostPorts({Port("TCP", 8080, "10.244.1.11", 80)}));
  Server first(in_a_.get(), SOCK_STREAM, 80), second(in_b_.get(), SOCK_STREAM, 80);
  EXPECT_EQ(second.SeenFrom(two_->netns(), "10.50.0.1", 8080), "10.50.0.2");

  Expect(one_->SetHostPorts({}));
  EXPECT_EQ(second.SeenFrom(two_->netns(), "10.50.0.1", 8080), "Connection refused");
  EXPECT_THAT(Rules(), ::testing::Not(HasSubstr("host_ports")));
}

TEST_F(HostPortsTest, AreMadeAgainWhenSomebodyFlushedTheRules) {
  Expect(one_->SetHostPorts({Port("TCP", 8080, "10.244.1.10", 80)}));
  Expect(one_->In([] { return RunNft("flush ruleset\n"); }));
  Expect(one_->SetHostPorts({Port("TCP", 8080, "10.244.1.10", 80)}));
  EXPECT_EQ(Server(in_a_.get(), SOCK_STREAM, 80).SeenFrom(two_->netns(), "10.50.0.1", 8080), "10.50.0.2");
}

TEST_F(HostPortsTest, OthersTablesStayAsTheyAre) {
  Expect(one_->In([] { return RunNft("add table ip mine\nadd chain ip mine host_ports\n"); }));
  Expect(one_->SetHostPorts({Port("TCP", 8080, "10.244.1.10", 80)}));
  Expect(one_->SetHostPorts({}));
  EXPECT_THAT(Rules(), HasSubstr("table ip mine"));
}

TEST_F(HostPortsTest, AUdpClientThatNeverPausesFindsThePod) {
  Server first(in_a_.get(), SOCK_DGRAM, 53), second(in_b_.get(), SOCK_DGRAM, 53);
  EXPECT_NE(first.SeenFrom(two_->netns(), "10.50.0.1", 53, 5000), "10.50.0.2") << "nobody answers yet";
  Expect(one_->SetHostPorts({Port("UDP", 53, "10.244.1.10", 53)}));
  EXPECT_EQ(first.SeenFrom(two_->netns(), "10.50.0.1", 53, 5000), "10.50.0.2");
  Expect(one_->SetHostPorts({Port("UDP", 53, "10.244.1.11", 53)}));
  EXPECT_EQ(second.SeenFrom(two_->netns(), "10.50.0.1", 53, 5000), "10.50.0.2") << "another pod has the port by now";
}

TEST_F(HostPortsTest, OpenNoWayToTheNodesLoopback) {
  Expect(one_->SetHostPorts({Port("TCP", 8080, "10.244.1.10", 80)}));
  Server own(one_->netns(), SOCK_DGRAM, 7000);  // at 127.0.0.1 too
  // A pod that makes 127.0.0.0/8 a network behind its gateway, as one with the right to can.
  Expect(RunInNetns(in_a_.get(), [] {
    CROFT_RETURN_IF_ERROR(SetSysctl("net/ipv4/conf/all/route_localnet", "1"));
    const auto ran = RunProgram({"ip", "route", "replace", "127.0.0.0/8", "via", "169.254.1.1", "dev", "eth0"});
    if (!ran.ok()) return ran.status();
    const auto local = RunProgram({"ip", "route", "del", "table", "local", "127.0.0.1", "dev", "lo"});
    (void)RunProgram({"ip", "route", "del", "table", "local", "127.0.0.0/8", "dev", "lo"});
    return local.status();
  }));
  EXPECT_EQ(own.SeenFrom(in_a_.get(), "127.0.0.1", 7000), "nothing came");
  EXPECT_EQ(own.SeenFrom(in_a_.get(), "10.50.0.1", 7000), "10.244.1.10") << "the other addresses are open";
}

}  // namespace
}  // namespace croft::network
