#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operator/agent/pod_record.h"
#include "operator/agent/runtime.h"

namespace croft::agent {

// What the probes of one running container say. Without a probe of a kind, its answer is the good one.
struct ProbeVerdict {
  bool started = false;
  bool ready = false;
  bool alive = true;  // false: liveness or startup failed for good; the container is to be ended
  std::string why;    // of !alive: "failed liveness probe"
};

// All that decides about one pod name on this node, gathered.
struct Observed {
  const types::Pod* pod = nullptr;               // null: the API has none by that name on this node
  std::vector<SandboxInfo> sandboxes;            // of that name, whatever their uid
  PodRecord record;                              // of pod->uid
  std::map<std::string, ProbeVerdict> verdicts;  // by container id
  std::string node_ip;
  Duration drain{};  // how long a ready pod goes on after its deletion was seen
};

enum class Role { kInit, kSidecar, kApp };

// One declared container and what there is of it.
struct ContainerView {
  const types::Container* spec = nullptr;
  Role role = Role::kApp;
  const ContainerInfo* current = nullptr;   // newest in the sandbox; null: none was made yet
  const ContainerInfo* previous = nullptr;  // the one before
  std::vector<const ContainerInfo*> older;  // no longer wanted
  int carried_restarts = -1;                // restart count it had in a lost sandbox; -1: was not there
  bool running = false;
  bool started = false;   // runs, and its startup probe has passed
  bool ready = false;     // runs, and its readiness probe passes
  bool alive = true;      // runs, and must not be ended for its probes
  bool finished = false;  // has ended and stays so
  bool restarts = false;  // has ended and is to be started again

  int next_attempt() const;
  bool succeeded() const { return finished && current->exit_code == 0; }
};

struct PodView {
  const SandboxInfo* live = nullptr;        // the running sandbox of this pod
  std::vector<const SandboxInfo*> stale;    // this pod's, but lost or superseded
  std::vector<const SandboxInfo*> foreign;  // of an earlier pod of that name, or of none
  std::vector<ContainerView> containers;    // init containers and sidecars in order, then the application's

  // Every init container has succeeded and every sidecar has started, or the application was started already.
  bool initialized = false;
  // An init container has failed and is not tried again.
  bool init_failed = false;
  // All containers of the application have ended for good.
  bool finished = false;
};

// Views point into `observed`, which must outlive them.
PodView MakeView(const Observed& observed);

// "main=3,init=0", a sandbox's label of restart counts, both ways.
std::string FormatRestarts(const std::map<std::string, int>& restarts);
std::map<std::string, int> ParseRestarts(const std::string& text);

// How long the containers may take to end: the deletion's own grace, else the spec's, else 30 s.
std::chrono::seconds GracePeriod(const types::Pod& pod, WallTime now);

// When a container that has ended may be started again.
WallTime RestartTime(const ContainerView& container, const PodRecord& record);

}  // namespace croft::agent
