#include "operator/agent/host_ports.h"

#include "unit/gen/objects.h"
#include "unit/operator/agent/agent_fixture.h"

namespace croft::agent {
namespace {

using testing::IsEmpty;
using Ports = std::vector<types::ContainerPort>;

types::Pod Asking(const std::string& name, Ports ports, const std::string& created = "2026-01-01T00:00:00Z") {
  types::Pod pod = gen::Pod(name, "n1");
  pod.metadata.creation_timestamp = created;
  pod.spec.containers[0].ports = std::move(ports);
  return pod;
}

types::Pod OnTheHostsNetwork(types::Pod pod) {
  pod.spec.host_network = true;
  return pod;
}

types::Pod Finished(types::Pod pod) {
  pod.status.phase = "Succeeded";
  return pod;
}

TEST(PlanHostPorts, ThePortsOfEachPod) {
  struct Case {
    const char* name;
    std::vector<types::Pod> pods;    // whose addresses are 10.0.0.NAME; pod 0 has none
    std::vector<std::string> ports;  // in the order in which they are given out
    std::string refused;             // of the second pod
  };
  const types::ContainerPort web{"", 80, 8080, "", "TCP"};
  const types::ContainerPort dns{"", 53, 53, "", "UDP"};
  const Case cases[] = {
      {"a port", {Asking("1", {web})}, {"*:8080/TCP to 10.0.0.1:80"}, ""},
      {"two ports", {Asking("1", {web, dns})}, {"*:8080/TCP to 10.0.0.1:80", "*:53/UDP to 10.0.0.1:53"}, ""},
      {"the protocol may be left out", {Asking("1", {{"", 80, 80, "", ""}})}, {"*:80/TCP to 10.0.0.1:80"}, ""},
      {"a port of one address",
       {Asking("1", {{"", 80, 80, "127.0.0.1", "TCP"}})},
       {"127.0.0.1:80/TCP to 10.0.0.1:80"},
       ""},
      {"all addresses by name", {Asking("1", {{"", 80, 80, "0.0.0.0", "TCP"}})}, {"*:80/TCP to 10.0.0.1:80"}, ""},
      {"no port of the node", {Asking("1", {{"", 80, 0, "", "TCP"}})}, {}, ""},
      {"an IPv6 address leads nowhere", {Asking("1", {{"", 80, 80, "::1", "TCP"}})}, {}, ""},
      {"a pod without an address", {Asking("0", {web})}, {}, ""},
      {"a pod on the host's network", {OnTheHostsNetwork(Asking("1", {web}))}, {}, ""},
      {"a finished pod", {Finished(Asking("1", {web}))}, {}, ""},
      {"the older pod has the port",
       {Asking("1", {web}, "2026-01-01T00:00:09Z"), Asking("2", {web})},
       {"*:8080/TCP to 10.0.0.2:80"},
       ""},
      {"the younger is told whose it is",
       {Asking("1", {web}), Asking("2", {web, dns}, "2026-01-01T00:00:09Z")},
       {"*:8080/TCP to 10.0.0.1:80", "*:53/UDP to 10.0.0.2:53"},
       "host port 8080/TCP of this node belongs to pod default/1"},
      {"an address of its own is no conflict",
       {Asking("1", {{"", 80, 80, "10.50.0.1", "TCP"}}), Asking("2", {{"", 80, 80, "127.0.0.1", "TCP"}})},
       {"10.50.0.1:80/TCP to 10.0.0.1:80", "127.0.0.1:80/TCP to 10.0.0.2:80"},
       ""},
  };
  for (const Case& c : cases) {
    const HostPortPlan plan = PlanHostPorts(c.pods, [](const std::string& uid) {
      const std::string name = uid.substr(4);
      return name == "0" ? std::string() : "10.0.0." + name;
    });
    std::vector<std::string> ports;
    for (const network::HostPort& port : plan.ports) ports.push_back(network::Describe(port));
    EXPECT_EQ(ports, c.ports) << c.name;
    const auto refused = plan.refused.find("uid-2");
    EXPECT_EQ(refused == plan.refused.end() ? "" : refused->second, c.refused) << c.name;
  }
}

constexpr char kWeb[] =
    R"("containers":[{"name":"main","image":"app:1","ports":[{"containerPort":80,"hostPort":8080}]}])";
constexpr char kDns[] =
    R"("containers":[{"name":"main","image":"app:1","ports":[{"containerPort":53,"hostPort":53,"protocol":"UDP"}]}])";

TEST_F(AgentTest, AHostPortLeadsToItsPodUntilThePodIsGone) {
  AddPod("web", kWeb);
  AddPod("dns", kDns);
  EXPECT_THAT(net_.HostPorts(), ElementsAre("*:53/UDP to 10.244.1.3:53", "*:8080/TCP to 10.244.1.2:80"));
  Delete("web", 1);
  Pass(seconds(5));
  ASSERT_FALSE(Exists("web"));
  EXPECT_THAT(net_.HostPorts(), ElementsAre("*:53/UDP to 10.244.1.3:53"));
}

TEST_F(AgentTest, HostPortsOutliveTheAgent) {
  AddPod("web", kWeb);
  AddPod("dns", kDns);
  const int writes = net_.host_port_writes();
  RestartAgent();
  Pass(minutes(2));
  EXPECT_EQ(net_.HostPorts().size(), 2u);
  EXPECT_EQ(net_.host_port_writes(), writes) << "they were never taken away";
}

TEST_F(AgentTest, HostPortsOfPodsThatWentWhileTheAgentWasAwayAreClosed) {
  AddPod("web", kWeb);
  StopAgent();
  client_.Remove(resources::kPods, {"default", "web"});
  StartAgent();
  Pass(seconds(2));
  EXPECT_THAT(net_.HostPorts(), IsEmpty());
}

TEST_F(AgentTest, HostPortsThatSomebodyRemovedAreBackWithinAMinute) {
  AddPod("web", kWeb);
  net_.LoseHostPorts();
  Pass(minutes(1));
  EXPECT_THAT(net_.HostPorts(), ElementsAre("*:8080/TCP to 10.244.1.2:80"));
}

TEST_F(AgentTest, WithoutHostPortsNobodyLooksForThem) {
  AddPod("web", kApp);
  AddPod("host", std::string(R"("hostNetwork":true,)") + kWeb);
  Pass(seconds(1));
  const int calls = net_.host_port_calls();
  Pass(minutes(10));
  EXPECT_EQ(net_.host_port_calls(), calls);
  EXPECT_THAT(net_.HostPorts(), IsEmpty());
}

TEST_F(AgentTest, APodWaitsForTheHostPortOfAnotherOne) {
  AddPod("first", kWeb);
  Pass(seconds(1));
  AddPod("second", kWeb);
  EXPECT_EQ(Waiting("second"), "ContainerCreating");
  EXPECT_THAT(runtime_.Running(), ElementsAre("default/first/main"));
  EXPECT_THAT(Events(), Contains(HasSubstr("host port 8080/TCP of this node belongs to pod default/first")));
  Delete("first", 1);
  Pass(minutes(1));
  EXPECT_THAT(runtime_.Running(), ElementsAre("default/second/main"));
  EXPECT_THAT(net_.HostPorts(), ElementsAre("*:8080/TCP to 10.244.1.3:80"));
}

TEST_F(AgentTest, APodWhoseHostPortCanNotBeMadeDoesNotStartWithoutIt) {
  net_.FailHostPorts(Status::Internal("nftables refused rules"));
  AddPod("web", kWeb);
  EXPECT_EQ(Waiting("web"), "ContainerCreating");
  EXPECT_THAT(Events(), Contains(HasSubstr("nftables refused rules")));
  Pass(seconds(5));
  EXPECT_TRUE(IsReady("web"));
  EXPECT_THAT(net_.HostPorts(), ElementsAre("*:8080/TCP to 10.244.1.2:80"));
}

}  // namespace
}  // namespace croft::agent
