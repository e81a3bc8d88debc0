#include "operator/workloads/replica_set_controller.h"

#include "unit/operator/workloads/small_lab.h"

namespace croft::workloads {
namespace {

using namespace std::chrono_literals;
using resources::kPods;
using resources::kReplicaSets;

std::string Set(int replicas, const std::string& extra = {}) {
  return R"({"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"web","namespace":"default"},"spec":{"replicas":)" +
         std::to_string(replicas) + R"(,"selector":{"matchLabels":{"app":"web"}},)" + extra +
         R"("template":{"metadata":{"labels":{"app":"web"},"annotations":{"a":"b"}},)"
         R"("spec":{"containers":[{"name":"c","image":"i"}]}}}})";
}

class ReplicaSetTest : public SmallLab {
 protected:
  ReplicaSetTest() { AddReplicaSetController(*manager_, 1); }
  types::ReplicaSetStatus StatusOf() { return Read<types::ReplicaSet>(kReplicaSets, "web").status; }
};

TEST_F(ReplicaSetTest, MakesPodsOfTheTemplateAndReportsThem) {
  Create(kReplicaSets, Set(3));
  Start();
  const auto pods = Pods();
  ASSERT_EQ(pods.size(), 3u);
  EXPECT_EQ(pods[0].metadata.name.substr(0, 4), "web-");
  EXPECT_EQ(pods[0].metadata.labels.at("app"), "web");
  EXPECT_EQ(pods[0].metadata.annotations.at("a"), "b");
  ASSERT_EQ(pods[0].metadata.owner_references.size(), 1u);
  EXPECT_TRUE(pods[0].metadata.owner_references[0].controller);
  EXPECT_EQ(pods[0].spec.containers.at(0).image, "i");
  EXPECT_EQ(StatusOf().replicas, 3);
  EXPECT_EQ(StatusOf().fully_labeled_replicas, 3);
  MakeAllReady();
  Settle();
  EXPECT_EQ(StatusOf().ready_replicas, 3);
  EXPECT_EQ(StatusOf().available_replicas, 3);
  client_.TakeWrites();
  executor_.Advance(10min);
  EXPECT_TRUE(client_.TakeWrites().empty()) << "nothing is written when nothing changes";
}

TEST_F(ReplicaSetTest, DoesNotCreateTwiceWhenTheWatchIsLate) {
  Create(kReplicaSets, Set(3));
  Start();
  client_.HoldEvents(true);
  Patch(kReplicaSets, "web", R"({"spec":{"replicas":5}})");
  client_.HoldEvents(false);
  executor_.RunUntilIdle();
  client_.HoldEvents(true);
  for (int i = 0; i < 5; ++i) {
    executor_.Advance(1s);
    EXPECT_EQ(Pods().size(), 5u);
  }
  client_.HoldEvents(false);
  executor_.Advance(1min);
  EXPECT_EQ(Pods().size(), 5u);
  EXPECT_EQ(StatusOf().replicas, 5);
}

TEST_F(ReplicaSetTest, ReplacesAPodThatGoesAndIgnoresTheTerminating) {
  Create(kReplicaSets, Set(2));
  Start();
  MakeAllReady();
  ASSERT_TRUE(client_.Delete(kPods, Pods()[0].metadata.key()).ok());
  Settle();
  EXPECT_EQ(Pods().size(), 3u) << "the replacement does not wait for the end of the old one";
  EndTerminating();
  Settle();
  EXPECT_EQ(Pods().size(), 2u);
}

TEST_F(ReplicaSetTest, ScalesDownByWhatServesLeast) {
  Create(kReplicaSets, Set(3));
  Start();
  const std::string keeps = Pods()[1].metadata.name;
  MakeReady(Pods()[1]);
  Settle();
  Patch(kReplicaSets, "web", R"({"spec":{"replicas":1}})");
  Settle();
  ASSERT_EQ(Pods().size(), 1u);
  EXPECT_EQ(Pods()[0].metadata.name, keeps);
}

// A Deployment that believed in them would end pods of another set too.
TEST_F(ReplicaSetTest, TellsOfNoPodThatItToldToEnd) {
  Create(kReplicaSets, Set(3));
  Start();
  MakeAllReady();
  Settle();
  ASSERT_EQ(StatusOf().available_replicas, 3);
  Patch(kReplicaSets, "web", R"({"spec":{"replicas":1}})");
  const int64_t generation = Read<types::ReplicaSet>(kReplicaSets, "web").metadata.generation;
  int seen = 0;
  while (executor_.RunOne()) {
    const types::ReplicaSetStatus status = StatusOf();
    if (status.observed_generation < generation) continue;
    ++seen;
    EXPECT_EQ(status.available_replicas, 1);
  }
  EXPECT_GT(seen, 0);
}

TEST_F(ReplicaSetTest, EndsNoPodThatHasBecomeReadyBehindTheCache) {
  Create(kReplicaSets, Set(3));
  Start();
  ASSERT_EQ(Pods().size(), 3u);
  Patch(kReplicaSets, "web", R"({"spec":{"replicas":1}})");
  client_.HoldEvents(true);
  MakeAllReady();
  Settle();
  for (const types::Pod& pod : Pods()) EXPECT_FALSE(pod.metadata.deleting()) << pod.metadata.name;
  client_.HoldEvents(false);
  Settle();
  EndTerminating();
  EXPECT_EQ(Pods().size(), 1u);
}

TEST_F(ReplicaSetTest, AdoptsOrphansAndReleasesWhatItsSelectorLeaves) {
  client_.Seed(kPods, R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"orphan","namespace":"default",)"
                      R"("labels":{"app":"web"}},"spec":{}})");
  client_.Seed(kPods, R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"stranger","namespace":"default",)"
                      R"("labels":{"app":"web"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet",)"
                      R"("name":"other","uid":"other","controller":true}]},"spec":{}})");
  Create(kReplicaSets, Set(1));
  Start();
  EXPECT_EQ(Pods().size(), 2u);
  EXPECT_EQ(Read<types::Pod>(kPods, "orphan").metadata.owner_references.at(0).name, "web");
  EXPECT_EQ(Read<types::Pod>(kPods, "stranger").metadata.owner_references.at(0).name, "other");
  Patch(kPods, "orphan", R"({"metadata":{"labels":{"app":"debug"}}})");
  Settle();
  EXPECT_TRUE(Read<types::Pod>(kPods, "orphan").metadata.owner_references.empty());
  EXPECT_EQ(Pods().size(), 3u);
}

TEST_F(ReplicaSetTest, AdoptsNothingOnceItsOwnerWasDeletedBehindTheCache) {
  Create(kReplicaSets, Set(0));
  Start();
  client_.HoldEvents(true);
  const ObjectPtr set = client_.Peek(kReplicaSets, {"default", "web"});
  client_.HoldEvents(false);
  client_.SetFault([](std::string_view verb, const GroupVersionResource& gvr, const Key&) {
    return verb == "get" && gvr == kReplicaSets ? Status::NotFound("gone") : Status::Ok();
  });
  client_.Seed(kPods, R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"orphan","namespace":"default",)"
                      R"("labels":{"app":"web"}},"spec":{}})");
  Settle();
  EXPECT_TRUE(Read<types::Pod>(kPods, "orphan").metadata.owner_references.empty());
}

TEST_F(ReplicaSetTest, SaysWhyPodsCanNotBeMade) {
  client_.SetFault([](std::string_view verb, const GroupVersionResource& gvr, const Key&) {
    return verb == "create" && gvr == kPods ? Status::Forbidden("exceeded quota") : Status::Ok();
  });
  Create(kReplicaSets, Set(3));
  Start();
  ASSERT_EQ(StatusOf().conditions.size(), 1u);
  EXPECT_EQ(StatusOf().conditions[0].type, "ReplicaFailure");
  EXPECT_EQ(StatusOf().conditions[0].reason, "FailedCreate");
  EXPECT_EQ(EventMessages("FailedCreate"), std::vector<std::string>{"Error creating: exceeded quota"});
  client_.SetFault(nullptr);
  executor_.Advance(2min);
  EXPECT_EQ(Pods().size(), 3u);
  EXPECT_TRUE(StatusOf().conditions.empty());
}

TEST_F(ReplicaSetTest, BecomesAvailableByTimeAlone) {
  Create(kReplicaSets, Set(1, R"("minReadySeconds":30,)"));
  Start();
  MakeAllReady();
  Settle();
  EXPECT_EQ(StatusOf().ready_replicas, 1);
  EXPECT_EQ(StatusOf().available_replicas, 0);
  executor_.Advance(31s);
  EXPECT_EQ(StatusOf().available_replicas, 1);
}

TEST_F(ReplicaSetTest, SurvivesConflictsAndAnAbsentServer) {
  Create(kReplicaSets, Set(4));
  client_.FailWrite(2, Status::Conflict("behind"));
  client_.FailWrite(4, Status::Unavailable("away"));
  Start();
  executor_.Advance(5s);
  EXPECT_EQ(Pods().size(), 4u);
  client_.SetAway(true);
  executor_.Advance(30s);
  client_.SetAway(false);
  Patch(kReplicaSets, "web", R"({"spec":{"replicas":6}})");
  executor_.Advance(2min);
  EXPECT_EQ(Pods().size(), 6u);
}

}  // namespace
}  // namespace croft::workloads
