#include "operator/workloads/garbage_controller.h"
#include "operator/workloads/garbage_plan.h"
#include "operator/workloads/install.h"
#include "unit/operator/workloads/small_lab.h"

namespace croft::workloads {
namespace {

using namespace std::chrono_literals;
using resources::kConfigMaps;
using resources::kNamespaces;
using resources::kNodes;
using resources::kPods;
using resources::kSecrets;

TEST(GarbagePlan, WhatHappensToAnObjectByItsOwners) {
  using enum OwnerState;
  using Action = GarbagePlan::Action;
  struct Case {
    const char* name;
    std::vector<OwnerState> states;
    bool dependents;
    Action action;
    std::string propagation;
    size_t keep;
  };
  const Case cases[] = {
      {"its owner stands", {kPresent}, false, Action::kNothing, "", 1},
      {"its owner is gone", {kAbsent}, true, Action::kDelete, "Background", 0},
      {"one of two owners is gone", {kAbsent, kPresent}, false, Action::kDropReferences, "", 1},
      {"its owner waits for it", {kWaiting}, false, Action::kDelete, "Background", 0},
      {"its owner waits for it and for what it owns", {kWaiting}, true, Action::kDelete, "Foreground", 0},
      {"one waits, one stands", {kWaiting, kPresent}, false, Action::kDropReferences, "", 1},
      {"nothing is known of its owner", {kUnknown}, false, Action::kNothing, "", 1},
      {"nothing is known of one, the other is gone", {kUnknown, kAbsent}, false, Action::kDropReferences, "", 1},
  };
  for (const Case& c : cases) {
    OwnedObject object;
    object.states = c.states;
    object.owners.resize(c.states.size());
    object.has_dependents = c.dependents;
    const GarbagePlan plan = DecideGarbage(object);
    EXPECT_EQ(plan.action, c.action) << c.name;
    EXPECT_EQ(plan.propagation, c.propagation) << c.name;
    EXPECT_EQ(plan.keep.size(), c.keep) << c.name;
  }
}

class GarbageTest : public SmallLab {
 protected:
  GarbageTest() {
    AddGarbageCollector(*manager_, {{kConfigMaps, "ConfigMap"}, {kSecrets, "Secret"}, {kNodes, "Node", false}}, 1);
  }
  std::string Seed(const std::string& name, const std::vector<std::string>& owners = {}, bool block = false,
                   const std::string& ns = "default") {
    std::string references;
    for (const std::string& owner : owners) {
      const ObjectPtr standing = client_.Peek(kConfigMaps, {"default", owner});
      references += std::string(references.empty() ? "" : ",") + R"({"apiVersion":"v1","kind":"ConfigMap","name":")" +
                    owner + R"(","uid":")" + (standing != nullptr ? standing->meta().uid : "uid-gone") +
                    R"(","blockOwnerDeletion":)" + (block ? "true" : "false") + "}";
    }
    return client_
        .Seed(kConfigMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name +
                               R"(","namespace":")" + ns + R"(","ownerReferences":[)" + references + "]}}")
        ->meta()
        .uid;
  }
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    for (const ObjectPtr& object : client_.All(kConfigMaps)) names.push_back(object->name());
    return names;
  }
  void Delete(const std::string& name, const std::string& propagation) {
    client::DeleteOptions options;
    options.propagation_policy = propagation;
    ASSERT_TRUE(client_.Delete(kConfigMaps, {"default", name}, options).ok());
  }
};

using Strings = std::vector<std::string>;

TEST_F(GarbageTest, DependentsFollowTheirOwnerInTheBackground) {
  Seed("a");
  Seed("b", {"a"});
  Seed("c", {"b"});
  Seed("free");
  Start();
  EXPECT_EQ(Names().size(), 4u);
  Delete("a", "Background");
  Settle();
  EXPECT_EQ(Names(), Strings{"free"});
}

TEST_F(GarbageTest, WhatWasLeftBehindWhileNobodyLookedIsFound) {
  Seed("lost", {"never-there"});
  Start();
  EXPECT_TRUE(Names().empty());
}

TEST_F(GarbageTest, AnOwnerThatTheCacheDoesNotShowYetIsAskedOfTheServer) {
  Start();
  client_.HoldEvents(true);
  const std::string uid = Seed("owner");
  client_.HoldEvents(false);
  client_.SetFault([](std::string_view verb, const GroupVersionResource&, const Key&) {
    return verb == "get" ? Status::Unavailable("away") : Status::Ok();
  });
  Seed("lost", {"never-there"});
  Settle();
  EXPECT_EQ(Names(), (Strings{"lost", "owner"})) << "no answer is no reason to delete";
  client_.SetFault(nullptr);
  executor_.Advance(2min);
  EXPECT_EQ(Names(), Strings{"owner"});
}

TEST_F(GarbageTest, InTheForegroundTheOwnerGoesLast) {
  Seed("a");
  Seed("b", {"a"}, true);
  Seed("c", {"b"}, true);
  // c does not go at once, as a pod does not.
  Patch(kConfigMaps, "c", R"({"metadata":{"finalizers":["x/y"]}})");
  Start();
  Delete("a", "Foreground");
  Settle();
  EXPECT_EQ(Names(), (Strings{"a", "b", "c"}));
  Patch(kConfigMaps, "c", R"({"metadata":{"finalizers":null}})");
  Settle();
  EXPECT_TRUE(Names().empty());
}

TEST_F(GarbageTest, ADependentThatDoesNotBlockIsNotWaitedFor) {
  Seed("a");
  Seed("b", {"a"}, false);
  Patch(kConfigMaps, "b", R"({"metadata":{"finalizers":["x/y"]}})");
  Start();
  Delete("a", "Foreground");
  Settle();
  EXPECT_EQ(Names(), Strings{"b"});
}

TEST_F(GarbageTest, OrphansAreSetFree) {
  Seed("a");
  Seed("b", {"a"});
  Start();
  Delete("a", "Orphan");
  Settle();
  EXPECT_EQ(Names(), Strings{"b"});
  EXPECT_TRUE(client_.Peek(kConfigMaps, {"default", "b"})->meta().owners.empty());
}

TEST_F(GarbageTest, AnOwnerInAnotherNamespaceIsNoReasonToDelete) {
  Seed("a");
  Seed("b", {"a"}, false, "elsewhere");
  Start();
  EXPECT_EQ(Names().size(), 2u);
  EXPECT_EQ(EventMessages("OwnerRefInvalidNamespace").size(), 1u);
}

TEST_F(GarbageTest, AKindThatIsNotCollectedIsNoReasonToDelete) {
  client_.Seed(kConfigMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b","namespace":"default",)"
                            R"("ownerReferences":[{"apiVersion":"x/v1","kind":"X","name":"x","uid":"x"}]}})");
  Start();
  EXPECT_EQ(Names(), Strings{"b"});
}

TEST_F(GarbageTest, OneOwnerLeftKeepsIt) {
  Seed("a");
  Seed("z");
  Seed("b", {"a", "z"});
  Start();
  Delete("a", "Background");
  Settle();
  EXPECT_EQ(Names(), (Strings{"b", "z"}));
  EXPECT_EQ(client_.Peek(kConfigMaps, {"default", "b"})->meta().owners.size(), 1u);
}

class NamespaceTest : public SmallLab {
 protected:
  NamespaceTest() {
    AddNamespaceController(
        *manager_,
        [] {
          return std::vector{kConfigMaps, kPods, kSecrets};
        },
        1);
  }
};

TEST_F(NamespaceTest, IsEmptiedThenGoes) {
  client_.Seed(kNamespaces, R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"old"},)"
                            R"("spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"}})");
  for (const char* name : {"a", "b"}) {
    client_.Seed(kConfigMaps, std::string(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"namespace":"old",)") +
                                  R"("name":")" + name + "\"}}");
  }
  client_.Seed(kConfigMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"namespace":"new","name":"stays"}})");
  client_.Seed(kPods, R"({"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"old","name":"p"},)"
                      R"("spec":{"nodeName":"n"}})");
  Start();
  EXPECT_EQ(client_.All(kConfigMaps).size(), 3u) << "nothing happens to a namespace that stays";
  ASSERT_TRUE(client_.Delete(kNamespaces, {"", "old"}).ok());
  Settle();
  ASSERT_EQ(client_.All(kConfigMaps).size(), 1u);
  const ObjectPtr ending = client_.Peek(kNamespaces, {"", "old"});
  ASSERT_NE(ending, nullptr) << "its pod has not ended yet";
  EXPECT_NE(ending->bytes().find("pods has 1 resource instances"), std::string::npos) << ending->bytes();
  client_.Remove(kPods, {"old", "p"});
  Settle();
  EXPECT_EQ(client_.Peek(kNamespaces, {"", "old"}), nullptr);
}

TEST_F(NamespaceTest, GoesOnWhenTheServerWasAway) {
  client_.Seed(kNamespaces, R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"old"},)"
                            R"("spec":{"finalizers":["kubernetes"]}})");
  Start();
  client_.SetFault([](std::string_view verb, const GroupVersionResource&, const Key&) {
    return verb == "list" ? Status::Unavailable("away") : Status::Ok();
  });
  ASSERT_TRUE(client_.Delete(kNamespaces, {"", "old"}).ok());
  Settle();
  EXPECT_NE(client_.Peek(kNamespaces, {"", "old"}), nullptr) << "an unanswered list is not an empty one";
  client_.SetFault(nullptr);
  executor_.Advance(2min);
  EXPECT_EQ(client_.Peek(kNamespaces, {"", "old"}), nullptr);
}

class PodGarbageTest : public SmallLab {
 protected:
  PodGarbageTest() { AddPodGarbageController(*manager_, {40s, 2}); }
  void SeedPod(const std::string& name, const std::string& node, const std::string& phase = "Running") {
    client_.Seed(kPods, R"({"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"default","name":")" + name +
                            R"("},"spec":{"nodeName":")" + node + R"("},"status":{"phase":")" + phase + "\"}}");
  }
};

TEST_F(PodGarbageTest, PodsOfANodeThatIsNoMoreAreDeletedAfterAWhile) {
  client_.Seed(kNodes, R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"}})");
  client_.Seed(kNodes, R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n2"}})");
  SeedPod("a", "n1");
  SeedPod("b", "n2");
  SeedPod("c", "");
  Start();
  client_.Remove(kNodes, {"", "n1"});
  executor_.Advance(35s);
  EXPECT_EQ(Pods().size(), 3u);
  executor_.Advance(10s);
  ASSERT_EQ(Pods().size(), 2u);
  EXPECT_EQ(Pods()[0].metadata.name, "b");
}

TEST_F(PodGarbageTest, ANodeThatComesBackKeepsItsPods) {
  client_.Seed(kNodes, R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"}})");
  SeedPod("a", "n1");
  Start();
  client_.Remove(kNodes, {"", "n1"});
  executor_.Advance(30s);
  client_.Seed(kNodes, R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"}})");
  executor_.Advance(5min);
  EXPECT_EQ(Pods().size(), 1u);
}

TEST_F(PodGarbageTest, OnlySoManyFinishedPodsStay) {
  client_.Seed(kNodes, R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"}})");
  Start();
  for (const char* name : {"a", "b", "c", "d"}) {
    SeedPod(name, "n1", "Succeeded");
    Settle();
  }
  ASSERT_EQ(Pods().size(), 2u);
  EXPECT_EQ(Pods()[0].metadata.name, "c");
}

}  // namespace
}  // namespace croft::workloads
