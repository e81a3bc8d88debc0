#include "unit/sim/journal.h"

#include <algorithm>
#include <cstdio>

#include "api/base/id.h"

namespace croft::sim {

void Journal::Add(std::string_view who, std::string_view what) {
  char time[32];
  const auto passed = std::chrono::duration_cast<std::chrono::microseconds>(clock_.Steady() - begin_).count();
  std::snprintf(time, sizeof time, "%lld.%06lld ", static_cast<long long>(passed / 1'000'000),
                static_cast<long long>(passed % 1'000'000));
  std::string line = time;
  line.append(who).append(": ").append(what);
  hash_ = StableHash(std::to_string(hash_) + line);
  lines_.push_back(std::move(line));
}

std::string Journal::Tail(size_t count) const {
  std::string text;
  for (size_t i = lines_.size() - std::min(count, lines_.size()); i < lines_.size(); ++i) text += lines_[i] + "\n";
  return text;
}

}  // namespace croft::sim
