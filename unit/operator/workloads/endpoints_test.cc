#include "operator/workloads/endpoints_controller.h"
#include "operator/workloads/endpoints_plan.h"
#include "unit/operator/workloads/small_lab.h"

namespace croft::workloads {
namespace {

using namespace std::chrono_literals;
using resources::kEndpoints;
using resources::kEndpointSlices;
using resources::kPods;
using resources::kServices;
using types::IntOrString;

types::Pod ReadyPod(const std::string& name, const std::string& ip, int32_t web_port = 8080) {
  types::Pod pod;
  pod.metadata.name = name;
  pod.metadata.ns = "default";
  pod.metadata.uid = "uid-" + name;
  pod.spec.node_name = "node-1";
  types::Container container;
  container.ports.push_back({"web", web_port, 0, "", "TCP"});
  pod.spec.containers.push_back(container);
  pod.status.phase = "Running";
  pod.status.pod_ip = ip;
  types::Condition ready;
  ready.type = "Ready";
  ready.status = "True";
  pod.status.conditions.push_back(ready);
  return pod;
}

types::Service Web(std::optional<IntOrString> target) {
  types::Service service;
  service.metadata.name = "web";
  service.metadata.ns = "default";
  service.metadata.uid = "uid-web";
  service.spec.ports.push_back({"http", "TCP", "", 80, std::move(target), 0});
  return service;
}

TEST(EndpointsPlan, ConditionsOfAPodInEachState) {
  struct Case {
    const char* name;
    std::function<void(types::Pod&)> change;
    bool publish;
    std::string want;  // ready serving terminating; empty: not in it
  };
  const Case cases[] = {
      {"a ready pod", [](auto&) {}, false, "110"},
      {"a pod that is not ready", [](auto& p) { p.status.conditions[0].status = "False"; }, false, "000"},
      {"not ready but published", [](auto& p) { p.status.conditions[0].status = "False"; }, true, "110"},
      {"a terminating pod that still serves", [](auto& p) { p.metadata.deletion_timestamp = "x"; }, false, "011"},
      {"a pod without address", [](auto& p) { p.status.pod_ip.clear(); }, false, ""},
      {"a finished pod", [](auto& p) { p.status.phase = "Failed"; }, false, ""},
  };
  for (const Case& c : cases) {
    types::Pod pod = ReadyPod("a", "10.0.0.1");
    c.change(pod);
    types::Service service = Web(IntOrString::Of(8080));
    service.spec.publish_not_ready_addresses = c.publish;
    const auto slices = DecideSlices(service, {pod});
    std::string got;
    if (!slices.empty()) {
      const types::EndpointConditions& conditions = slices[0].endpoints.at(0).conditions;
      for (const auto& flag : {conditions.ready, conditions.serving, conditions.terminating}) got += *flag ? '1' : '0';
    }
    EXPECT_EQ(got, c.want) << c.name;
  }
}

TEST(EndpointsPlan, NamedPortsMayDifferBetweenPods) {
  const auto slices =
      DecideSlices(Web(IntOrString::Of("web")),
                   {ReadyPod("a", "10.0.0.1", 8080), ReadyPod("b", "10.0.0.2", 9090), ReadyPod("c", "10.0.0.3", 8080)});
  ASSERT_EQ(slices.size(), 2u);
  EXPECT_EQ(slices[0].ports.at(0).port, 8080);
  EXPECT_EQ(slices[0].endpoints.size(), 2u);
  EXPECT_EQ(slices[1].ports.at(0).port, 9090);
  EXPECT_NE(slices[0].metadata.name, slices[1].metadata.name);
  EXPECT_TRUE(DecideSlices(Web(IntOrString::Of("no such port")), {ReadyPod("a", "10.0.0.1")}).empty());
  EXPECT_EQ(DecideSlices(Web(std::nullopt), {ReadyPod("a", "10.0.0.1")}).at(0).ports.at(0).port, 80);
}

TEST(EndpointsPlan, ManyPodsAreSplitAndFamiliesKeptApart) {
  std::vector<types::Pod> pods;
  for (int i = 0; i < 230; ++i) pods.push_back(ReadyPod("p" + std::to_string(1000 + i), "10.0.1." + std::to_string(i)));
  pods.push_back(ReadyPod("six", "fd00::1"));
  const auto slices = DecideSlices(Web(IntOrString::Of(80)), pods);
  ASSERT_EQ(slices.size(), 4u);
  EXPECT_EQ(slices[0].endpoints.size(), 100u);
  EXPECT_EQ(slices[2].endpoints.size(), 30u);
  EXPECT_EQ(slices[3].address_type, "IPv6");
}

TEST(EndpointsPlan, TheOlderKindPartsReadyFromNotReady) {
  types::Pod slow = ReadyPod("b", "10.0.0.2");
  slow.status.conditions[0].status = "False";
  types::Pod ending = ReadyPod("c", "10.0.0.3");
  ending.metadata.deletion_timestamp = "x";
  const types::Endpoints endpoints =
      DecideEndpoints(Web(IntOrString::Of(8080)), {ReadyPod("a", "10.0.0.1"), slow, ending});
  ASSERT_EQ(endpoints.subsets.size(), 1u);
  ASSERT_EQ(endpoints.subsets[0].addresses.size(), 1u);
  EXPECT_EQ(endpoints.subsets[0].addresses[0].target_ref->name, "a");
  ASSERT_EQ(endpoints.subsets[0].not_ready_addresses.size(), 1u);
  EXPECT_EQ(endpoints.subsets[0].ports.at(0).port, 8080);
}

class EndpointsTest : public SmallLab {
 protected:
  EndpointsTest() { AddEndpointsController(*manager_, 1); }
  void MakePod(const std::string& name, const std::string& label = "web") {
    Create(kPods, R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name + R"(","labels":{"app":")" + label +
                      R"("}},"spec":{"containers":[{"name":"c","ports":[{"name":"web","containerPort":8080}]}]}})");
    MakeReady(Read<types::Pod>(kPods, name));
  }
  void MakeService(const std::string& selector) {
    Create(kServices,
           R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web","labels":{"team":"x"}},"spec":{)" +
               selector + R"("ports":[{"port":80,"targetPort":"web","protocol":"TCP"}]}})");
  }
  std::vector<std::string> ReadyPods() {
    std::vector<std::string> names;
    for (const auto& slice : All<types::EndpointSlice>(kEndpointSlices)) {
      for (const types::Endpoint& endpoint : slice.endpoints) {
        if (endpoint.conditions.ready.value_or(false)) names.push_back(endpoint.target_ref->name);
      }
    }
    return names;
  }
};

using Strings = std::vector<std::string>;

TEST_F(EndpointsTest, FollowThePods) {
  MakePod("a");
  MakePod("b");
  MakePod("other", "db");
  MakeService(R"("selector":{"app":"web"},)");
  Start();
  EXPECT_EQ(ReadyPods(), (Strings{"a", "b"}));
  const auto slice = All<types::EndpointSlice>(kEndpointSlices).at(0);
  EXPECT_EQ(slice.metadata.labels.at(kServiceName), "web");
  EXPECT_EQ(slice.metadata.owner_references.at(0).kind, "Service");
  EXPECT_EQ(slice.endpoints.at(0).node_name, "node-1");
  EXPECT_EQ(Read<types::Endpoints>(kEndpoints, "web").subsets.at(0).addresses.size(), 2u);

  Patch(kPods, "a", R"({"status":{"conditions":[{"type":"Ready","status":"False"}]}})", "status");
  executor_.RunUntilIdle();
  EXPECT_EQ(ReadyPods(), Strings{"b"}) << "at once, without a timer";
  Patch(kPods, "b", R"({"metadata":{"labels":{"app":"debug"}}})");
  Patch(kPods, "other", R"({"metadata":{"labels":{"app":"web"}}})");
  Settle();
  EXPECT_EQ(ReadyPods(), Strings{"other"});
  client_.TakeWrites();
  Patch(kPods, "other", R"({"metadata":{"annotations":{"irrelevant":"x"}}})");
  Settle();
  EXPECT_EQ(client_.TakeWrites(), Strings{"patch pods default/other"});
  client_.Remove(kServices, {"default", "web"});
  Settle();
  EXPECT_TRUE(client_.All(kEndpoints).empty());
  EXPECT_TRUE(client_.All(kEndpointSlices).empty());
}

TEST_F(EndpointsTest, ASliceThatWasChangedByHandIsPutBackAndForeignOnesStay) {
  MakePod("a");
  MakeService(R"("selector":{"app":"web"},)");
  client_.Seed(kEndpointSlices,
               R"({"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"own",)"
               R"("namespace":"default","labels":{"kubernetes.io/service-name":"web",)"
               R"("endpointslice.kubernetes.io/managed-by":"me"}},"addressType":"IPv4"})");
  Start();
  const auto slices = All<types::EndpointSlice>(kEndpointSlices);
  ASSERT_EQ(slices.size(), 2u);
  for (const auto& slice : slices) {
    if (slice.metadata.name != "own") Patch(kEndpointSlices, slice.metadata.name, R"({"endpoints":[]})");
  }
  Settle();
  EXPECT_EQ(ReadyPods(), Strings{"a"});
  EXPECT_EQ(client_.All(kEndpointSlices).size(), 2u);
}

// Who writes Endpoints by hand, or elects a leader by them, need not have a Service.
TEST_F(EndpointsTest, EndpointsGoOnlyWithTheirService) {
  const struct {
    const char* name;
    const char* metadata;  // of Endpoints "web" that are there from the start
    const char* selector;  // of Service "web", which is then made and deleted; null: none ever is
    bool stay;
  } cases[] = {
      {"a person's, without a Service", R"("labels":{"mine":"yes"})", nullptr, true},
      {"an election's, without a Service",
       R"("annotations":{"control-plane.alpha.kubernetes.io/leader":"{\"holderIdentity\":\"a\"}"})", nullptr, true},
      {"those that this controller wrote for a Service that went while it was away",
       R"("labels":{"endpoints.kubernetes.io/managed-by":"endpoint-controller"})", nullptr, false},
      {"of a Service that selects pods and is deleted", R"("labels":{})", R"("selector":{"app":"web"},)", false},
      {"a person's, of a Service without selector that is deleted", R"("labels":{"mine":"yes"})", "", false},
  };
  Start();
  for (const auto& c : cases) {
    Create(kEndpoints, std::string(R"({"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"web",)") + c.metadata +
                           R"(},"subsets":[{"addresses":[{"ip":"192.168.1.5"}],"ports":[{"port":8006}]}]})");
    executor_.RunUntilIdle();
    if (c.selector != nullptr) {
      MakeService(c.selector);
      Settle();
      EXPECT_NE(client_.Peek(kEndpoints, {"default", "web"}), nullptr) << c.name;
      client_.Remove(kServices, {"default", "web"});
    }
    executor_.Advance(10s);
    EXPECT_EQ(client_.Peek(kEndpoints, {"default", "web"}) != nullptr, c.stay) << c.name;
    EXPECT_TRUE(client_.All(kEndpointSlices).empty()) << c.name;
    client_.Remove(kEndpoints, {"default", "web"});
    Settle();
  }
}

TEST_F(EndpointsTest, WhatAPersonMakesAfterTheServiceHasGoneStays) {
  MakeService(R"("selector":{"app":"web"},)");
  Start();
  client_.Remove(kServices, {"default", "web"});
  Settle();
  EXPECT_TRUE(client_.All(kEndpoints).empty());
  Create(kEndpoints, R"({"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"web"}})");
  Settle();
  EXPECT_EQ(client_.All(kEndpoints).size(), 1u);
}

TEST_F(EndpointsTest, SlicesThatAPersonMakesStayWithAndWithoutAService) {
  for (const char* name : {"web", "never-there"}) {
    client_.Seed(kEndpointSlices, std::string(R"({"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice",)") +
                                      R"("metadata":{"name":"own-)" + name + R"(","namespace":"default","labels":)" +
                                      R"({"kubernetes.io/service-name":")" + name + R"("}},"addressType":"IPv4"})");
  }
  MakeService("");
  Start();
  client_.Remove(kServices, {"default", "web"});
  Settle();
  EXPECT_EQ(client_.All(kEndpointSlices).size(), 2u);
}

TEST_F(EndpointsTest, EndpointsOfAServiceWithoutSelectorAreMirrored) {
  MakeService("");
  Start();
  EXPECT_TRUE(client_.All(kEndpointSlices).empty());
  Create(kEndpoints, R"({"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"web"},"subsets":[{"addresses":)"
                     R"([{"ip":"192.168.1.5"}],"ports":[{"port":8006}]}]})");
  Settle();
  const auto slices = All<types::EndpointSlice>(kEndpointSlices);
  ASSERT_EQ(slices.size(), 1u);
  EXPECT_EQ(slices[0].endpoints.at(0).addresses.at(0), "192.168.1.5");
  EXPECT_EQ(slices[0].ports.at(0).port, 8006);
  EXPECT_EQ(slices[0].metadata.labels.at(kManagedBy), kMirrorController);
  EXPECT_EQ(Read<types::Endpoints>(kEndpoints, "web").subsets.size(), 1u) << "a person's Endpoints are not touched";
  client_.Remove(kEndpoints, {"default", "web"});
  Settle();
  EXPECT_TRUE(client_.All(kEndpointSlices).empty());
}

}  // namespace
}  // namespace croft::workloads
