#include "operator/runtime/controller.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "unit/fakes/fake_client.h"
#include "unit/fakes/test_executor.h"

namespace croft::runtime {
namespace {

using namespace std::chrono_literals;

class Scripted final : public Reconciler {
 public:
  explicit Scripted(std::function<Outcome(const Key&)> run) : run_(std::move(run)) {}
  Outcome Reconcile(const Key& key) override { return run_(key); }

 private:
  std::function<Outcome(const Key&)> run_;
};

const Key kA{"ns", "a"}, kB{"ns", "b"}, kC{"ns", "c"};

class ControllerTest : public testing::Test {
 protected:
  Controller& Make(std::function<Outcome(const Key&)> run, int workers = 1) {
    controller_ = std::make_unique<Controller>("test", std::make_unique<Scripted>([this, run](const Key& key) {
                                                 runs_.push_back(key.name);
                                                 times_.push_back(clock_.Steady() - begin_);
                                                 return run(key);
                                               }),
                                               Context{client_, clock_, random_, executor_, &metrics_}, workers);
    return *controller_;
  }
  int64_t Count(const std::string& outcome) {
    return metrics_.Get("croft_reconciles_total", R"(controller="test",outcome=")" + outcome + "\"").value();
  }

  fakes::FakeClock clock_;
  const SteadyTime begin_ = clock_.Steady();
  SeededRandom random_{1};
  fakes::TestExecutor executor_{clock_};
  fakes::FakeClient client_{clock_, random_, executor_};
  Metrics metrics_;
  std::unique_ptr<Controller> controller_;
  std::vector<std::string> runs_;
  std::vector<Duration> times_;
};

using Strings = std::vector<std::string>;
using Times = std::vector<Duration>;

TEST_F(ControllerTest, KeysGatherUntilStart) {
  Controller& controller = Make([](const Key&) { return Outcome::Done(); });
  controller.Enqueue(kA);
  executor_.RunUntilIdle();
  EXPECT_TRUE(runs_.empty());
  controller.Start();
  executor_.RunUntilIdle();
  EXPECT_EQ(runs_, Strings{"a"});
}

TEST_F(ControllerTest, AKeyWaitsAtMostOnceInTheQueue) {
  Controller& controller = Make([](const Key&) { return Outcome::Done(); });
  for (int i = 0; i < 5; ++i) controller.Enqueue(kA);
  controller.Enqueue(kB);
  controller.Enqueue(kA);
  controller.Start();
  executor_.RunUntilIdle();
  EXPECT_EQ(runs_, (Strings{"a", "b"}));
  EXPECT_EQ(Count("done"), 2);
}

TEST_F(ControllerTest, TheEarliestTimeWins) {
  Controller& controller = Make([](const Key&) { return Outcome::Done(); });
  controller.Start();
  controller.EnqueueAfter(kA, 10s);
  controller.EnqueueAfter(kA, 2s);
  controller.EnqueueAfter(kA, 5s);
  controller.EnqueueAfter(kB, 3s);
  controller.Enqueue(kB);
  executor_.Advance(20s);
  EXPECT_EQ(runs_, (Strings{"b", "a"}));
  EXPECT_EQ(times_, (Times{0s, 2s}));
}

TEST_F(ControllerTest, AKeyMarkedWhileItRunsComesBack) {
  Controller* self = nullptr;
  Controller& controller = Make([&](const Key& key) {
    if (runs_.size() == 1) {
      self->Enqueue(key);
      self->Enqueue(key);
      self->EnqueueAfter(key, 1h);
    }
    return Outcome::Done();
  });
  self = &controller;
  controller.Start();
  controller.Enqueue(kA);
  executor_.Advance(2h);
  EXPECT_EQ(runs_, (Strings{"a", "a"}));
}

TEST_F(ControllerTest, AfterComesBackAtItsTimeAndSoonerOnAnEvent) {
  Controller& controller = Make([&](const Key&) { return runs_.size() < 4 ? Outcome::After(10s) : Outcome::Done(); });
  controller.Start();
  controller.Enqueue(kA);
  executor_.Advance(12s);
  controller.Enqueue(kA);
  executor_.Advance(1min);
  EXPECT_EQ(times_, (Times{0s, 10s, 12s, 22s}));
  EXPECT_EQ(Count("after"), 3);
}

TEST_F(ControllerTest, RetriesWithGrowingPausesAndStartsAnewAfterSuccess) {
  bool failing = true;
  Controller& controller =
      Make([&](const Key&) { return failing ? Outcome::Retry(Status::Internal("broken")) : Outcome::Done(); });
  controller.Start();
  controller.Enqueue(kA);
  executor_.Advance(100ms);
  EXPECT_EQ(times_, (Times{0ms, 10ms, 30ms, 70ms}));
  executor_.Advance(10min);
  ASSERT_GE(times_.size(), 3u);
  EXPECT_EQ(times_.back() - times_[times_.size() - 2], 60s);
  failing = false;
  executor_.Advance(1min);
  failing = true;
  times_.clear();
  controller.Enqueue(kA);
  executor_.Advance(15ms);
  ASSERT_EQ(times_.size(), 2u);
  EXPECT_EQ(times_[1] - times_[0], 10ms);
}

TEST_F(ControllerTest, EventsMakeThePausesOfAKeyThatFailsNoLonger) {
  const struct {
    const char* name;
    Status why;
  } cases[] = {
      {"a failure of its own", Status::Internal("broken")},
      {"a conflict, for the cache is behind", Status::Conflict("the cache was behind")},
      {"an outage", Status::Unavailable("away")},
  };
  for (const auto& c : cases) {
    bool failing = true;
    Controller& controller = Make([&](const Key&) { return failing ? Outcome::Retry(c.why) : Outcome::Done(); });
    controller.Start();
    for (int i = 0; i < 200; ++i) {
      controller.Enqueue(kA);
      executor_.Advance(1ms);
    }
    failing = false;
    runs_.clear();
    executor_.Advance(300ms);
    EXPECT_EQ(runs_.size(), 1u) << c.name << ": the pause is about as long as the trouble was";
  }
}

// As when the API server is away for long: nothing tells the keys that it is back.
TEST_F(ControllerTest, AKeyComesBackWithinSecondsOfTheEndOfAnOutage) {
  const struct {
    const char* name;
    Status before;  // what it failed with first, until its pauses were a minute; ok: with nothing
    Status outage;
  } cases[] = {
      {"the API does not answer", Status::Ok(), Status::Unavailable("connection refused")},
      {"it answers too late", Status::Ok(), Status::Timeout("no answer in time")},
      {"a key with a trouble of its own meets an outage", Status::Invalid("spec.x"), Status::Unavailable("away")},
  };
  for (const auto& c : cases) {
    Status why = c.before;
    Controller& controller = Make([&](const Key&) { return why.ok() ? Outcome::Done() : Outcome::Retry(why); });
    controller.Start();
    controller.Enqueue(kA);
    executor_.Advance(10min);
    why = c.outage;
    controller.Enqueue(kA);
    executor_.Advance(10min);
    EXPECT_EQ(times_.back() - times_[times_.size() - 2], 5s) << c.name;
    why = Status::Ok();
    runs_.clear();
    executor_.Advance(5s);
    EXPECT_EQ(runs_.size(), 1u) << c.name;
  }
}

TEST_F(ControllerTest, AConflictIsTriedAgainSoonAndIsNoError) {
  Controller& controller = Make([&](const Key&) {
    return runs_.size() < 3 ? Outcome::Retry(Status::Conflict("the cache was behind")) : Outcome::Done();
  });
  controller.Start();
  controller.Enqueue(kA);
  executor_.Advance(1s);
  ASSERT_EQ(times_.size(), 3u);
  EXPECT_LE(times_[2], 20ms);
  EXPECT_GE(times_[1], 5ms);
  EXPECT_EQ(Count("conflict"), 2);
  EXPECT_EQ(Count("retry"), 0);
}

TEST_F(ControllerTest, AConflictThatDoesNotPassBacksOffLikeAnyFailure) {
  Controller& controller = Make([](const Key&) { return Outcome::Retry(Status::Conflict("for ever")); });
  controller.Start();
  controller.Enqueue(kA);
  executor_.Advance(10min);
  EXPECT_LT(runs_.size(), 40u);
  EXPECT_EQ(Count("conflict"), 5);
}

TEST_F(ControllerTest, TerminalWaitsForAnEvent) {
  Controller& controller = Make([](const Key&) { return Outcome::Terminal(Status::Invalid("spec.x")); });
  controller.Start();
  controller.Enqueue(kA);
  executor_.Advance(1h);
  EXPECT_EQ(runs_.size(), 1u);
  controller.Enqueue(kA);
  executor_.RunUntilIdle();
  EXPECT_EQ(runs_.size(), 2u);
  EXPECT_EQ(Count("terminal"), 2);
}

TEST_F(ControllerTest, NothingBeginsAfterStop) {
  Controller& controller = Make([](const Key&) { return Outcome::Done(); });
  controller.Start();
  controller.Enqueue(kA);
  controller.EnqueueAfter(kB, 1s);
  controller.Stop();
  controller.Enqueue(kC);
  executor_.Advance(1min);
  EXPECT_TRUE(runs_.empty());
}

TEST_F(ControllerTest, TasksThatAreLeftBehindAreHarmlessWhenItIsGone) {
  Controller& controller = Make([](const Key&) { return Outcome::Done(); });
  controller.Start();
  controller.Enqueue(kA);
  controller.EnqueueAfter(kB, 1s);
  controller_.reset();
  executor_.Advance(1min);
  EXPECT_TRUE(runs_.empty());
}

TEST_F(ControllerTest, AnIdleControllerKeepsNoTimer) {
  Controller& controller = Make([](const Key&) { return Outcome::Done(); });
  controller.Start();
  controller.Enqueue(kA);
  executor_.Advance(2min);
  EXPECT_EQ(executor_.timers(), 0u);
}

TEST(ControllerThreads, NoKeyRunsTwiceAtOnceAndAtMostWorkersRun) {
  SystemClock clock;
  SeededRandom random(1);
  ThreadPool pool(8, "workers");
  fakes::FakeClient client(clock, random, pool);
  std::mutex mutex;
  std::set<Key> running;
  size_t most = 0;
  bool twice = false;
  std::atomic<int> runs{0};
  Controller controller("test", std::make_unique<Scripted>([&](const Key& key) {
                          {
                            std::lock_guard lock(mutex);
                            twice = twice || !running.insert(key).second;
                            most = std::max(most, running.size());
                          }
                          std::this_thread::sleep_for(100us);
                          ++runs;
                          std::lock_guard lock(mutex);
                          running.erase(key);
                          return runs % 3 == 0 ? Outcome::After(1ms) : Outcome::Done();
                        }),
                        Context{client, clock, random, pool}, 3);
  controller.Start();
  std::vector<std::thread> writers;
  for (int t = 0; t < 3; ++t) {
    writers.emplace_back([&] {
      for (int i = 0; i < 300; ++i) controller.Enqueue({"ns", "key" + std::to_string(i % 6)});
    });
  }
  for (std::thread& writer : writers) writer.join();
  while (runs < 100) std::this_thread::sleep_for(1ms), controller.Enqueue(kA);
  controller.Stop();
  const int at_stop = runs;
  EXPECT_FALSE(twice);
  EXPECT_LE(most, 3u);
  controller.Enqueue(kA);
  pool.Stop();
  EXPECT_EQ(runs, at_stop);
}

TEST(ControllerThreads, StopWaitsForWhatRuns) {
  SystemClock clock;
  SeededRandom random(1);
  ThreadPool pool(2, "workers");
  fakes::FakeClient client(clock, random, pool);
  std::atomic<bool> began{false}, ended{false};
  Controller controller("test", std::make_unique<Scripted>([&](const Key&) {
                          began = true;
                          std::this_thread::sleep_for(20ms);
                          ended = true;
                          return Outcome::Done();
                        }),
                        Context{client, clock, random, pool}, 1);
  controller.Start();
  controller.Enqueue(kA);
  while (!began) std::this_thread::yield();
  controller.Stop();
  EXPECT_TRUE(ended);
}

TEST(Mappers, ToOwnerNamesOldAndNewOwnerOnceEach) {
  const auto owned = [](const std::string& owner) {
    return *Object::Parse(
        R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"ns","ownerReferences":[)"
        R"({"apiVersion":"apps/v1","kind":"ReplicaSet","name":")" +
        owner + R"(","uid":"1","controller":true},)" +
        R"({"apiVersion":"apps/v1","kind":"ReplicaSet","name":"not-in-control","uid":"2"},)"
        R"({"apiVersion":"batch/v1","kind":"Job","name":"other-kind","uid":"3","controller":true}]}})");
  };
  const auto mapper = ToOwner("ReplicaSet", "apps");
  EXPECT_EQ(mapper(owned("a"), owned("a")), (std::vector<Key>{kA}));
  EXPECT_EQ(mapper(owned("a"), owned("b")), (std::vector<Key>{kA, kB}));
  EXPECT_EQ(mapper(owned("a"), nullptr), (std::vector<Key>{kA}));
  EXPECT_EQ(ToSelf()(nullptr, owned("a")), (std::vector<Key>{{"ns", "p"}}));
}

}  // namespace
}  // namespace croft::runtime
