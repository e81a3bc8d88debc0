#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "unit/fakes/clock.h"

namespace croft::sim {

// What happened in a lab, a line each: "12.345 agent-n1: start default/web-abc/main". One-threaded.
class Journal {
 public:
  explicit Journal(const fakes::FakeClock& clock) : clock_(clock), begin_(clock.Steady()) {}

  void Add(std::string_view who, std::string_view what);

  const std::vector<std::string>& lines() const { return lines_; }
  std::string Tail(size_t count) const;
  // Of all lines, in order.
  uint64_t hash() const { return hash_; }

 private:
  const fakes::FakeClock& clock_;
  const SteadyTime begin_;
  std::vector<std::string> lines_;
  uint64_t hash_ = 0;
};

}  // namespace croft::sim
