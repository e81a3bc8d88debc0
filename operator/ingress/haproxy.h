#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "api/base/clock.h"
#include "operator/ingress/haproxy_config.h"
#include "operator/ingress/haproxy_process.h"
#include "operator/ingress/proxy.h"

namespace croft::ingress {

// Serves a RoutingModel with HAProxy, which it starts, supervises and reconfigures.
//
// The first Apply adopts the HAProxy that an earlier object (or an earlier life of this process) left behind, or starts
// one. Later ones change the running process through its runtime API where that is enough, and reload it without
// closing a listener where it isn't. The same state is always in the files too, so that a restart finds it. Destroying
// the object leaves HAProxy running; Stop() ends it.
//
// Thread-safe: one Apply at a time, others wait. A thread of its own restarts HAProxy when it dies, with growing
// pauses, and deletes servers that have lost their last connection. Nothing is written and nothing wakes while nothing
// changes.
class HaproxyProxy final : public Proxy {
 public:
  HaproxyProxy(HaproxySettings settings, Clock& clock);
  ~HaproxyProxy() override;

  Status Apply(const RoutingModel& model) override;

  // Ends HAProxy; the next Apply would start it again.
  void Stop();

  // The master process; 0 when none runs.
  int pid() const;
  // How often Apply had to start or reload HAProxy, and how often the runtime API was enough.
  struct Counters {
    uint64_t starts = 0;
    uint64_t reloads = 0;
    uint64_t runtime_changes = 0;
    uint64_t restarts_after_death = 0;
  };
  Counters counters() const;

 private:
  Status Prepare();
  Status WriteFiles(const HaproxyState& state);
  Status StartAndWait();
  bool AdoptServing(const HaproxyState& state, bool* same);
  Status Bring(const HaproxyState& state);
  Status Reload(const HaproxyState& state);
  void AwaitStopping(int worker, SteadyTime limit);
  Status ChangeRunning(const HaproxyState& state, bool* done);
  void Supervise(const std::stop_token& stop);
  void Restart();
  void DeleteRetired();
  void Wake();

  const HaproxySettings settings_;
  Clock& clock_;
  const int wake_fd_;  // an eventfd: the supervisor looks again

  mutable std::mutex mutex_;  // guards everything below but the thread
  HaproxyProcess process_;
  std::optional<HaproxyState> applied_;  // what the files say, and the process when it runs
  // What the running process knows beyond that: backends that are no longer wanted, servers on their way out.
  HaproxyState running_;
  std::vector<std::string> retired_;
  bool wanted_ = false;  // HAProxy ought to run
  bool first_ = true;    // no Apply has succeeded yet
  int failed_starts_ = 0;
  SteadyTime next_start_{};
  Counters counters_;

  std::jthread supervisor_;
};

}  // namespace croft::ingress
