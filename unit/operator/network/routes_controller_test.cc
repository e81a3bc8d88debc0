#include "operator/network/routes_controller.h"

#include <gmock/gmock.h>

#include "api/types/resources.h"
#include "unit/fakes/fake_client.h"
#include "unit/fakes/fake_net.h"
#include "unit/fakes/test_executor.h"

namespace croft::network {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;
using resources::kNodes;

class RoutesControllerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RoutesController::AddTo(manager_, net_);
    manager_.Start();
    executor_.Advance(1s);
  }
  void TearDown() override { manager_.Stop(); }

  void SeedNode(const std::string& name, const std::string& range, const std::string& address) {
    client_.Seed(kNodes, R"({"apiVersion":"v1","kind":"Node","metadata":{"name":")" + name +
                             R"("},"spec":{"podCIDR":")" + range +
                             R"("},"status":{"addresses":[{"type":"InternalIP","address":")" + address + R"("}]}})");
    executor_.Advance(1s);
  }

  fakes::FakeClock clock_;
  SeededRandom random_{1};
  fakes::TestExecutor executor_{clock_};
  fakes::FakeClient client_{clock_, random_, executor_};
  fakes::FakeNet net_;
  runtime::Manager manager_{{client_, clock_, random_, executor_}};
};

TEST_F(RoutesControllerTest, FollowsTheNodes) {
  EXPECT_THAT(net_.routes(), IsEmpty());
  SeedNode("a", "10.244.1.0/24", "10.0.0.1");
  SeedNode("b", "10.244.2.0/24", "10.0.0.2");
  EXPECT_THAT(net_.routes(),
              ElementsAre(PeerRoute{"10.244.1.0/24", "10.0.0.1"}, PeerRoute{"10.244.2.0/24", "10.0.0.2"}));
  SeedNode("b", "10.244.2.0/24", "10.0.0.22");
  EXPECT_THAT(net_.routes(),
              ElementsAre(PeerRoute{"10.244.1.0/24", "10.0.0.1"}, PeerRoute{"10.244.2.0/24", "10.0.0.22"}));
  client_.Remove(kNodes, {"", "a"});
  executor_.Advance(1s);
  EXPECT_THAT(net_.routes(), ElementsAre(PeerRoute{"10.244.2.0/24", "10.0.0.22"}));
}

TEST_F(RoutesControllerTest, BringsBackRoutesThatTheKernelDropped) {
  SeedNode("a", "10.244.1.0/24", "10.0.0.1");
  net_.Reboot();
  EXPECT_THAT(net_.routes(), IsEmpty());
  executor_.Advance(61s);
  EXPECT_EQ(net_.routes().size(), 1u);
}

TEST_F(RoutesControllerTest, RemovesRoutesOfAnEarlierProcessWhenNoNodeIsLeft) {
  fakes::FakeNet net;
  EXPECT_TRUE(net.SetPeerRoutes({{"10.244.1.0/24", "10.0.0.1"}}).ok());
  runtime::Manager manager({client_, clock_, random_, executor_});
  RoutesController::AddTo(manager, net);
  manager.Start();
  executor_.Advance(1s);
  EXPECT_THAT(net.routes(), IsEmpty());
  manager.Stop();
}

}  // namespace
}  // namespace croft::network
