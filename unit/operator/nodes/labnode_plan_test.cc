#include "operator/nodes/labnode_plan.h"

#include <gtest/gtest.h>

#include "unit/gen/objects.h"

namespace croft::nodes {
namespace {

LabNodeWorld World() {
  LabNodeWorld world;
  world.lab_node.metadata.name = "a";
  world.lab_node.metadata.generation = 3;
  world.node = gen::Node("a");
  return world;
}

TEST(LabNode, WithoutANodeIsPendingAndSaysWhatToDo) {
  LabNodeWorld world = World();
  world.node.reset();
  const LabNodePlan plan = Decide(world);
  EXPECT_EQ(plan.status.phase, "Pending");
  EXPECT_NE(plan.ready.message.find("croft agent"), std::string::npos);
}

TEST(LabNode, PutsLabelsAndTaintsOnTheNodeAndRemembersThem) {
  LabNodeWorld world = World();
  world.lab_node.spec.labels = {{"disk", "ssd"}};
  world.lab_node.spec.taints = {{"gpu", "", "NoSchedule", ""}};
  const LabNodePlan plan = Decide(world);
  ASSERT_TRUE(plan.labels);
  EXPECT_EQ(plan.labels->at("disk"), "ssd");
  EXPECT_EQ(plan.labels->at("kubernetes.io/hostname"), "a");
  ASSERT_TRUE(plan.taints);
  EXPECT_EQ(plan.taints->at(0).key, "gpu");
  EXPECT_EQ(plan.applied, R"({"labels":["disk"],"taints":["gpu:NoSchedule"]})");
}

TEST(LabNode, TakesBackOnlyWhatItPutThere) {
  LabNodeWorld world = World();
  world.node->metadata.annotations[kAppliedAnnotation] = R"({"labels":["disk"],"taints":["gpu:NoSchedule"]})";
  world.node->metadata.labels["disk"] = "ssd";
  world.node->metadata.labels["mine"] = "kept";
  world.node->spec.taints = {{"gpu", "", "NoSchedule", ""}, {"other", "", "NoSchedule", ""}};
  const LabNodePlan plan = Decide(world);
  ASSERT_TRUE(plan.labels);
  EXPECT_FALSE(plan.labels->contains("disk"));
  EXPECT_TRUE(plan.labels->contains("mine"));
  ASSERT_TRUE(plan.taints);
  ASSERT_EQ(plan.taints->size(), 1u);
  EXPECT_EQ(plan.taints->at(0).key, "other");
}

TEST(LabNode, DrainingCordonsAndEvictsUntilEmpty) {
  LabNodeWorld world = World();
  world.lab_node.spec.availability = "drain";
  types::Pod leaving = gen::Pod("p2", "a");
  leaving.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  world.pods = {gen::Pod("p1", "a"), leaving};
  LabNodePlan plan = Decide(world);
  EXPECT_EQ(plan.unschedulable, true);
  EXPECT_EQ(plan.status.phase, "Draining");
  ASSERT_EQ(plan.evict.size(), 1u);
  EXPECT_EQ(plan.evict[0].name, "p1");
  world.pods.clear();
  EXPECT_EQ(Decide(world).status.phase, "Drained");
}

TEST(LabNode, BecomingActiveUncordonsButLeavesAHandMadeCordon) {
  LabNodeWorld world = World();
  world.node->spec.unschedulable = true;
  EXPECT_FALSE(Decide(world).unschedulable.has_value());
  world.lab_node.status.phase = "Paused";
  EXPECT_EQ(Decide(world).unschedulable, false);
}

TEST(LabNode, ASettledOneChangesNothing) {
  const LabNodePlan plan = Decide(World());
  EXPECT_FALSE(plan.labels || plan.taints || plan.unschedulable);
  EXPECT_EQ(plan.status.phase, "Ready");
  EXPECT_EQ(plan.status.observed_generation, 3);
}

}  // namespace
}  // namespace croft::nodes
