#pragma once

#include <atomic>

#include "api/base/clock.h"

namespace croft::fakes {

// A clock that stands still until it is moved. Starts at 2026-01-01T00:00:00Z. Thread-safe.
class FakeClock final : public Clock {
 public:
  WallTime Now() const override { return WallTime(std::chrono::seconds(1'767'225'600)) + Offset<WallTime::duration>(); }
  SteadyTime Steady() const override { return SteadyTime(std::chrono::hours(1)) + Offset<SteadyTime::duration>(); }
  void Advance(Duration by) { offset_ += by.count(); }

 private:
  template <class D>
  D Offset() const {
    return std::chrono::duration_cast<D>(Duration(offset_.load()));
  }
  std::atomic<int64_t> offset_{0};
};

}  // namespace croft::fakes
