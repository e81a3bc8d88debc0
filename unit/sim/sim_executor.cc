#include "unit/sim/sim_executor.h"

#include <algorithm>

namespace croft::sim {

void SimExecutor::PostAfter(Duration delay, Task task) {
  later_.emplace(clock_.Steady() + std::chrono::duration_cast<SteadyTime::duration>(delay), std::move(task));
}

void SimExecutor::TakeDue() {
  while (!later_.empty() && later_.begin()->first <= clock_.Steady()) {
    ready_.push_back(std::move(later_.begin()->second));
    later_.erase(later_.begin());
  }
}

bool SimExecutor::Step(SteadyTime end) {
  TakeDue();
  while (ready_.empty()) {
    const SteadyTime now = clock_.Steady();
    const SteadyTime next = later_.empty() ? end : std::min(end, later_.begin()->first);
    if (next > now) {
      clock_.Advance(next - now);
      ran_at_this_time_ = 0;
    }
    TakeDue();
    if (ready_.empty() && next >= end) return false;
  }
  std::swap(ready_[random_.Below(ready_.size())], ready_.back());
  const Task task = std::move(ready_.back());
  ready_.pop_back();
  ++ran_at_this_time_;
  task();
  return true;
}

}  // namespace croft::sim
