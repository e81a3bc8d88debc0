#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/base/executor.h"
#include "operator/agent/pod_view.h"
#include "operator/agent/runtime.h"
#include "operator/network/net.h"

namespace croft::agent {

enum class ProbeKind { kStartup, kLiveness, kReadiness };

// The count of one probe's answers. Pure.
struct ProbeCount {
  int successes = 0;  // in a row
  int failures = 0;   // in a row
  // Takes one answer in; +1 when with it the success threshold is reached, -1 for the failure threshold, else 0.
  int Add(bool success, const types::Probe& probe);
};

// A running container that has probes.
struct ProbeTarget {
  Key pod;
  std::string container_id;
  types::Container spec;
  std::string ip;
  WallTime started_at{};
  // What was last reported of this very container: an agent that restarts does not take ready pods out of service
  // until a probe says so.
  bool known_started = false;
  bool known_ready = false;
};

// Probes containers from this node, each probe at its own pace. Posts everything to the Executor; thread-safe. While a
// readiness or startup probe has not passed yet it is also tried in between, at growing intervals, so that a container
// is found ready soon after it is, whatever its period; answers of those extra tries count only when they are good.
class Prober {
 public:
  struct Hooks {
    // A verdict on a container of that pod has changed.
    std::function<void(const Key& pod)> changed;
    // A probe has failed: for the Unhealthy event. `message`: "Readiness probe failed: ...".
    std::function<void(const Key& pod, const std::string& container, const std::string& message)> unhealthy;
  };

  Prober(Executor& executor, Clock& clock, Runtime& runtime, network::Net& net, Hooks hooks);
  ~Prober();

  // Makes the probed containers of a pod exactly these; those known already go on.
  void Sync(const Key& pod, std::vector<ProbeTarget> targets);
  // Verdicts on the containers of a pod that are probed, by container id.
  std::map<std::string, ProbeVerdict> Verdicts(const Key& pod) const;
  // No probe begins afterwards, and no hook is called when it has returned.
  void Stop();

 private:
  class State;  // shared with posted tasks
  std::shared_ptr<State> state_;
};

}  // namespace croft::agent
