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
    if (!slices.at(0).endpoints.empty()) {
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
  EXPECT_TRUE(DecideSlices(Web(IntOrString::Of("no such port")), {ReadyPod("a", "10.0.0.1")}).at(0).endpoints.empty());
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

TEST(EndpointsPlan, EachFamilyOfAServiceHasASlice) {
  const struct {
    const char* name;
    std::vector<std::string> families;
    const char* address;  // of the Service
    std::vector<types::Pod> pods;
    std::string want;  // family and number of endpoints of each slice
  } cases[] = {
      {"no pod", {"IPv4"}, "10.96.0.9", {}, "IPv4:0 "},
      {"a pod", {"IPv4"}, "10.96.0.9", {ReadyPod("a", "10.0.0.1")}, "IPv4:1 "},
      {"no pod for either family", {"IPv6", "IPv4"}, "fd00::9", {}, "IPv4:0 IPv6:0 "},
      {"a pod for one of two", {"IPv4", "IPv6"}, "10.96.0.9", {ReadyPod("a", "10.0.0.1")}, "IPv4:1 IPv6:0 "},
      {"only a pod of the other family", {"IPv4"}, "10.96.0.9", {ReadyPod("a", "fd00::1")}, "IPv6:1 IPv4:0 "},
      {"families are not said, the address is", {}, "fd00::9", {}, "IPv6:0 "},
      {"headless, and families are not said", {}, "None", {}, "IPv4:0 "},
  };
  for (const auto& c : cases) {
    types::Service service = Web(IntOrString::Of(8080));
    service.spec.ip_families = c.families;
    service.spec.cluster_ip = c.address;
    std::string got;
    for (const auto& slice : DecideSlices(service, c.pods)) {
      got += slice.address_type + ":" + std::to_string(slice.endpoints.size()) + " ";
      EXPECT_EQ(slice.ports.size(), slice.endpoints.size()) << c.name;
    }
    EXPECT_EQ(got, c.want) << c.name;
  }
}

TEST(EndpointsPlan, SlicesAreUsedAgainForOtherPorts) {
  const auto slice = [](const std::string& name, int32_t port, const char* family = "IPv4",
                        const char* manager = kSliceController) {
    types::EndpointSlice made;
    made.metadata.name = name;
    made.metadata.labels[kManagedBy] = manager;
    made.address_type = family;
    if (port != 0) made.ports.push_back({"", "TCP", port, ""});
    return made;
  };
  using Slices = std::vector<types::EndpointSlice>;
  const struct {
    const char* name;
    Slices standing;
    Slices wanted;
    std::vector<std::string> want;  // names of those that are wanted
  } cases[] = {
      {"nothing stands", {}, {slice("a", 1)}, {"a"}},
      {"it stands by its name", {slice("a", 2), slice("b", 1)}, {slice("a", 1)}, {"a"}},
      {"an empty one is filled", {slice("x", 0)}, {slice("a", 1)}, {"x"}},
      {"a full one is emptied", {slice("x", 1)}, {slice("a", 0)}, {"x"}},
      {"one of the same ports comes first", {slice("x", 2), slice("y", 1)}, {slice("a", 1)}, {"y"}},
      {"each is used once", {slice("x", 1)}, {slice("a", 1), slice("b", 1)}, {"x", "b"}},
      {"what one needs by name no other takes", {slice("b", 1)}, {slice("a", 1), slice("b", 2)}, {"a", "b"}},
      {"a family is for good", {slice("x", 1, "IPv6")}, {slice("a", 1)}, {"a"}},
      {"a mirror stays one", {slice("x", 1, "IPv4", kMirrorController)}, {slice("a", 1)}, {"a"}},
  };
  for (const auto& c : cases) {
    std::map<std::string, types::EndpointSlice> standing;
    for (const auto& each : c.standing) standing.emplace(each.metadata.name, each);
    Slices wanted = c.wanted;
    ReuseSlices(standing, wanted);
    std::vector<std::string> got;
    for (const auto& each : wanted) got.push_back(each.metadata.name);
    EXPECT_EQ(got, c.want) << c.name;
  }
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

using Strings = std::vector<std::string>;

class EndpointsTest : public SmallLab {
 protected:
  EndpointsTest() { AddEndpointsController(*manager_, 1); }
  void MakePod(const std::string& name, const std::string& label = "web", int port = 8080) {
    Create(kPods, R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name + R"(","labels":{"app":")" + label +
                      R"("}},"spec":{"containers":[{"name":"c","ports":[{"name":"web","containerPort":)" +
                      std::to_string(port) + R"(}]}]}})");
    MakeReady(Read<types::Pod>(kPods, name));
  }
  // The only slice there is.
  types::EndpointSlice Slice() {
    const auto slices = All<types::EndpointSlice>(kEndpointSlices);
    EXPECT_EQ(slices.size(), 1u);
    return slices.at(0);
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

TEST_F(EndpointsTest, AServiceThatFindsNothingHasASliceThatIsFilledAndEmptied) {
  Start();
  MakeService(R"("selector":{"app":"web"},)");
  Settle();
  const types::EndpointSlice empty = Slice();
  EXPECT_EQ(empty.metadata.labels.at(kServiceName), "web");
  EXPECT_EQ(empty.metadata.labels.at(kManagedBy), kSliceController);
  EXPECT_EQ(empty.metadata.owner_references.at(0).kind, "Service");
  EXPECT_EQ(empty.address_type, "IPv4");
  EXPECT_TRUE(empty.endpoints.empty());
  EXPECT_TRUE(empty.ports.empty());
  EXPECT_TRUE(Read<types::Endpoints>(kEndpoints, "web").subsets.empty());
  client_.TakeWrites();
  executor_.Advance(10min);
  EXPECT_EQ(client_.TakeWrites(), Strings{}) << "nothing has changed";

  MakePod("a");
  Settle();
  EXPECT_EQ(ReadyPods(), Strings{"a"});
  EXPECT_EQ(Slice().metadata.uid, empty.metadata.uid);
  EXPECT_EQ(Slice().ports.at(0).port, 8080);
  client_.Remove(kPods, {"default", "a"});
  Settle();
  EXPECT_EQ(Slice().metadata.uid, empty.metadata.uid);
  EXPECT_TRUE(SameSlice(Slice(), empty));
  EXPECT_TRUE(Read<types::Endpoints>(kEndpoints, "web").subsets.empty());
}

TEST_F(EndpointsTest, ASliceStaysWhenItsLastPodGoes) {
  MakePod("a");
  MakeService(R"("selector":{"app":"web"},)");
  Start();
  const std::string uid = Slice().metadata.uid;
  client_.Remove(kPods, {"default", "a"});
  Settle();
  EXPECT_EQ(Slice().metadata.uid, uid);
  EXPECT_TRUE(Slice().endpoints.empty());
}

TEST_F(EndpointsTest, AnEndpointThatMovesToAnotherSliceIsInOneAllTheTime) {
  MakePod("a", "web", 8080);
  MakeService(R"("selector":{"app":"web"},)");
  Start();
  const std::string first = Slice().metadata.name;
  client_.Remove(kPods, {"default", "a"});
  MakePod("b", "web", 9090);
  Settle();
  ASSERT_EQ(Slice().metadata.name, first) << "led to other ports";
  client_.TakeWrites();
  MakePod("c", "web", 8080);
  Settle();
  EXPECT_EQ(All<types::EndpointSlice>(kEndpointSlices).size(), 2u);
  Strings verbs;
  for (const std::string& write : client_.TakeWrites()) {
    if (write.find(" endpointslices ") != std::string::npos) verbs.push_back(write.substr(0, write.find(' ')));
  }
  EXPECT_EQ(verbs, (Strings{"create", "update"})) << "made where it goes before it is taken from where it was";
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

// Keys that meet an outage have no event to tell them that it is over.
TEST_F(EndpointsTest, FollowThePodsWithinSecondsOfTheEndOfAnOutage) {
  MakePod("a");
  MakeService(R"("selector":{"app":"web"},)");
  Start();
  client_.SetFault([](std::string_view verb, const GroupVersionResource& gvr, const Key&) {
    return verb == "update" && gvr == kEndpointSlices ? Status::Unavailable("too busy") : Status::Ok();
  });
  Patch(kPods, "a", R"({"status":{"conditions":[{"type":"Ready","status":"False"}]}})", "status");
  executor_.Advance(10min);
  EXPECT_EQ(ReadyPods(), Strings{"a"});
  client_.SetFault(nullptr);
  executor_.Advance(5s);
  EXPECT_EQ(ReadyPods(), Strings{});
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
