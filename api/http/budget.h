#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace croft::http {

// What a header field costs beyond its text, about.
inline constexpr size_t kFieldCost = 96;

// How many bytes all clients of a server have it hold together. Thread-safe. Internal to api/http.
class Budget {
 public:
  explicit Budget(size_t limit) : limit_(limit) {}
  // False when that is too much; it is counted nevertheless, until it is given back.
  bool Take(size_t bytes) { return used_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= limit_; }
  void Give(size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  const size_t limit_;
  std::atomic<size_t> used_{0};
};

// One client's part of a budget, given back when this ends. Counts in steps, so that what is received bit by bit does
// not come to the shared counter each time. Not thread-safe. Internal to api/http.
class Share {
 public:
  explicit Share(Budget& budget) : budget_(&budget) {}
  Share(Share&& other) noexcept : budget_(other.budget_), counted_(std::exchange(other.counted_, 0)) {}
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;
  ~Share() { Resize(0); }

  // Holds `bytes` from now on. False when that is more than before, and too much: then it must be given back soon.
  bool Resize(size_t bytes) {
    const size_t before = std::exchange(counted_, (bytes + kStep - 1) / kStep * kStep);
    if (counted_ > before) return budget_->Take(counted_ - before);
    if (counted_ < before) budget_->Give(before - counted_);
    return true;
  }

 private:
  static constexpr size_t kStep = 4096;

  Budget* budget_;
  size_t counted_ = 0;
};

}  // namespace croft::http
