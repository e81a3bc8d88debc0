#include "api/http/connection_set.h"

#include <utility>

namespace croft::http {

void ConnectionSet::Add(std::shared_ptr<Connection> connection) {
  std::lock_guard lock(mutex_);
  Connection* key = connection.get();
  open_.emplace(key, std::move(connection));
}

void ConnectionSet::Remove(Connection* connection) {
  std::lock_guard lock(mutex_);
  open_.erase(connection);
  if (open_.empty()) emptied_.notify_all();
}

std::vector<std::shared_ptr<Connection>> ConnectionSet::All() const {
  std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(open_.size());
  for (const auto& [key, connection] : open_) all.push_back(connection);
  return all;
}

size_t ConnectionSet::size() const {
  std::lock_guard lock(mutex_);
  return open_.size();
}

bool ConnectionSet::WaitUntilEmpty(SteadyTime deadline) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_until(lock, deadline, [this] { return open_.empty(); });
}

}  // namespace croft::http
