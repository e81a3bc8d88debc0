#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace croft::runtime {

// A number that /metrics shows. Thread-safe.
class Counter {
 public:
  void Add(int64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  void Set(int64_t n) { value_.store(n, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

// The counters of a process, by name and labels in Prometheus' notation. A counter, once asked for, stays where it is
// as long as the registry lives: callers keep the reference. Thread-safe.
class Metrics {
 public:
  // `labels`: R"(controller="replicaset",outcome="done")", or empty.
  Counter& Get(const std::string& name, const std::string& labels = {});

  struct Sample {
    std::string name;
    std::string labels;
    int64_t value;
  };
  // In the order of name and labels.
  std::vector<Sample> Read() const;
  // Prometheus' text format.
  std::string Text() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Counter>> counters_;  // guarded by mutex_
};

}  // namespace croft::runtime
