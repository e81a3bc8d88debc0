#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "api/base/clock.h"

namespace croft {

// Where deferred work runs. Controllers, informers and the agent own no threads: they post functions here, so that the
// same code runs on a pool in the product and, one function at a time in an order drawn from a seed, in the simulated
// lab. Posted functions may block (a request to the API or to Podman), may post, and must not throw. Thread-safe.
class Executor {
 public:
  using Task = std::function<void()>;
  virtual ~Executor() = default;
  virtual void Post(Task task) = 0;
  // Runs `task` no sooner than `delay` from now.
  virtual void PostAfter(Duration delay, Task task) = 0;
};

// A fixed number of threads over one queue, timers included. Stop() drops what has not begun and joins what runs; it is
// called by the destructor too. A task must not call Stop().
class ThreadPool final : public Executor {
 public:
  ThreadPool(int threads, std::string_view name);
  ~ThreadPool() override;
  void Post(Task task) override;
  void PostAfter(Duration delay, Task task) override;
  void Stop();

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;                  // guarded by mutex_
  std::deque<Task> ready_;                 // guarded by mutex_
  std::multimap<SteadyTime, Task> later_;  // guarded by mutex_
  std::vector<std::thread> threads_;       // constant after construction, until Stop
};

}  // namespace croft
