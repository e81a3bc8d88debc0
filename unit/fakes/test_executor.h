#pragma once

#include <deque>
#include <map>
#include <mutex>

#include "api/base/executor.h"
#include "unit/fakes/clock.h"

namespace croft::fakes {

// An Executor that runs nothing by itself: the test says when, on its own thread, in the order of posting. Time is the
// FakeClock's, which only Advance() moves. Post and PostAfter may come from any thread.
class TestExecutor final : public Executor {
 public:
  explicit TestExecutor(FakeClock& clock) : clock_(clock) {}

  void Post(Task task) override;
  void PostAfter(Duration delay, Task task) override;

  // Runs one task that is due; false when there is none.
  bool RunOne();
  // Runs tasks until none is due. Stops after `limit` tasks, so that a loop fails its test instead of hanging it; true
  // when all ran out before that.
  bool RunUntilIdle(int limit = 100'000);
  // Moves the clock by `by`, from timer to timer, and runs what comes due at each.
  bool Advance(Duration by);

  size_t timers() const;

 private:
  FakeClock& clock_;
  mutable std::mutex mutex_;
  std::deque<Task> ready_;                 // guarded by mutex_
  std::multimap<SteadyTime, Task> later_;  // guarded by mutex_
};

}  // namespace croft::fakes
