#include "operator/nodes/lifecycle_plan.h"

#include <gtest/gtest.h>

#include "unit/fakes/clock.h"
#include "unit/gen/objects.h"

namespace croft::nodes {
namespace {

using namespace std::chrono_literals;

TEST(Judge, ASilentNodeBecomesUnknownAndIsTainted) {
  const fakes::FakeClock clock;
  const NodeVerdict verdict = Judge({gen::Node("a"), 6s, 6s}, clock.Now());
  EXPECT_TRUE(verdict.silent);
  EXPECT_TRUE(verdict.conditions_changed);
  EXPECT_EQ(types::FindCondition(verdict.conditions, "Ready")->status, "Unknown");
  ASSERT_EQ(verdict.taints.size(), 2u);
  EXPECT_EQ(verdict.taints[0].key, "node.kubernetes.io/unreachable");
  EXPECT_EQ(verdict.taints[1].effect, "NoExecute");
  EXPECT_EQ(verdict.taints[1].time_added, "2026-01-01T00:00:00Z");
}

TEST(Judge, ANodeThatIsUnknownAlreadyIsNotWrittenAgain) {
  types::Node node = gen::Node("a");
  node.status.conditions[0].last_heartbeat_time = "2025-12-31T00:00:00Z";
  node.status.conditions = Judge({node, 6s, 6s}, fakes::FakeClock().Now()).conditions;
  EXPECT_EQ(node.status.conditions[0].last_heartbeat_time, "2025-12-31T00:00:00Z");
  EXPECT_FALSE(Judge({node, 8s, 6s}, fakes::FakeClock().Now()).conditions_changed);
}

TEST(Judge, ALiveNodeIsLookedAtWhenItsSilenceWouldEnd) {
  const NodeVerdict verdict = Judge({gen::Node("a"), 2s, 6s}, fakes::FakeClock().Now());
  EXPECT_FALSE(verdict.silent);
  EXPECT_FALSE(verdict.taints_changed);
  EXPECT_EQ(verdict.look_again, Duration(4s));
}

struct ReplaceCase {
  const char* name;
  Duration silence;
  Duration replace_after;
  std::vector<types::Taint> there;
  bool evicts;          // the taint that moves pods away is on the node
  Duration look_again;  // zero: nothing is due
};

TEST(Judge, PodsLeaveASilentNodeAfterReplaceAfter) {
  const types::Taint old{"node.kubernetes.io/unreachable", "", "NoExecute", "2025-12-31T00:00:00Z"};
  const ReplaceCase cases[] = {
      {"silent, and its pods have time", 6s, 20s, {}, false, 14s},
      {"silent for too long", 20s, 20s, {}, true, 0s},
      {"no time is given: with NotReady", 6s, 0s, {}, true, 0s},
      {"less than it takes to be NotReady: with NotReady", 6s, 2s, {}, true, 0s},
      {"less than it takes, and not silent enough", 3s, 2s, {}, false, 3s},
      {"a server that began anew lets the taint be", 0s, 20s, {old}, true, 6s},
  };
  for (const ReplaceCase& c : cases) {
    types::Node node = gen::Node("a");
    node.spec.taints = c.there;
    if (!c.there.empty()) node.status.conditions[0].status = "Unknown";
    const NodeVerdict verdict = Judge({node, c.silence, 6s, c.replace_after}, fakes::FakeClock().Now());
    bool evicts = false, schedules = true;
    for (const types::Taint& taint : verdict.taints) {
      evicts = evicts || taint.effect == "NoExecute";
      schedules = schedules && taint.effect != "NoSchedule";
    }
    EXPECT_EQ(evicts, c.evicts) << c.name;
    EXPECT_EQ(schedules, !verdict.silent && c.there.empty()) << c.name;
    EXPECT_EQ(verdict.look_again, c.look_again) << c.name;
  }
}

TEST(Judge, TaintsGoWhenTheNodeIsReadyAgainAndOthersStay) {
  types::Node node = gen::Tainted(gen::Node("a"), "node.kubernetes.io/unreachable", "NoExecute");
  node = gen::Tainted(node, "gpu", "NoSchedule");
  const NodeVerdict verdict = Judge({node, 0s, 6s}, fakes::FakeClock().Now());
  EXPECT_TRUE(verdict.taints_changed);
  ASSERT_EQ(verdict.taints.size(), 1u);
  EXPECT_EQ(verdict.taints[0].key, "gpu");
}

TEST(Judge, ANodeThatHasNotReportedYetIsNotReady) {
  types::Node node = gen::Node("a");
  node.status.conditions.clear();
  const NodeVerdict verdict = Judge({node, 0s, 6s}, fakes::FakeClock().Now());
  ASSERT_EQ(verdict.taints.size(), 2u);
  EXPECT_EQ(verdict.taints[0].key, "node.kubernetes.io/not-ready");
}

TEST(Judge, TheTimeOfATaintThatStaysIsKept) {
  types::Node node =
      gen::Tainted(gen::Node("a"), "node.kubernetes.io/unreachable", "NoExecute", "2025-12-31T00:00:00Z");
  node = gen::Tainted(node, "node.kubernetes.io/unreachable", "NoSchedule", "2025-12-31T00:00:00Z");
  const NodeVerdict verdict = Judge({node, 60s, 6s}, fakes::FakeClock().Now());
  EXPECT_FALSE(verdict.taints_changed);
}

struct StayCase {
  const char* name;
  std::vector<types::Toleration> tolerations;
  std::optional<Duration> stay;
};

TEST(StayOn, FollowsTheTolerations) {
  // The taint came 10 s ago.
  const std::vector<types::Taint> taints{{"node.kubernetes.io/unreachable", "", "NoExecute", "2025-12-31T23:59:50Z"}};
  const StayCase cases[] = {
      {"no toleration: goes at once", {}, Duration(0)},
      {"tolerates for ever", {{"node.kubernetes.io/unreachable", "Exists", "", "NoExecute", {}}}, std::nullopt},
      {"tolerates for a minute", {{"node.kubernetes.io/unreachable", "Exists", "", "NoExecute", 60}}, Duration(50s)},
      {"its time has passed", {{"node.kubernetes.io/unreachable", "Exists", "", "NoExecute", 5}}, Duration(0)},
  };
  for (const StayCase& c : cases) {
    types::Pod pod = gen::Pod("p");
    pod.spec.tolerations = c.tolerations;
    EXPECT_EQ(StayOn(pod, taints, fakes::FakeClock().Now()), c.stay) << c.name;
  }
  EXPECT_EQ(StayOn(gen::Pod("p"), {{"x", "", "NoSchedule", ""}}, fakes::FakeClock().Now()), std::nullopt);
}

}  // namespace
}  // namespace croft::nodes
