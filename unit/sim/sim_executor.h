#pragma once

#include <map>
#include <vector>

#include "api/base/executor.h"
#include "api/base/id.h"
#include "unit/fakes/clock.h"

namespace croft::sim {

// The only thread of a lab in simulation. Of the tasks that are due it runs one at a time, in an order drawn from
// `random`, as threads that race would; when none is due it moves the clock to the next timer. One-threaded.
class SimExecutor final : public Executor {
 public:
  SimExecutor(fakes::FakeClock& clock, Random& random) : clock_(clock), random_(random) {}

  void Post(Task task) override { ready_.push_back(std::move(task)); }
  void PostAfter(Duration delay, Task task) override;

  // Runs one task, moving the clock no further than `end`. False: the clock stands at `end` and nothing is due.
  bool Step(SteadyTime end);

  // Tasks that ran since the clock moved last: a number that grows without end tells of a loop.
  int ran_at_this_time() const { return ran_at_this_time_; }

 private:
  void TakeDue();

  fakes::FakeClock& clock_;
  Random& random_;
  std::vector<Task> ready_;
  std::multimap<SteadyTime, Task> later_;
  int ran_at_this_time_ = 0;
};

}  // namespace croft::sim
