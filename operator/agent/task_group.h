#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include "api/base/executor.h"

namespace croft::agent {

// Work posted to an Executor that must not outlive its owner: Stop() waits for what runs and drops what has not begun.
// Thread-safe.
class TaskGroup {
 public:
  explicit TaskGroup(Executor& executor) : executor_(executor), state_(std::make_shared<State>()) {}
  ~TaskGroup() { Stop(); }

  void Post(Executor::Task task) { executor_.Post(Guarded(std::move(task))); }
  void PostAfter(Duration delay, Executor::Task task) { executor_.PostAfter(delay, Guarded(std::move(task))); }

  void Stop() {
    std::unique_lock lock(state_->mutex);
    state_->stopped = true;
    state_->idle.wait(lock, [this] { return state_->running == 0; });
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable idle;
    bool stopped = false;  // guarded by mutex
    int running = 0;       // guarded by mutex
  };

  Executor::Task Guarded(Executor::Task task) {
    return [state = state_, task = std::move(task)] {
      {
        std::lock_guard lock(state->mutex);
        if (state->stopped) return;
        ++state->running;
      }
      task();
      std::lock_guard lock(state->mutex);
      if (--state->running == 0) state->idle.notify_all();
    };
  }

  Executor& executor_;
  std::shared_ptr<State> state_;
};

}  // namespace croft::agent
