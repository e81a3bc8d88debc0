#include "api/server/tables/cells.h"

namespace croft::server {
namespace {

const Json* Items(const Json& object, std::initializer_list<std::string_view> path) {
  const Json* list = Find(object, path);
  return list != nullptr && list->IsArray() ? list : nullptr;
}

const Json* StatusOf(const Json& pod, const char* list, std::string_view name) {
  const Json* statuses = Items(pod, {"status", list});
  if (statuses == nullptr) return nullptr;
  for (const Json& status : statuses->GetArray()) {
    if (FindString(status, {"name"}) == name) return &status;
  }
  return nullptr;
}

// An init container that goes on running beside the others.
bool IsSidecar(const Json& container) {
  return FindString(container, {"restartPolicy"}) == "Always";
}

bool HasCondition(const Json& pod, std::string_view type) {
  const Json* conditions = Items(pod, {"status", "conditions"});
  if (conditions == nullptr) return false;
  for (const Json& condition : conditions->GetArray()) {
    if (FindString(condition, {"type"}) == type) return FindString(condition, {"status"}) == "True";
  }
  return false;
}

std::string EndOf(const Json& terminated) {
  const std::string_view reason = FindString(terminated, {"reason"});
  if (!reason.empty()) return std::string(reason);
  const int64_t signal = FindInt(terminated, {"signal"});
  if (signal != 0) return "Signal:" + std::to_string(signal);
  return "ExitCode:" + std::to_string(FindInt(terminated, {"exitCode"}));
}

// "Init:1/2", "Init:CrashLoopBackOff", ...: empty once all init containers are through.
std::string InitStatus(const Json& pod) {
  const Json* containers = Items(pod, {"spec", "initContainers"});
  if (containers == nullptr) return {};
  for (rapidjson::SizeType i = 0; i < containers->Size(); ++i) {
    const Json& container = (*containers)[i];
    const Json* status = StatusOf(pod, "initContainerStatuses", FindString(container, {"name"}));
    const Json none(rapidjson::kObjectType);
    const Json& known = status == nullptr ? none : *status;
    const Json* terminated = Find(known, {"state", "terminated"});
    if (terminated != nullptr && FindInt(*terminated, {"exitCode"}) == 0) continue;
    if (IsSidecar(container) && FindBool(known, {"started"})) continue;
    if (terminated != nullptr) return "Init:" + EndOf(*terminated);
    const std::string_view waiting = FindString(known, {"state", "waiting", "reason"});
    if (!waiting.empty() && waiting != "PodInitializing") return "Init:" + std::string(waiting);
    return "Init:" + std::to_string(i) + "/" + std::to_string(containers->Size());
  }
  return {};
}

std::string MainStatus(const Json& pod, std::string reason) {
  const Json* statuses = Items(pod, {"status", "containerStatuses"});
  if (statuses == nullptr) return reason;
  bool running = false;
  // The first container has the last word.
  for (rapidjson::SizeType i = statuses->Size(); i-- > 0;) {
    const Json& status = (*statuses)[i];
    const std::string_view waiting = FindString(status, {"state", "waiting", "reason"});
    const Json* terminated = Find(status, {"state", "terminated"});
    if (!waiting.empty()) {
      reason = waiting;
    } else if (terminated != nullptr) {
      reason = EndOf(*terminated);
    } else if (FindBool(status, {"ready"}) && Find(status, {"state", "running"}) != nullptr) {
      running = true;
    }
  }
  if (reason == "Completed" && running) return HasCondition(pod, "Ready") ? "Running" : "NotReady";
  return reason;
}

Cell PodStatus(const Json& pod, WallTime) {
  std::string reason(FindString(pod, {"status", "reason"}));
  if (reason.empty()) reason = FindString(pod, {"status", "phase"}, "Unknown");
  const std::string init = InitStatus(pod);
  const bool initialized = init.empty() || HasCondition(pod, "Initialized");
  const bool started = Items(pod, {"status", "initContainerStatuses"}) != nullptr;
  if (!initialized && started) {
    reason = init;
  } else {
    reason = MainStatus(pod, reason);
  }
  if (Find(pod, {"metadata", "deletionTimestamp"}) != nullptr) {
    const std::string_view phase = FindString(pod, {"status", "phase"});
    if (FindString(pod, {"status", "reason"}) == "NodeLost") return Cell::Of("Unknown");
    if (phase != "Succeeded" && phase != "Failed") return Cell::Of("Terminating");
  }
  return Cell::Of(reason);
}

Cell PodReady(const Json& pod, WallTime) {
  int64_t ready = 0;
  int64_t all = Count(Find(pod, {"spec", "containers"}));
  if (const Json* statuses = Items(pod, {"status", "containerStatuses"})) {
    for (const Json& status : statuses->GetArray()) ready += FindBool(status, {"ready"}) ? 1 : 0;
  }
  if (const Json* init = Items(pod, {"spec", "initContainers"})) {
    for (const Json& container : init->GetArray()) {
      if (!IsSidecar(container)) continue;
      ++all;
      const Json* status = StatusOf(pod, "initContainerStatuses", FindString(container, {"name"}));
      ready += status != nullptr && FindBool(*status, {"ready"}) ? 1 : 0;
    }
  }
  return Cell::Of(std::to_string(ready) + "/" + std::to_string(all));
}

// "3 (5m ago)" once there was a restart; the number alone stays a number.
Cell PodRestarts(const Json& pod, WallTime now) {
  int64_t restarts = 0;
  std::optional<WallTime> last;
  const Json* statuses = Items(pod, {"status", "containerStatuses"});
  if (statuses != nullptr) {
    for (const Json& status : statuses->GetArray()) {
      restarts += FindInt(status, {"restartCount"});
      const auto ended = ParseTime(FindString(status, {"lastState", "terminated", "finishedAt"}));
      if (ended && (!last || *ended > *last)) last = ended;
    }
  }
  if (restarts == 0 || !last) return Cell::Of(std::to_string(restarts));
  const std::string age = FormatAge(std::chrono::duration_cast<Duration>(now - *last));
  return Cell::Of(std::to_string(restarts) + " (" + age + " ago)");
}

Cell TextOrNone(std::string_view text) {
  return Cell::Of(text.empty() ? std::string_view("<none>") : text);
}

Cell PodIp(const Json& pod, WallTime) {
  return TextOrNone(FindString(pod, {"status", "podIP"}));
}

Cell PodNode(const Json& pod, WallTime) {
  return TextOrNone(FindString(pod, {"spec", "nodeName"}));
}

Cell PodNominatedNode(const Json& pod, WallTime) {
  return TextOrNone(FindString(pod, {"status", "nominatedNodeName"}));
}

Cell PodReadinessGates(const Json& pod, WallTime) {
  const Json* gates = Items(pod, {"spec", "readinessGates"});
  if (gates == nullptr || gates->Empty()) return Cell::Of("<none>");
  int64_t open = 0;
  for (const Json& gate : gates->GetArray()) open += HasCondition(pod, FindString(gate, {"conditionType"})) ? 1 : 0;
  return Cell::Of(std::to_string(open) + "/" + std::to_string(gates->Size()));
}

}  // namespace

void AddPodCells(CellFunctions& cells) {
  cells["/pods/Ready"] = PodReady;
  cells["/pods/Status"] = PodStatus;
  cells["/pods/Restarts"] = PodRestarts;
  cells["/pods/IP"] = PodIp;
  cells["/pods/Node"] = PodNode;
  cells["/pods/Nominated Node"] = PodNominatedNode;
  cells["/pods/Readiness Gates"] = PodReadinessGates;
}

}  // namespace croft::server
