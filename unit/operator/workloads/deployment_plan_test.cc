#include "operator/workloads/deployment_plan.h"

#include <gtest/gtest.h>

namespace croft::workloads {
namespace {

types::ReplicaSet Set(const std::string& name, const std::string& image, int32_t asked, int32_t available) {
  types::ReplicaSet set;
  set.metadata.name = set.metadata.uid = name;
  set.metadata.generation = 2;
  set.spec.replicas = asked;
  set.spec.pod_template.bytes = R"({"spec":{"containers":[{"name":"c","image":")" + image + R"("}]}})";
  set.status.observed_generation = 2;
  set.status.replicas = set.status.available_replicas = available;
  return set;
}

// Five replicas, of which one may be missing and two too many.
DeploymentWorld Undone(types::ReplicaSet wanted_again, types::ReplicaSet unwanted) {
  DeploymentWorld world;
  world.deployment.metadata.name = "web";
  world.deployment.spec.replicas = 5;
  world.deployment.spec.strategy.type = "RollingUpdate";
  world.deployment.spec.pod_template = wanted_again.spec.pod_template;
  world.sets = {std::move(wanted_again), std::move(unwanted)};
  return world;
}

int32_t SizeAfter(const DeploymentPlan& plan, const std::string& name, int32_t before) {
  for (const SetChange& change : plan.changes) {
    if (change.after.metadata.name == name) return change.after.spec.replicas.value_or(1);
  }
  return before;
}

TEST(DeploymentPlan, OldSetsGiveUpWhatTheNewOneServes) {
  EXPECT_EQ(SizeAfter(DecideDeployment(Undone(Set("v1", "v1", 4, 4), Set("v2", "v2", 3, 3))), "v2", 3), 0);
}

TEST(DeploymentPlan, OldSetsWaitWhileTheNewOneTellsOfPodsThatItWasToldToEnd) {
  types::ReplicaSet again = Set("v1", "v1", 4, 4);
  again.status.observed_generation = 1;
  EXPECT_EQ(SizeAfter(DecideDeployment(Undone(again, Set("v2", "v2", 3, 3))), "v2", 3), 3);
}

}  // namespace
}  // namespace croft::workloads
