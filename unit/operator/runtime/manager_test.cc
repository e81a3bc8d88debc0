#include <gtest/gtest.h>

#include "api/types/resources.h"
#include "operator/runtime/controller.h"
#include "unit/fakes/fake_client.h"
#include "unit/fakes/test_executor.h"

namespace croft::runtime {
namespace {

using namespace std::chrono_literals;
using resources::kConfigMaps;
using resources::kSecrets;

constexpr const char* kMap = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"ns"}})";

class Counting final : public Reconciler {
 public:
  explicit Counting(int* runs) : runs_(runs) {}
  Outcome Reconcile(const Key&) override { return ++*runs_, Outcome::Done(); }

 private:
  int* runs_;
};

class ManagerTest : public testing::Test {
 protected:
  fakes::FakeClock clock_;
  SeededRandom random_{1};
  fakes::TestExecutor executor_{clock_};
  fakes::FakeClient client_{clock_, random_, executor_};
};

TEST_F(ManagerTest, ControllersBeginWhenAllTheirInformersHaveSynced) {
  client_.Seed(kConfigMaps, kMap);
  bool away = true;
  client_.SetFault([&](std::string_view, const GroupVersionResource& gvr, const Key&) {
    return away && gvr == kSecrets ? Status::Unavailable("not yet") : Status::Ok();
  });
  int runs = 0;
  Manager manager({client_, clock_, random_, executor_});
  Controller& controller = manager.Add("test", std::make_unique<Counting>(&runs));
  manager.Watch(controller, kConfigMaps, ToSelf());
  manager.Watch(controller, kSecrets, ToSelf());
  manager.Start();
  executor_.Advance(1min);
  EXPECT_EQ(runs, 0);
  away = false;
  executor_.Advance(10s);
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(manager.metrics().Get("croft_reconciles_total", R"(controller="test",outcome="done")").value(), 1);
  manager.Stop();
  client_.Remove(kConfigMaps, {"ns", "a"});
  executor_.Advance(1s);
  EXPECT_EQ(runs, 1);
}

TEST_F(ManagerTest, EventsTwiceOrLateLeadToTheSameEnd) {
  client_.RepeatEvents(3);
  int runs = 0;
  Manager manager({client_, clock_, random_, executor_});
  manager.Watch(manager.Add("test", std::make_unique<Counting>(&runs)), kConfigMaps, ToSelf());
  manager.Start();
  executor_.Advance(1s);
  client_.HoldEvents(true);
  client_.Seed(kConfigMaps, kMap);
  executor_.Advance(10s);
  EXPECT_EQ(runs, 0);
  client_.HoldEvents(false);
  executor_.Advance(1s);
  EXPECT_EQ(runs, 1);
}

TEST_F(ManagerTest, MayBeDestroyedBeforeItEverSynced) {
  client_.SetAway(true);
  int runs = 0;
  {
    Manager manager({client_, clock_, random_, executor_});
    manager.Watch(manager.Add("test", std::make_unique<Counting>(&runs)), kConfigMaps, ToSelf());
    manager.Start();
    executor_.Advance(1s);
  }
  client_.SetAway(false);
  executor_.Advance(1min);
  EXPECT_EQ(runs, 0);
}

TEST(ManagerThreads, StartsAndStopsUnderLoad) {
  SystemClock clock;
  for (uint64_t round = 0; round < 10; ++round) {
    SeededRandom random(round);
    ThreadPool pool(4, "manager");
    fakes::FakeClient client(clock, random, pool);
    std::atomic<int> runs{0};
    class Touch final : public Reconciler {
     public:
      explicit Touch(std::atomic<int>* runs) : runs_(runs) {}
      Outcome Reconcile(const Key&) override { return ++*runs_, Outcome::After(1ms); }

     private:
      std::atomic<int>* runs_;
    };
    SystemRandom context_random;
    Manager manager({client, clock, context_random, pool});
    manager.Watch(manager.Add("test", std::make_unique<Touch>(&runs), 2), kConfigMaps, ToSelf());
    manager.Start();
    for (int i = 0; i < 20; ++i) {
      client.Seed(kConfigMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c)" + std::to_string(i) +
                                   R"(","namespace":"ns"}})");
    }
    while (runs < 30) std::this_thread::yield();
    manager.Stop();
    const int at_stop = runs;
    client.Remove(kConfigMaps, {"ns", "c1"});
    pool.Stop();
    EXPECT_EQ(runs, at_stop);
  }
}

}  // namespace
}  // namespace croft::runtime
