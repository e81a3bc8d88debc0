#pragma once

#include <string>
#include <vector>

#include "api/base/result.h"
#include "operator/ingress/haproxy_config.h"

namespace croft::ingress {

// HAProxy's master process: started in a session of its own, so that it outlives this process, and found again by
// a file with its pid and start time. Thread-compatible: its owner guards it.
class HaproxyProcess {
 public:
  explicit HaproxyProcess(const HaproxySettings& settings) : settings_(settings) {}
  ~HaproxyProcess();
  HaproxyProcess(const HaproxyProcess&) = delete;
  HaproxyProcess& operator=(const HaproxyProcess&) = delete;

  // Checks haproxy.cfg; kInvalid with HAProxy's first complaint.
  Status Validate() const;
  // Starts HAProxy on haproxy.cfg. Ok says that the process exists, not yet that it serves.
  Status Start();
  // Takes over the process that the pid file names, if it lives.
  bool Adopt();
  // Whether the process lives; reaps it when it is a child that does not.
  bool Alive();
  // Ends it, first asking, then by force, and waits.
  void Kill();

  int pid() const { return pid_; }
  int pidfd() const { return pidfd_; }  // readable once it has ended; -1 when there is none

  // HAProxy's first complaint since it was started, or `otherwise`.
  std::string FirstComplaint(const std::string& otherwise) const;

 private:
  Result<int> Spawn(const std::vector<std::string>& arguments, const std::string& output_path, bool own_session) const;
  void Forget();

  const HaproxySettings& settings_;
  int pid_ = 0;
  int pidfd_ = -1;
};

// Why HAProxy could not listen on one of the settings' addresses, found by trying; Ok when all are free.
Status CheckAddressesFree(const HaproxySettings& settings);

// The first [ALERT] of HAProxy's output without its decoration; empty when there is none.
std::string FirstAlert(const std::string& output);

}  // namespace croft::ingress
