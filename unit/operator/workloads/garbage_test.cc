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

using Strings = std::vector<std::string>;

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

TEST(GarbagePlan, OnlyReferencesIntoTheCircleAreLetGo) {
  const auto reference = [](const char* uid, bool blocks) {
    OwnerReference owner;
    owner.uid = uid;
    owner.block_owner_deletion = blocks;
    return owner;
  };
  const std::vector<OwnerReference> owners = {reference("in", true), reference("out", true), reference("loose", false)};
  const struct {
    const char* name;
    std::set<std::string> waited;
    bool changed;
  } cases[] = {
      {"nothing is waited for", {}, false},
      {"those that are waited for are no owners", {"x"}, false},
      {"the owner does not wait for it anyway", {"loose"}, false},
      {"an owner is waited for", {"in", "x"}, true},
  };
  for (const auto& c : cases) {
    const auto left = LeaveCircle(owners, c.waited);
    ASSERT_EQ(left.has_value(), c.changed) << c.name;
    if (!left) continue;
    EXPECT_EQ(*left, (std::vector{reference("in", false), reference("out", true), reference("loose", false)}))
        << c.name;
  }
}

TEST_F(GarbageTest, ACircleOfOwnersThatWaitForEachOtherIsOpened) {
  const struct {
    const char* name;
    std::vector<std::string> members;                               // each owns the next, the last the first
    std::vector<std::pair<std::string, std::string>> from_outside;  // a member, and an owner of it outside
    std::vector<std::string> deleted;
    Strings left;
  } cases[] = {
      {"it is its own owner", {"a"}, {}, {"a"}, {}},
      {"two", {"a", "b"}, {}, {"a"}, {}},
      {"three, one is deleted", {"a", "b", "c"}, {}, {"a"}, {}},
      {"three, all are deleted at once", {"a", "b", "c"}, {}, {"a", "b", "c"}, {}},
      {"deleted through an owner outside", {"a", "b", "c"}, {{"a", "z"}}, {"z"}, {"a", "b", "c"}},
  };
  Start();
  for (const auto& c : cases) {
    for (const auto& [member, owner] : c.from_outside) Seed(owner);
    for (const std::string& member : c.members) Seed(member);
    for (size_t i = 0; i < c.members.size(); ++i) {
      const auto& next = c.members[(i + 1) % c.members.size()];
      const auto reference = [&](const std::string& owner) {
        return R"({"apiVersion":"v1","kind":"ConfigMap","blockOwnerDeletion":true,"name":")" + owner + R"(","uid":")" +
               client_.Peek(kConfigMaps, {"default", owner})->meta().uid + "\"}";
      };
      std::string references = reference(c.members[i]);
      for (const auto& [member, owner] : c.from_outside) {
        if (member == next) references += "," + reference(owner);
      }
      Patch(kConfigMaps, next, R"({"metadata":{"ownerReferences":[)" + references + "]}}");
    }
    for (const std::string& name : c.deleted) Delete(name, "Foreground");
    executor_.Advance(10s);
    EXPECT_EQ(Names(), c.left) << c.name;
    for (const std::string& name : Names()) client_.Remove(kConfigMaps, {"default", name});
    Settle();
  }
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
  EXPECT_NE(ending->bytes().find("pods. has 1 resource instances"), std::string::npos) << ending->bytes();
  client_.TakeWrites();
  client_.Remove(kPods, {"old", "p"});
  Settle();
  EXPECT_EQ(client_.Peek(kNamespaces, {"", "old"}), nullptr);
  EXPECT_EQ(client_.TakeWrites(), Strings{"update/finalize namespaces old"}) << "nobody reads what is gone";
}

TEST_F(NamespaceTest, WhoHoldsItIsTold) {
  client_.Seed(kNamespaces, R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"old","finalizers":["x/ns"]},)"
                            R"("spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"}})");
  client_.Seed(kConfigMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"namespace":"old","name":"a",)"
                            R"("finalizers":["x/y"]}})");
  Start();
  ASSERT_TRUE(client_.Delete(kNamespaces, {"", "old"}).ok());
  Settle();
  const auto said = [&](const char* type) {
    const JsonDocument json = client_.Peek(kNamespaces, {"", "old"})->ToJson();
    for (const Json& condition : Find(json, {"status", "conditions"})->GetArray()) {
      if (FindString(condition, {"type"}) != type) continue;
      return std::string(FindString(condition, {"status"})) + ": " + std::string(FindString(condition, {"message"}));
    }
    return std::string("nothing");
  };
  EXPECT_EQ(said("NamespaceContentRemaining"),
            "True: Some resources are remaining: configmaps. has 1 resource instances");
  EXPECT_EQ(said("NamespaceFinalizersRemaining"),
            "True: Some content in the namespace has finalizers remaining: x/y in 1 resource instances");
  client_.TakeWrites();
  executor_.Advance(1min);
  EXPECT_TRUE(client_.TakeWrites().empty()) << "the same is said once";

  client_.Remove(kConfigMaps, {"old", "a"});
  Settle();
  ASSERT_NE(client_.Peek(kNamespaces, {"", "old"}), nullptr) << "another holds it still";
  EXPECT_EQ(said("NamespaceContentRemaining"), "False: All content successfully removed");
  EXPECT_EQ(said("NamespaceFinalizersRemaining"), "False: All content-preserving finalizers finished");
  EXPECT_EQ(said("NamespaceDeletionContentFailure"),
            "False: All content successfully deleted, may be waiting on finalization");
}

TEST_F(NamespaceTest, AKindThatCanNotBeEmptiedKeepsNoOther) {
  client_.Seed(kNamespaces, R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"old"},)"
                            R"("spec":{"finalizers":["kubernetes"]}})");
  for (const GroupVersionResource& gvr : {kConfigMaps, kSecrets}) {
    client_.Seed(gvr, std::string(R"({"apiVersion":"v1","kind":")") + (gvr == kSecrets ? "Secret" : "ConfigMap") +
                          R"(","metadata":{"namespace":"old","name":"a"}})");
  }
  Start();
  client_.SetFault([](std::string_view verb, const GroupVersionResource& gvr, const Key&) {
    return verb == "delete" && gvr == kConfigMaps ? Status::Forbidden("kept by a webhook") : Status::Ok();
  });
  ASSERT_TRUE(client_.Delete(kNamespaces, {"", "old"}).ok());
  Settle();
  EXPECT_TRUE(client_.All(kSecrets).empty());
  const std::string text(client_.Peek(kNamespaces, {"", "old"})->bytes());
  EXPECT_NE(text.find("Failed to delete all resource types, 1 remaining: configmaps.: kept by a webhook"),
            std::string::npos)
      << text;
  client_.SetFault(nullptr);
  executor_.Advance(2min);
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
