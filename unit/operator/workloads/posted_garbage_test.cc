#include <thread>

#include "operator/workloads/garbage_controller.h"
#include "operator/workloads/posted_kinds.h"
#include "unit/operator/workloads/small_lab.h"

namespace croft::workloads {
namespace {

using namespace std::chrono_literals;
using resources::kConfigMaps;
using resources::kCustomResourceDefinitions;
using Strings = std::vector<std::string>;

const GroupVersionResource kGardens{"lab.example.com", "v1", "gardens"};
const GroupVersionResource kNewGardens{"lab.example.com", "v2", "gardens"};

// The definition of Gardens, with `versions` ("v1", or "v1-" for one that is not served; the last is stored).
std::string Definition(const Strings& versions, bool established = true, const std::string& scope = "Namespaced") {
  std::string list;
  for (const std::string& version : versions) {
    const bool served = version.back() != '-';
    list += std::string(list.empty() ? "" : ",") + R"({"name":")" + version.substr(0, 2) + R"(","served":)" +
            (served ? "true" : "false") + R"(,"storage":)" + (&version == &versions.back() ? "true" : "false") + "}";
  }
  return R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",)"
         R"("metadata":{"name":"gardens.lab.example.com"},"spec":{"group":"lab.example.com","scope":")" +
         scope + R"(","names":{"plural":"gardens","kind":"Garden"},"versions":[)" + list +
         R"(]},"status":{"conditions":[{"type":"NamesAccepted","status":"True"},{"type":"Established","status":")" +
         (established ? "True" : "False") + R"("}]}})";
}

TEST(CollectedOf, WhatADefinitionAddsToWhatIsCollected) {
  const CollectedResource first{{"lab.example.com", "v1", "gardens"}, "Garden", true};
  const CollectedResource second{{"lab.example.com", "v2", "gardens"}, "Garden", true};
  const CollectedResource everywhere{{"lab.example.com", "v1", "gardens"}, "Garden", false};
  struct Case {
    const char* name;
    std::string crd;
    std::optional<CollectedResource> collected;
  };
  const Case cases[] = {
      {"one version", Definition({"v1"}), first},
      {"of two the stored one", Definition({"v1", "v2"}), second},
      {"the stored one is not served", Definition({"v1", "v2-"}), first},
      {"none is served", Definition({"v1-"}), std::nullopt},
      {"its names are not accepted yet", Definition({"v1"}, false), std::nullopt},
      {"cluster-scoped", Definition({"v1"}, true, "Cluster"), everywhere},
      {"nothing is said of it", R"({"spec":{}})", std::nullopt},
  };
  for (const Case& c : cases) {
    const auto crd = ParseJson(c.crd);
    ASSERT_TRUE(crd.ok()) << c.crd;
    EXPECT_EQ(CollectedOf(*crd), c.collected) << c.name;
  }
}

class PostedGarbageTest : public SmallLab {
 protected:
  PostedGarbageTest() { AddGarbageCollector(*manager_, {{kConfigMaps, "ConfigMap"}}, 1); }

  void Post(const Strings& versions = {"v1"}) { client_.Seed(kCustomResourceDefinitions, Definition(versions)); }
  // A Garden or ConfigMap; `owner` is "Garden/name" or "ConfigMap/name", which need not exist.
  void Make(const GroupVersionResource& gvr, const std::string& name, const std::string& owner = {},
            bool block = true) {
    std::string owners;
    if (!owner.empty()) {
      const size_t slash = owner.find('/');
      const bool garden = owner.substr(0, slash) == "Garden";
      const std::string of = owner.substr(slash + 1);
      const ObjectPtr standing = client_.Peek(garden ? kGardens : kConfigMaps, {"default", of});
      owners = std::string(R"({"apiVersion":")") + (garden ? "lab.example.com/v1" : "v1") + R"(","kind":")" +
               owner.substr(0, slash) + R"(","name":")" + of + R"(","uid":")" +
               (standing == nullptr ? "uid-of-" + of : standing->meta().uid) + R"(","blockOwnerDeletion":)" +
               (block ? "true" : "false") + "}";
    }
    client_.Seed(gvr, R"({"apiVersion":")" + (gvr.group.empty() ? "v1" : gvr.group + "/" + gvr.version) +
                          R"(","kind":")" + (gvr.group.empty() ? "ConfigMap" : "Garden") +
                          R"(","metadata":{"namespace":"default","name":")" + name + R"(","ownerReferences":[)" +
                          owners + "]}}");
  }
  void Delete(const GroupVersionResource& gvr, const std::string& name, const std::string& propagation) {
    client::DeleteOptions options;
    options.propagation_policy = propagation;
    ASSERT_TRUE(client_.Delete(gvr, {"default", name}, options).ok());
    Settle();
  }
  Strings Names(const GroupVersionResource& gvr) {
    Strings names;
    for (const ObjectPtr& object : client_.All(gvr)) names.push_back(object->name());
    return names;
  }
};

TEST_F(PostedGarbageTest, WhatObjectsOfAPostedKindOwnFollowsThemAndTheyFollowTheirOwners) {
  Post();
  Make(kGardens, "front");
  Make(kConfigMaps, "plan", "Garden/front");
  Make(kGardens, "bed", "ConfigMap/plan");
  Make(kGardens, "free");
  Start();
  EXPECT_EQ(Names(kGardens).size(), 3u);
  Delete(kGardens, "front", "Background");
  EXPECT_EQ(Names(kConfigMaps), Strings{});
  EXPECT_EQ(Names(kGardens), Strings{"free"});
}

TEST_F(PostedGarbageTest, AKindThatIsPostedLaterIsCollectedFromThenOn) {
  Start();
  Post();
  Settle();
  Make(kGardens, "front");
  Make(kConfigMaps, "plan", "Garden/front");
  Settle();
  Delete(kGardens, "front", "Background");
  EXPECT_EQ(Names(kConfigMaps), Strings{});
}

TEST_F(PostedGarbageTest, WhatWasLeftBehindIsFoundWhenItsOwnersKindComes) {
  Make(kConfigMaps, "plan", "Garden/never-there");
  Start();
  EXPECT_EQ(Names(kConfigMaps), Strings{"plan"}) << "nobody knows what a Garden is";
  Post();
  Settle();
  EXPECT_EQ(Names(kConfigMaps), Strings{});
}

TEST_F(PostedGarbageTest, InTheForegroundTheOwnerGoesLast) {
  Post();
  Make(kConfigMaps, "plan");
  Make(kGardens, "front", "ConfigMap/plan");
  Make(kGardens, "bed", "Garden/front");
  Patch(kGardens, "bed", R"({"metadata":{"finalizers":["x/y"]}})");
  Start();
  Delete(kConfigMaps, "plan", "Foreground");
  EXPECT_EQ(Names(kConfigMaps), Strings{"plan"});
  EXPECT_EQ(Names(kGardens), (Strings{"bed", "front"}));
  Patch(kGardens, "bed", R"({"metadata":{"finalizers":null}})");
  Settle();
  EXPECT_EQ(Names(kConfigMaps), Strings{});
  EXPECT_EQ(Names(kGardens), Strings{});
}

TEST_F(PostedGarbageTest, OrphansAreSetFree) {
  Post();
  Make(kGardens, "front");
  Make(kGardens, "bed", "Garden/front");
  Start();
  Delete(kGardens, "front", "Orphan");
  EXPECT_EQ(Names(kGardens), Strings{"bed"});
  EXPECT_TRUE(client_.Peek(kGardens, {"default", "bed"})->meta().owners.empty());
}

TEST_F(PostedGarbageTest, AnOwnerWaitsUntilADependentsKindIsKnown) {
  Make(kConfigMaps, "plan");
  Make(kGardens, "front", "ConfigMap/plan");
  Patch(kGardens, "front", R"({"metadata":{"finalizers":["x/y"]}})");
  Start();
  client_.SetFault([](std::string_view verb, const GroupVersionResource& gvr, const Key&) {
    return verb == "list" && gvr == kGardens ? Status::Unavailable("away") : Status::Ok();
  });
  Post();
  Settle();
  Delete(kConfigMaps, "plan", "Foreground");
  EXPECT_EQ(Names(kConfigMaps), Strings{"plan"}) << "what it owns can't be told yet";
  client_.SetFault(nullptr);
  executor_.Advance(10s);
  EXPECT_TRUE(client_.Peek(kGardens, {"default", "front"})->meta().deleting);
  EXPECT_EQ(Names(kConfigMaps), Strings{"plan"});
  Patch(kGardens, "front", R"({"metadata":{"finalizers":null}})");
  Settle();
  EXPECT_EQ(Names(kConfigMaps), Strings{});
}

TEST_F(PostedGarbageTest, AKindThatCanNotBeListedHoldsOthersUpOnlySoLong) {
  client_.SetFault([](std::string_view verb, const GroupVersionResource& gvr, const Key&) {
    return verb == "list" && gvr == kGardens ? Status::Unavailable("away") : Status::Ok();
  });
  Post();
  Make(kConfigMaps, "plan");
  Make(kConfigMaps, "page", "ConfigMap/plan");
  Start();
  Delete(kConfigMaps, "plan", "Background");
  EXPECT_EQ(Names(kConfigMaps), Strings{"page"});
  executor_.Advance(1min);
  EXPECT_EQ(Names(kConfigMaps), Strings{});
}

TEST_F(PostedGarbageTest, ObjectsThatGoWithTheirKindTakeAlongWhatTheyOwn) {
  Post();
  Make(kGardens, "front");
  Make(kConfigMaps, "plan", "Garden/front");
  Start();
  // Nothing is served of the kind any more before anybody hears of it.
  client_.HoldEvents(true);
  client_.Remove(kGardens, {"default", "front"});
  client_.Remove(kCustomResourceDefinitions, {"", "gardens.lab.example.com"});
  client_.SetFault([](std::string_view, const GroupVersionResource& gvr, const Key&) {
    return gvr == kGardens ? Status::NotFound("the server could not find the requested resource") : Status::Ok();
  });
  client_.HoldEvents(false);
  Settle();
  EXPECT_EQ(Names(kConfigMaps), Strings{});
}

TEST_F(PostedGarbageTest, OfAKindWhoseObjectsWereNotSeenToGoTheyAreGoneAllTheSame) {
  Post();
  Make(kGardens, "front");
  Make(kConfigMaps, "plan", "Garden/front");
  Start();
  client_.Remove(kCustomResourceDefinitions, {"", "gardens.lab.example.com"});
  Settle();
  EXPECT_EQ(Names(kConfigMaps), Strings{});
}

TEST_F(PostedGarbageTest, AnOwnerOfAKindThatIsNotServedForNowIsNoReasonToDelete) {
  Post();
  Start();
  client_.SetFault([](std::string_view, const GroupVersionResource& gvr, const Key&) {
    return gvr == kGardens ? Status::NotFound("the server could not find the requested resource") : Status::Ok();
  });
  Make(kConfigMaps, "plan", "Garden/front");
  Settle();
  EXPECT_EQ(Names(kConfigMaps), Strings{"plan"});
}

TEST_F(PostedGarbageTest, AnotherVersionTakesTheFormersPlace) {
  Post({"v1"});
  Start();
  Post({"v1-", "v2"});
  Settle();
  Make(kNewGardens, "lost", "ConfigMap/never-there");
  Settle();
  EXPECT_EQ(Names(kNewGardens), Strings{});
  Post({"v1-", "v2-"});
  Settle();
  Make(kNewGardens, "lost", "ConfigMap/never-there");
  Settle();
  EXPECT_EQ(Names(kNewGardens), Strings{"lost"}) << "nothing is served of it";
}

TEST_F(PostedGarbageTest, OneThatStopsStopsFollowing) {
  Post();
  Start();
  manager_.reset();
  Make(kGardens, "lost", "ConfigMap/never-there");
  Settle();
  EXPECT_EQ(Names(kGardens), Strings{"lost"});
}

// On many threads, as in the product, kinds come and go while what their objects own is looked at.
TEST(PostedGarbage, KindsComeAndGoWhileTheyAreCollected) {
  SystemClock clock;
  SeededRandom random{7}, client_random{8};
  ThreadPool executor(4, "test");
  fakes::FakeClient client(clock, client_random, executor);
  auto manager = std::make_unique<runtime::Manager>(runtime::Context{client, clock, random, executor});
  AddGarbageCollector(*manager, {{kConfigMaps, "ConfigMap"}}, 4);
  manager->Start();
  for (int round = 0; round < 30; ++round) {
    const std::string name = "n" + std::to_string(round);
    client.Seed(kCustomResourceDefinitions, Definition({"v1"}));
    const std::string uid = client
                                .Seed(kGardens, R"({"apiVersion":"lab.example.com/v1","kind":"Garden","metadata":)"
                                                R"({"namespace":"default","name":")" +
                                                    name + "\"}}")
                                ->meta()
                                .uid;
    client.Seed(kConfigMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"namespace":"default","name":")" +
                                 name + R"(","ownerReferences":[{"apiVersion":"lab.example.com/v1","kind":"Garden",)" +
                                 R"("name":")" + name + R"(","uid":")" + uid + "\"}]}}");
    if (round % 3 == 0) std::this_thread::sleep_for(1ms);  // sometimes the kind is known by now
    client.Remove(kGardens, {"default", name});
    if (round % 2 == 0) client.Remove(kCustomResourceDefinitions, {"", "gardens.lab.example.com"});
  }
  client.Seed(kCustomResourceDefinitions, Definition({"v1"}));
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (!client.All(kConfigMaps).empty() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(5ms);
  EXPECT_TRUE(client.All(kConfigMaps).empty()) << client.All(kConfigMaps).size() << " were left behind";
  manager->Stop();
  client.Remove(kCustomResourceDefinitions, {"", "gardens.lab.example.com"});
  manager.reset();
  executor.Stop();
}

}  // namespace
}  // namespace croft::workloads
