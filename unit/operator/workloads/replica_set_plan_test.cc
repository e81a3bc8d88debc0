#include "operator/workloads/replica_set_plan.h"

#include <gtest/gtest.h>

namespace croft::workloads {
namespace {

using namespace std::chrono_literals;

const WallTime kNow = *ParseTime("2026-01-01T12:00:00Z");

ReplicaPod Pod(const std::string& name) {
  ReplicaPod pod;
  pod.name = name;
  pod.node = "node-" + name;
  pod.phase = "Running";
  pod.ready = true;
  pod.ready_since = kNow - 1h;
  pod.created = kNow - 2h;
  return pod;
}

template <class Change>
ReplicaPod With(ReplicaPod pod, Change change) {
  change(pod);
  return pod;
}

TEST(ReplicaPlan, WhichPodGoesFirst) {
  struct Case {
    const char* name;
    std::vector<ReplicaPod> pods;
    std::string goes;
  };
  const Case cases[] = {
      {"the unscheduled before the pending",
       {With(Pod("a"), [](auto& p) { p.phase = "Pending", p.ready = false; }),
        With(Pod("b"), [](auto& p) { p.node = "", p.phase = "Pending", p.ready = false; })},
       "b"},
      {"the pending before the running",
       {Pod("a"), With(Pod("b"), [](auto& p) { p.phase = "Pending", p.ready = false; })},
       "b"},
      {"the one that is not ready before the ready", {Pod("a"), With(Pod("b"), [](auto& p) { p.ready = false; })}, "b"},
      {"the cheapest to delete", {Pod("a"), With(Pod("b"), [](auto& p) { p.deletion_cost = -5; })}, "b"},
      {"one of the most crowded node",
       {Pod("a"), With(Pod("b"), [](auto& p) { p.node = "crowded"; }),
        With(Pod("c"), [](auto& p) { p.node = "crowded", p.ready_since = kNow; })},
       "c"},
      {"the one that became ready last", {Pod("a"), With(Pod("b"), [](auto& p) { p.ready_since = kNow - 1s; })}, "b"},
      {"the one that restarted most", {Pod("a"), With(Pod("b"), [](auto& p) { p.restarts = 3; })}, "b"},
      {"the newest", {Pod("a"), With(Pod("b"), [](auto& p) { p.created = kNow; })}, "b"},
  };
  for (const Case& c : cases) {
    const ReplicaPlan plan = DecideReplicas(static_cast<int>(c.pods.size()) - 1, c.pods);
    ASSERT_EQ(plan.remove.size(), 1u) << c.name;
    EXPECT_EQ(plan.remove[0].name, c.goes) << c.name;
  }
}

TEST(ReplicaPlan, CountsOnlyActivePods) {
  const std::vector<ReplicaPod> pods = {Pod("a"), With(Pod("b"), [](auto& p) { p.active = false; })};
  EXPECT_EQ(DecideReplicas(3, pods).create, 2);
  EXPECT_EQ(DecideReplicas(1, pods).create, 0);
  EXPECT_TRUE(DecideReplicas(1, pods).remove.empty());
  EXPECT_EQ(DecideReplicas(0, pods).remove.size(), 1u);
  EXPECT_EQ(DecideReplicas(100'000, pods).create, kBurst);
}

TEST(ReplicaPlan, EachRemovalMakesItsNodeLessCrowded) {
  std::vector<ReplicaPod> pods;
  for (const char* name : {"a1", "a2", "a3", "b1", "b2", "b3"}) {
    pods.push_back(With(Pod(name), [&](auto& p) { p.node = std::string(1, name[0]); }));
  }
  const ReplicaPlan plan = DecideReplicas(2, pods);
  int on_a = 0;
  for (const ReplicaPod& pod : plan.remove) on_a += pod.node == "a";
  EXPECT_EQ(plan.remove.size(), 4u);
  EXPECT_EQ(on_a, 2);
}

TEST(ReplicaStatus, ReadyAvailableAndLabelled) {
  types::ReplicaSet set;
  set.metadata.generation = 4;
  set.spec.min_ready_seconds = 30;
  set.spec.pod_template = {R"({"metadata":{"labels":{"app":"web"}}})"};
  std::vector<ReplicaPod> pods = {Pod("a"), With(Pod("b"), [](auto& p) { p.ready_since = kNow - 10s; }),
                                  With(Pod("c"), [](auto& p) { p.ready = false; }),
                                  With(Pod("d"), [](auto& p) { p.active = false; })};
  pods[0].labels = {{"app", "web"}, {"more", "x"}};
  types::Condition failure;
  failure.reason = "FailedCreate";
  const ReplicaStatusPlan plan = DecideStatus(set, pods, failure, kNow);
  EXPECT_EQ(plan.status.replicas, 3);
  EXPECT_EQ(plan.status.ready_replicas, 2);
  EXPECT_EQ(plan.status.available_replicas, 1);
  EXPECT_EQ(plan.status.fully_labeled_replicas, 1);
  EXPECT_EQ(plan.status.observed_generation, 4);
  EXPECT_EQ(plan.recheck, Duration(20s));
  ASSERT_EQ(plan.status.conditions.size(), 1u);
  set.status = plan.status;
  EXPECT_TRUE(DecideStatus(set, pods, std::nullopt, kNow).status.conditions.empty());
}

}  // namespace
}  // namespace croft::workloads
