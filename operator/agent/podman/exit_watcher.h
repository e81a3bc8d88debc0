#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace croft::agent::podman {

// Tells when processes end, by their pidfds: one thread, no polling. Thread-safe.
class ExitWatcher {
 public:
  // `ended` is called on the watcher's thread, once per process.
  explicit ExitWatcher(std::function<void(const std::string& id)> ended);
  ~ExitWatcher();

  // Watches process `pid` as `id`; nothing when that is watched already. False when the process can't be watched; a
  // process that is gone already ends at once.
  bool Watch(const std::string& id, int pid);
  void Forget(const std::string& id);
  // Whether the process that was watched as `id` has ended.
  bool Ended(const std::string& id) const;

 private:
  void Run();

  const std::function<void(const std::string& id)> ended_callback_;
  const int epoll_;
  const int wake_;  // eventfd: ends the thread
  mutable std::mutex mutex_;
  struct Watched {
    int fd;
    uint64_t serial;  // never used again, unlike the number of a descriptor
  };
  std::map<std::string, Watched> watched_;  // guarded by mutex_, as all below
  uint64_t last_serial_ = 0;
  std::set<std::string> ended_;
  std::thread thread_;
};

}  // namespace croft::agent::podman
