#include "operator/nodes/lifecycle_controller.h"

#include <gtest/gtest.h>

#include "api/types/resources.h"
#include "operator/nodes/install.h"
#include "unit/fakes/fake_client.h"
#include "unit/fakes/test_executor.h"

namespace croft::nodes {
namespace {

using namespace std::chrono_literals;

// A node whose Lease is never seen to move, as when its watch is broken, while the node's agent may report.
class LifecycleTest : public testing::Test {
 protected:
  LifecycleTest() {
    client_.Seed(resources::kNodes, R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"}})");
    Report();
    Install(manager_, {});
    manager_.Start();
  }
  void Report() {
    const std::string time = FormatTime(clock_.Now());
    const auto patch = ParseJson(R"({"status":{"conditions":[{"type":"Ready","status":"True","lastHeartbeatTime":")" +
                                 time + R"(","lastTransitionTime":")" + time + R"("}]}})");
    ASSERT_TRUE(client_.Patch(resources::kNodes, {"", "n1"}, client::PatchType::kMerge, *patch, "status").ok());
  }
  std::string Ready() {
    const auto node = types::FromObject<types::Node>(*client_.Peek(resources::kNodes, {"", "n1"}));
    return types::FindCondition(node->status.conditions, "Ready")->status;
  }

  fakes::FakeClock clock_;
  SeededRandom random_{3};
  fakes::TestExecutor executor_{clock_};
  fakes::FakeClient client_{clock_, random_, executor_};
  runtime::Manager manager_{runtime::Context{client_, clock_, random_, executor_}};
};

TEST_F(LifecycleTest, ANodeThatReportsIsBelievedThoughItsLeaseStands) {
  ASSERT_TRUE(executor_.Advance(7s));
  ASSERT_EQ(Ready(), "Unknown");
  Report();
  ASSERT_TRUE(executor_.Advance(4s));
  EXPECT_EQ(Ready(), "True");
  ASSERT_TRUE(executor_.Advance(3s));
  EXPECT_EQ(Ready(), "Unknown") << "it is silent again";
}

TEST_F(LifecycleTest, ItsLabNodeSaysHowLongThePodsOfASilentNodeStay) {
  client_.Seed(resources::kLabNodes, R"({"apiVersion":"croft.lab/v1","kind":"LabNode","metadata":{"name":"n1"},)"
                                     R"("spec":{"failover":{"notReadyAfter":"6s","replaceAfter":"1m"}}})");
  client_.Seed(resources::kPods, R"({"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"default","name":"p"},)"
                                 R"("spec":{"nodeName":"n1"},"status":{"phase":"Running",)"
                                 R"("conditions":[{"type":"Ready","status":"True"}]}})");
  const auto pod = [&] { return *types::FromObject<types::Pod>(*client_.Peek(resources::kPods, {"default", "p"})); };
  ASSERT_TRUE(executor_.Advance(8s));
  EXPECT_EQ(Ready(), "Unknown");
  EXPECT_FALSE(types::IsReady(pod())) << "it leaves every route at once";
  ASSERT_TRUE(executor_.Advance(50s));
  EXPECT_FALSE(pod().metadata.deleting());
  ASSERT_TRUE(executor_.Advance(3s));
  EXPECT_TRUE(pod().metadata.deleting());
}

TEST_F(LifecycleTest, ANodeThatComesBackInTimeKeepsItsPods) {
  client_.Seed(resources::kLabNodes, R"({"apiVersion":"croft.lab/v1","kind":"LabNode","metadata":{"name":"n1"},)"
                                     R"("spec":{"failover":{"notReadyAfter":"6s","replaceAfter":"1m"}}})");
  client_.Seed(resources::kPods, R"({"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"default","name":"p"},)"
                                 R"("spec":{"nodeName":"n1"},"status":{"phase":"Running"}})");
  ASSERT_TRUE(executor_.Advance(50s));
  ASSERT_EQ(Ready(), "Unknown");
  Report();
  ASSERT_TRUE(executor_.Advance(30s));
  EXPECT_FALSE(client_.Peek(resources::kPods, {"default", "p"})->meta().deleting) << "its silence begins anew";
}

TEST_F(LifecycleTest, ASilentNodeIsNotWrittenAgain) {
  ASSERT_TRUE(executor_.Advance(8s));
  client_.TakeWrites();
  ASSERT_TRUE(executor_.Advance(60s));
  EXPECT_EQ(client_.TakeWrites(), std::vector<std::string>());
}

}  // namespace
}  // namespace croft::nodes
