#include "api/base/executor.h"

#include <gtest/gtest.h>

#include <future>

namespace croft {
namespace {

using namespace std::chrono_literals;

TEST(ThreadPool, RunsWhatIsPosted) {
  ThreadPool pool(2, "test");
  std::promise<int> done;
  pool.Post([&] { pool.Post([&] { done.set_value(7); }); });
  EXPECT_EQ(done.get_future().get(), 7);
}

TEST(ThreadPool, RunsTimersInTheOrderOfTheirTimes) {
  std::mutex mutex;
  std::vector<int> order;
  std::promise<void> done;
  ThreadPool pool(1, "test");
  pool.PostAfter(30ms, [&] {
    std::lock_guard lock(mutex);
    order.push_back(2);
    done.set_value();
  });
  pool.PostAfter(5ms, [&] {
    std::lock_guard lock(mutex);
    order.push_back(1);
  });
  done.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(ThreadPool, RunsATimerWhileAllThreadsButOneAreBusy) {
  ThreadPool pool(3, "test");
  std::promise<void> fired;
  std::shared_future<void> has_fired = fired.get_future().share();
  pool.PostAfter(10ms, [&] { fired.set_value(); });
  std::atomic<int> ended = 0;
  for (int i = 0; i < 2; ++i) {
    pool.Post([&ended, has_fired] {
      has_fired.wait();
      ++ended;
    });
  }
  EXPECT_EQ(has_fired.wait_for(10s), std::future_status::ready);
  pool.Stop();
  EXPECT_EQ(ended, 2);
}

TEST(ThreadPool, StopDropsWhatHasNotBegun) {
  bool ran = false;
  {
    ThreadPool pool(1, "test");
    pool.PostAfter(1h, [&] { ran = true; });
    pool.Stop();
    pool.Post([&] { ran = true; });
  }
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace croft
