#include "api/base/executor.h"

#include <pthread.h>

#include <string>

namespace croft {

ThreadPool::ThreadPool(int threads, std::string_view name) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { Run(); });
    // The kernel takes 15 characters.
    pthread_setname_np(threads_.back().native_handle(), std::string(name.substr(0, 15)).c_str());
  }
}

ThreadPool::~ThreadPool() {
  Stop();
}

void ThreadPool::Post(Task task) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    ready_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void ThreadPool::PostAfter(Duration delay, Task task) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    later_.emplace(std::chrono::steady_clock::now() + std::chrono::duration_cast<SteadyTime::duration>(delay),
                   std::move(task));
  }
  // A sleeping thread may have to wake sooner than it planned to.
  wake_.notify_one();
}

void ThreadPool::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  std::lock_guard lock(mutex_);
  ready_.clear();
  later_.clear();
}

void ThreadPool::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const SteadyTime now = std::chrono::steady_clock::now();
    while (!later_.empty() && later_.begin()->first <= now) {
      ready_.push_back(std::move(later_.begin()->second));
      later_.erase(later_.begin());
    }
    if (ready_.empty()) {
      if (later_.empty()) {
        wake_.wait(lock);
      } else {
        const SteadyTime due = later_.begin()->first;  // a copy: the entry may be gone when the wait ends
        wake_.wait_until(lock, due);
      }
      continue;
    }
    Task task = std::move(ready_.front());
    ready_.pop_front();
    // Another thread sees to the rest; also to what is due later, for whoever waited for that may be this one.
    if (!ready_.empty() || !later_.empty()) wake_.notify_one();
    lock.unlock();
    task();
    task = nullptr;  // what it holds is released outside the lock
    lock.lock();
  }
}

}  // namespace croft
