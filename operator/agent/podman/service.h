#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "api/base/result.h"

namespace croft::agent::podman {

struct ServiceSettings {
  std::string socket;    // where it answers: absolute path
  std::string data_dir;  // images and containers: DATA/root; configuration; the service's own log
  // What must be gone after the machine was restarted, and must be on a tmpfs for that: run root and temporary files.
  // By it Podman learns of a restart.
  std::string run_dir;
};

// Sees to it that a Podman API service answers at the socket. One that answers already is used; else one is started
// with storage of its own, in a session of its own. One that an agent started, this or an earlier one, is started again
// when it dies. Containers do not depend on it. Start and Stop once.
class PodmanService {
 public:
  explicit PodmanService(ServiceSettings settings) : settings_(std::move(settings)) {}
  ~PodmanService();

  // Returns when the service answers. kServiceUnavailable, with what to do, when it can't be had.
  Status Start();
  // Ends the service if it is ours; containers go on.
  void Stop();

  // 0 when the service is not ours.
  int pid() const { return pid_; }

 private:
  Status Configure();
  Status Spawn();
  Status AwaitAnswer(std::chrono::milliseconds patience);
  void Supervise();

  const ServiceSettings settings_;
  std::string program_;
  std::atomic<int> pid_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace croft::agent::podman
