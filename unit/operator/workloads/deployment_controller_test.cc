#include "operator/workloads/deployment_controller.h"

#include "operator/workloads/replica_set_controller.h"
#include "operator/workloads/rollout.h"
#include "unit/operator/workloads/small_lab.h"

namespace croft::workloads {
namespace {

using namespace std::chrono_literals;
using resources::kDeployments;
using resources::kPods;
using resources::kReplicaSets;

std::string Template(const std::string& image) {
  return R"({"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":")" + image + R"("}]}})";
}

std::string Deployment(int replicas, const std::string& strategy, const std::string& more = {}) {
  return R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"default"},"spec":{"replicas":)" +
         std::to_string(replicas) + R"(,"selector":{"matchLabels":{"app":"web"}},"strategy":)" + strategy +
         R"(,"progressDeadlineSeconds":600,"revisionHistoryLimit":10,)" + more + R"("template":)" + Template("v1") +
         "}}";
}
std::string Rolling(const std::string& surge, const std::string& unavailable) {
  return R"({"type":"RollingUpdate","rollingUpdate":{"maxSurge":)" + surge + R"(,"maxUnavailable":)" + unavailable +
         "}}";
}

class DeploymentTest : public SmallLab {
 protected:
  DeploymentTest() {
    AddReplicaSetController(*manager_, 1);
    AddDeploymentController(*manager_, 1);
  }

  types::Deployment Get() { return Read<types::Deployment>(kDeployments, "web"); }
  std::vector<types::ReplicaSet> Sets() { return All<types::ReplicaSet>(kReplicaSets); }
  types::ReplicaSet SetOf(const std::string& image) {
    for (const types::ReplicaSet& set : Sets()) {
      if (SameTemplate(set.spec.pod_template, {Template(image)})) return set;
    }
    return {};
  }
  void SetImage(const std::string& image) {
    Patch(kDeployments, "web", R"({"spec":{"template":)" + Template(image) + "}}");
  }
  // Pods become ready and old ones end, until nothing moves any more.
  void RollOn() {
    for (int i = 0; i < 100; ++i) {
      const uint64_t before = client_.revision();
      MakeAllReady();
      EndTerminating();
      Settle();
      if (client_.revision() == before) return;
    }
    FAIL() << "it never comes to rest";
  }
  std::string Reason(const std::string& type) {
    const types::Deployment deployment = Get();
    const types::Condition* condition = types::FindCondition(deployment.status.conditions, type);
    return condition == nullptr ? "" : condition->status + " " + condition->reason;
  }
  std::vector<std::string> RunningImages() {
    std::vector<std::string> images;
    for (const types::Pod& pod : Pods()) images.push_back(pod.spec.containers.at(0).image);
    return images;
  }
};

using Strings = std::vector<std::string>;

TEST_F(DeploymentTest, RollsOutItsFirstVersion) {
  Create(kDeployments, Deployment(3, Rolling("\"25%\"", "\"25%\"")));
  Start();
  EXPECT_EQ(Reason("Progressing"), "True ReplicaSetUpdated");
  EXPECT_EQ(Reason("Available"), "False MinimumReplicasUnavailable");
  RollOn();
  ASSERT_EQ(Sets().size(), 1u);
  const types::ReplicaSet set = Sets()[0];
  const std::string hash = set.metadata.labels.at(kTemplateHash);
  EXPECT_EQ(set.metadata.name, "web-" + hash);
  EXPECT_NE(set.spec.selector.bytes.find(hash), std::string::npos);
  EXPECT_EQ(Pods().at(0).metadata.labels.at(kTemplateHash), hash);
  EXPECT_EQ(set.metadata.annotations.at(kRevision), "1");
  EXPECT_EQ(set.metadata.annotations.at(kDesiredReplicas), "3");
  EXPECT_EQ(set.metadata.annotations.at(kMaxReplicas), "4");
  EXPECT_EQ(Get().metadata.annotations.at(kRevision), "1");
  EXPECT_EQ(Reason("Progressing"), "True NewReplicaSetAvailable");
  EXPECT_EQ(Reason("Available"), "True MinimumReplicasAvailable");
  const types::DeploymentStatus status = Get().status;
  EXPECT_EQ(status.replicas, 3);
  EXPECT_EQ(status.updated_replicas, 3);
  EXPECT_EQ(status.ready_replicas, 3);
  EXPECT_EQ(status.available_replicas, 3);
  EXPECT_EQ(status.unavailable_replicas, 0);
  EXPECT_EQ(status.observed_generation, Get().metadata.generation);
  EXPECT_EQ(EventMessages("ScalingReplicaSet"), Strings{"Scaled up replica set web-" + hash + " from 0 to 3"});
  client_.TakeWrites();
  executor_.Advance(1h);
  EXPECT_TRUE(client_.TakeWrites().empty()) << "nothing is written when nothing changes";
}

TEST_F(DeploymentTest, UndoTakesTheOldSetAndGivesItANewRevision) {
  Create(kDeployments, Deployment(2, Rolling("1", "0")));
  Start();
  RollOn();
  Patch(kDeployments, "web", R"({"metadata":{"annotations":{"kubernetes.io/change-cause":"to v2"}}})");
  SetImage("v2");
  RollOn();
  EXPECT_EQ(RunningImages(), (Strings{"v2", "v2"}));
  EXPECT_EQ(SetOf("v2").metadata.annotations.at(kRevision), "2");
  EXPECT_EQ(SetOf("v2").metadata.annotations.at("kubernetes.io/change-cause"), "to v2");
  EXPECT_EQ(SetOf("v1").spec.replicas, 0);
  SetImage("v1");
  RollOn();
  EXPECT_EQ(RunningImages(), (Strings{"v1", "v1"}));
  EXPECT_EQ(Sets().size(), 2u);
  EXPECT_EQ(SetOf("v1").metadata.annotations.at(kRevision), "3");
  EXPECT_EQ(SetOf("v1").metadata.annotations.at(kRevisionHistory), "1");
  EXPECT_EQ(Get().metadata.annotations.at(kRevision), "3");
  EXPECT_EQ(Reason("Progressing"), "True NewReplicaSetAvailable");
}

TEST_F(DeploymentTest, ForgetsVersionsBeyondItsHistoryLimit) {
  Create(kDeployments, Deployment(1, Rolling("1", "0")));
  Patch(kDeployments, "web", R"({"spec":{"revisionHistoryLimit":2}})");
  Start();
  RollOn();
  for (const char* image : {"v2", "v3", "v4", "v5"}) {
    SetImage(image);
    RollOn();
  }
  EXPECT_EQ(Sets().size(), 3u);
  EXPECT_TRUE(SetOf("v1").metadata.name.empty());
  EXPECT_TRUE(SetOf("v2").metadata.name.empty());
  EXPECT_EQ(SetOf("v5").metadata.annotations.at(kRevision), "5");
}

TEST_F(DeploymentTest, RecreateStartsNothingBeforeTheLastOldPodHasEnded) {
  Create(kDeployments, Deployment(2, R"({"type":"Recreate"})"));
  Start();
  RollOn();
  SetImage("v2");
  Settle();
  EXPECT_EQ(RunningImages(), (Strings{"v1", "v1"})) << "terminating";
  EXPECT_EQ(Sets().size(), 1u);
  EndTerminating();
  Settle();
  EXPECT_EQ(RunningImages(), (Strings{"v2", "v2"}));
  RollOn();
  EXPECT_EQ(Reason("Progressing"), "True NewReplicaSetAvailable");
}

TEST_F(DeploymentTest, APausedDeploymentScalesButDoesNotRoll) {
  Create(kDeployments, Deployment(2, Rolling("1", "0")));
  Start();
  RollOn();
  Patch(kDeployments, "web", R"({"spec":{"paused":true,"replicas":4}})");
  SetImage("v2");
  RollOn();
  EXPECT_EQ(RunningImages(), (Strings{"v1", "v1", "v1", "v1"}));
  EXPECT_EQ(Reason("Progressing"), "Unknown DeploymentPaused");
  Patch(kDeployments, "web", R"({"spec":{"paused":false}})");
  RollOn();
  EXPECT_EQ(RunningImages(), (Strings{"v2", "v2", "v2", "v2"}));
  EXPECT_EQ(Reason("Progressing"), "True NewReplicaSetAvailable");
}

TEST_F(DeploymentTest, SaysThatARolloutIsStuckAndThatItMovesAgain) {
  Create(kDeployments, Deployment(2, Rolling("1", "0")));
  Start();
  RollOn();
  SetImage("broken");
  executor_.Advance(599s);
  EXPECT_EQ(Reason("Progressing"), "True ReplicaSetUpdated");
  executor_.Advance(5s);
  EXPECT_EQ(Reason("Progressing"), "False ProgressDeadlineExceeded");
  EXPECT_EQ(Reason("Available"), "True MinimumReplicasAvailable");
  SetImage("v1");
  RollOn();
  EXPECT_EQ(Reason("Progressing"), "True NewReplicaSetAvailable");
}

TEST_F(DeploymentTest, ScalesInProportionWhileItRolls) {
  Create(kDeployments, Deployment(10, Rolling("3", "2")));
  Start();
  RollOn();
  SetImage("stuck");
  executor_.Advance(5s);
  EXPECT_EQ(SetOf("v1").spec.replicas, 8);
  EXPECT_EQ(SetOf("stuck").spec.replicas, 5);
  Patch(kDeployments, "web", R"({"spec":{"replicas":15}})");
  executor_.Advance(5s);
  // 18 may exist: 5 more, shared as 8 to 5.
  EXPECT_EQ(*SetOf("v1").spec.replicas + *SetOf("stuck").spec.replicas, 18);
  EXPECT_EQ(SetOf("v1").spec.replicas, 11);
  EXPECT_EQ(SetOf("stuck").spec.replicas, 7);
  Patch(kDeployments, "web", R"({"spec":{"replicas":0}})");
  executor_.Advance(5s);
  EndTerminating();
  Settle();
  EXPECT_TRUE(Pods().empty());
}

TEST_F(DeploymentTest, AnotherSetOfTheNameItWouldTakeIsLeftAlone) {
  const std::string name = "web-" + TemplateHash({Template("v1")}, 0);
  client_.Seed(kReplicaSets, R"({"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":")" + name +
                                 R"(","namespace":"default","ownerReferences":[{"apiVersion":"x/v1","kind":"X",)"
                                 R"("name":"x","uid":"x","controller":true}]},"spec":{"replicas":0,"selector":)"
                                 R"({"matchLabels":{"other":"x"}},"template":{}}})");
  Create(kDeployments, Deployment(1, Rolling("1", "0")));
  Start();
  RollOn();
  EXPECT_EQ(Sets().size(), 2u);
  EXPECT_EQ(Get().status.collision_count, 1);
  EXPECT_EQ(Reason("Progressing"), "True NewReplicaSetAvailable");
}

TEST_F(DeploymentTest, AdoptsASetThatItsSelectorFinds) {
  Create(kDeployments, Deployment(1, Rolling("1", "0")));
  client_.Seed(kReplicaSets, R"({"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"mine",)"
                             R"("namespace":"default","labels":{"app":"web"}},"spec":{"replicas":0,"selector":)"
                             R"({"matchLabels":{"app":"web"}},"template":)" +
                                 Template("v1") + "}}");
  Start();
  RollOn();
  EXPECT_EQ(Sets().size(), 1u);
  EXPECT_EQ(Sets()[0].metadata.owner_references.at(0).name, "web");
  EXPECT_EQ(Sets()[0].spec.replicas, 1);
}

TEST_F(DeploymentTest, SaysThatTheNewSetCanNotBeMade) {
  client_.SetFault([](std::string_view verb, const GroupVersionResource& gvr, const Key&) {
    return verb == "create" && gvr == kReplicaSets ? Status::Forbidden("no more") : Status::Ok();
  });
  Create(kDeployments, Deployment(1, Rolling("1", "0")));
  Start();
  EXPECT_EQ(Reason("Progressing"), "False ReplicaSetCreateError");
  client_.SetFault(nullptr);
  executor_.Advance(2min);
  RollOn();
  EXPECT_EQ(Reason("Progressing"), "True NewReplicaSetAvailable");
}

// A rolling update under a random order of everything: tasks, late events, conflicts, pods that become ready, pods
// that end. After every single step the limits hold.
class RollingLimits : public DeploymentTest, public testing::WithParamInterface<std::tuple<int, int, int>> {
 protected:
  void Check(int replicas, int surge, int unavailable) {
    if (client_.revision() == checked_) return;
    checked_ = client_.revision();
    int total = 0, available = 0;
    for (const types::Pod& pod : Pods()) {
      if (pod.metadata.deleting()) continue;
      ++total;
      available += types::IsReady(pod);
    }
    ASSERT_LE(total, replicas + surge);
    ASSERT_GE(available, replicas - unavailable);
  }

  uint64_t checked_ = 0;
};

TEST_P(RollingLimits, HoldAtEveryStep) {
  const auto [replicas, surge, unavailable] = GetParam();
  Create(kDeployments, Deployment(replicas, Rolling(std::to_string(surge), std::to_string(unavailable))));
  Start();
  RollOn();
  ASSERT_EQ(Reason("Progressing"), "True NewReplicaSetAvailable");
  for (uint64_t seed = 0; seed < 8; ++seed) {
    SeededRandom dice(seed * 100 + static_cast<uint64_t>(replicas));
    const std::string image = "image-" + std::to_string(seed);
    SetImage(image);
    int steps = 0;
    while (steps < 20'000) {
      ++steps;
      switch (dice.Below(12)) {
        case 0:
          for (const types::Pod& pod : Pods()) {
            if (!types::IsReady(pod) && !pod.metadata.deleting()) {
              MakeReady(pod);
              break;
            }
          }
          break;
        case 1:
          EndTerminating();
          break;
        case 2:
          client_.HoldEvents(dice.Below(2) == 0);
          break;
        case 3:
          client_.FailWrite(1 + static_cast<int>(dice.Below(2)), Status::Conflict("behind"));
          executor_.RunOne();
          client_.ForgetFailures();
          break;
        case 4:
          executor_.Advance(20ms);
          break;
        default:
          executor_.RunOne();
      }
      Check(replicas, surge, unavailable);
      if (HasFatalFailure()) return;
      if (steps % 50 != 0) continue;
      const types::DeploymentStatus status = Get().status;
      if (status.updated_replicas == replicas && status.replicas == replicas && status.available_replicas == replicas &&
          status.observed_generation == Get().metadata.generation) {
        break;
      }
    }
    client_.HoldEvents(false);
    RollOn();
    EXPECT_EQ(RunningImages(), Strings(static_cast<size_t>(replicas), image)) << "seed " << seed;
    EXPECT_LT(steps, 20'000) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Deployments, RollingLimits,
                         testing::Values(std::tuple(3, 1, 0), std::tuple(3, 0, 1), std::tuple(4, 2, 2),
                                         std::tuple(1, 1, 0), std::tuple(6, 6, 0), std::tuple(5, 1, 3)));

}  // namespace
}  // namespace croft::workloads
