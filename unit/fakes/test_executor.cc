#include "unit/fakes/test_executor.h"

namespace croft::fakes {

void TestExecutor::Post(Task task) {
  std::lock_guard lock(mutex_);
  ready_.push_back(std::move(task));
}

void TestExecutor::PostAfter(Duration delay, Task task) {
  std::lock_guard lock(mutex_);
  later_.emplace(clock_.Steady() + std::chrono::duration_cast<SteadyTime::duration>(delay), std::move(task));
}

bool TestExecutor::RunOne() {
  Task task;
  {
    std::lock_guard lock(mutex_);
    while (!later_.empty() && later_.begin()->first <= clock_.Steady()) {
      ready_.push_back(std::move(later_.begin()->second));
      later_.erase(later_.begin());
    }
    if (ready_.empty()) return false;
    task = std::move(ready_.front());
    ready_.pop_front();
  }
  task();
  return true;
}

bool TestExecutor::RunUntilIdle(int limit) {
  for (int ran = 0; ran < limit; ++ran) {
    if (!RunOne()) return true;
  }
  return false;
}

bool TestExecutor::Advance(Duration by) {
  const SteadyTime end = clock_.Steady() + std::chrono::duration_cast<SteadyTime::duration>(by);
  if (!RunUntilIdle()) return false;
  while (true) {
    SteadyTime next = end;
    {
      std::lock_guard lock(mutex_);
      if (!later_.empty()) next = std::min(next, later_.begin()->first);
    }
    if (next > clock_.Steady()) clock_.Advance(next - clock_.Steady());
    if (!RunUntilIdle()) return false;
    if (clock_.Steady() >= end) return true;
  }
}

size_t TestExecutor::timers() const {
  std::lock_guard lock(mutex_);
  return later_.size();
}

}  // namespace croft::fakes
