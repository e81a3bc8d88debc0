#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "api/base/clock.h"

namespace croft::http {

class Connection;

// The open connections of a server. Thread-safe.
class ConnectionSet {
 public:
  void Add(std::shared_ptr<Connection> connection);
  void Remove(Connection* connection);
  std::vector<std::shared_ptr<Connection>> All() const;
  size_t size() const;
  // False when some are still open at `deadline`.
  bool WaitUntilEmpty(SteadyTime deadline);

 private:
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> open_;  // guarded by mutex_
};

}  // namespace croft::http
