#pragma once

#include <map>
#include <string>

#include "api/base/clock.h"

namespace croft {

// Exponential waiting times by key: base, 2*base, 4*base ... up to max. Forget() starts a key anew. Not thread-safe:
// its owner guards it.
class Backoff {
 public:
  Backoff(Duration base, Duration max) : base_(base), max_(max) {}

  // The waiting time before the next try of `key`; every call doubles the one after it.
  Duration Next(const std::string& key);
  void Forget(const std::string& key) { failures_.erase(key); }
  int Failures(const std::string& key) const;

 private:
  const Duration base_;
  const Duration max_;
  std::map<std::string, int> failures_;
};

}  // namespace croft
