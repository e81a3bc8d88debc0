#include "api/base/backoff.h"

#include <algorithm>

namespace croft {

Duration Backoff::Next(const std::string& key) {
  const int failures = failures_[key]++;
  Duration wait = base_;
  for (int i = 0; i < failures && wait < max_; ++i) wait *= 2;
  return std::min(wait, max_);
}

int Backoff::Failures(const std::string& key) const {
  const auto it = failures_.find(key);
  return it == failures_.end() ? 0 : it->second;
}

}  // namespace croft
