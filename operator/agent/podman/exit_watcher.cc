#include "operator/agent/podman/exit_watcher.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace croft::agent::podman {

ExitWatcher::ExitWatcher(std::function<void(const std::string& id)> ended)
    : ended_callback_(std::move(ended)), epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC)) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = 0;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
  thread_ = std::thread([this] { Run(); });
}

ExitWatcher::~ExitWatcher() {
  const uint64_t one = 1;
  while (write(wake_, &one, sizeof one) < 0 && errno == EINTR) {
  }
  thread_.join();
  for (const auto& [id, watched] : watched_) close(watched.fd);
  close(wake_);
  close(epoll_);
}

bool ExitWatcher::Watch(const std::string& id, int pid) {
  std::lock_guard lock(mutex_);
  if (watched_.contains(id) || ended_.contains(id)) return true;
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return false;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = ++last_serial_;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
    close(fd);
    return false;
  }
  watched_[id] = {fd, last_serial_};
  return true;
}

void ExitWatcher::Forget(const std::string& id) {
  std::lock_guard lock(mutex_);
  ended_.erase(id);
  const auto it = watched_.find(id);
  if (it == watched_.end()) return;
  close(it->second.fd);  // which takes it out of the epoll set
  watched_.erase(it);
}

bool ExitWatcher::Ended(const std::string& id) const {
  std::lock_guard lock(mutex_);
  return ended_.contains(id);
}

void ExitWatcher::Run() {
  pthread_setname_np(pthread_self(), "exits");
  for (;;) {
    epoll_event event{};
    const int count = epoll_wait(epoll_, &event, 1, -1);
    if (count < 0 && errno != EINTR) return;
    if (count <= 0) continue;
    if (event.data.u64 == 0) return;
    std::string id;
    {
      std::lock_guard lock(mutex_);
      for (auto it = watched_.begin(); it != watched_.end(); ++it) {
        if (it->second.serial != event.data.u64) continue;
        id = it->first;
        close(it->second.fd);
        watched_.erase(it);
        ended_.insert(id);
        break;
      }
    }
    if (!id.empty()) ended_callback_(id);
  }
}

}  // namespace croft::agent::podman
