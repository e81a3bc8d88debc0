#include "operator/agent/pod_status.h"

#include <algorithm>

#include "api/types/condition.h"
#include "operator/agent/labels.h"
#include "operator/runtime/events.h"

namespace croft::agent {
namespace {

using types::Condition;
using types::ContainerState;
using types::ContainerStateTerminated;
using types::ContainerStateWaiting;
using types::ContainerStatus;

constexpr const char* kOwnConditions[] = {"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady",
                                          "PodScheduled"};

std::string ContainerId(const std::string& id) {
  return id.empty() ? "" : "podman://" + id;
}

ContainerStateTerminated Terminated(const ContainerInfo& info) {
  ContainerStateTerminated state;
  state.exit_code = info.exit_code;
  state.reason = info.oom_killed ? "OOMKilled" : (info.exit_code == 0 ? "Completed" : "Error");
  state.started_at = FormatTime(info.started_at);
  state.finished_at = FormatTime(info.finished_at);
  state.container_id = ContainerId(info.id);
  return state;
}

// Why a container that does not run does not: the most telling of what is known.
ContainerStateWaiting Waiting(const Observed& observed, const PodView& view, const ContainerView& container,
                              WallTime now) {
  const PodRecord& record = observed.record;
  const std::string& name = container.spec->name;
  if (container.role != Role::kInit && container.role != Role::kSidecar && !view.initialized) {
    return {"PodInitializing", ""};
  }
  if (record.pod_failure && !record.pod_failure->reason.empty()) {
    return {record.pod_failure->reason, record.pod_failure->message};
  }
  const auto work = record.images.find(name);
  if (work != record.images.end() && work->second.state == ImageWork::State::kFailed &&
      work->second.image == container.spec->image) {
    const Failure& failure = work->second.failure;
    if (failure.at + kErrImagePullShown > now || failure.reason != "ErrImagePull") {
      return {failure.reason, failure.message};
    }
    return {"ImagePullBackOff", "Back-off pulling image \"" + container.spec->image + "\": " + failure.message};
  }
  const auto failure = record.failures.find(name);
  if (failure != record.failures.end()) return {failure->second.reason, failure->second.message};
  if (container.restarts) {
    const auto crash = record.crashes.find(name);
    const std::string delay = crash == record.crashes.end() ? "" : FormatDuration(crash->second.delay) + " ";
    return {"CrashLoopBackOff", "back-off " + delay + "restarting failed container=" + name +
                                    " pod=" + observed.pod->metadata.name + "_" + observed.pod->metadata.ns + "(" +
                                    observed.pod->metadata.uid + ")"};
  }
  const bool has_init = !observed.pod->spec.init_containers.empty();
  return {has_init && !view.initialized ? "PodInitializing" : "ContainerCreating", ""};
}

bool HasFailure(const PodRecord& record, const ContainerView& container) {
  const auto work = record.images.find(container.spec->name);
  const bool image = work != record.images.end() && work->second.state == ImageWork::State::kFailed &&
                     work->second.image == container.spec->image;
  return image || record.failures.contains(container.spec->name);
}

// What the API says of the container, for when its sandbox and with it the runtime's memory was lost.
const ContainerStatus* Reported(const Observed& observed, const ContainerView& container) {
  const types::PodStatus& status = observed.pod->status;
  for (const auto* list : {&status.container_statuses, &status.init_container_statuses}) {
    for (const ContainerStatus& reported : *list) {
      if (reported.name == container.spec->name) return &reported;
    }
  }
  return nullptr;
}

ContainerState LostState(const ContainerStatus& reported, WallTime now) {
  if (!reported.state.running) return reported.state.terminated ? reported.state : reported.last_state;
  ContainerState lost;
  ContainerStateTerminated& ended = lost.terminated.emplace();
  ended.exit_code = 255;
  ended.reason = "Unknown";
  ended.message = "the node went down while the container ran";
  ended.started_at = reported.state.running->started_at;
  ended.finished_at = FormatTime(now);
  ended.container_id = reported.container_id;
  return lost;
}

ContainerStatus StatusOf(const Observed& observed, const PodView& view, const ContainerView& container, WallTime now) {
  ContainerStatus status;
  status.name = container.spec->name;
  status.image = container.spec->image;
  status.image_id = "";
  status.ready = false;
  status.started = false;
  status.restart_count = std::max(0, container.carried_restarts);
  if (container.current == nullptr) {
    if (const ContainerStatus* reported = Reported(observed, container); reported != nullptr) {
      status.last_state = LostState(*reported, now);
      status.restart_count = std::max(*status.restart_count, reported->restart_count.value_or(0));
    }
    status.state.waiting = Waiting(observed, view, container, now);
    return status;
  }
  const ContainerInfo& info = *container.current;
  status.restart_count = labels::Attempt(info.labels);
  status.image_id = info.image_id;
  status.container_id = ContainerId(info.id);
  if (container.previous != nullptr && container.previous->state == RunState::kExited) {
    status.last_state.terminated = Terminated(*container.previous);
  } else if (container.previous == nullptr) {
    if (const ContainerStatus* reported = Reported(observed, container);
        reported != nullptr && *status.restart_count > 0) {
      status.last_state = reported->last_state;
    }
  }
  if (container.running) {
    status.state.running = types::ContainerStateRunning{FormatTime(info.started_at)};
    status.started = container.started;
    // A container that is being replaced takes no more requests. Of a pod that is deleted it is the deletion that
    // tells.
    status.ready = container.ready && (observed.pod->metadata.deleting() || !observed.record.stops.contains(info.id));
  } else if (info.state == RunState::kCreated) {
    status.state.waiting = Waiting(observed, view, container, now);
  } else if (container.restarts && !observed.pod->metadata.deleting() &&
             (RestartTime(container, observed.record) > now || HasFailure(observed.record, container))) {
    status.state.waiting = Waiting(observed, view, container, now);
    status.last_state = {};
    status.last_state.terminated = Terminated(info);
  } else {
    status.state.terminated = Terminated(info);
    if (container.role == Role::kInit) status.ready = container.succeeded();
  }
  return status;
}

// The kubelet's rules: the phase follows from what the containers did and will do.
std::string Phase(const Observed& observed, const PodView& view, const types::PodStatus& status) {
  if (view.init_failed) return "Failed";
  if (!view.initialized) return observed.pod->status.phase == "Running" ? "Running" : "Pending";
  bool running = false, all_started = true, all_succeeded = true, all_ended = true;
  for (const ContainerStatus& container : status.container_statuses) {
    running = running || container.state.running.has_value();
    all_started = all_started && (!container.state.waiting || container.last_state.terminated);
    all_succeeded = all_succeeded && container.state.terminated && container.state.terminated->exit_code == 0;
    all_ended = all_ended && container.state.terminated.has_value();
  }
  if (view.finished || (observed.pod->metadata.deleting() && all_ended)) return all_succeeded ? "Succeeded" : "Failed";
  // A pod that ran once is never Pending again, though a reboot made its containers start over.
  return running || all_started || observed.pod->status.phase == "Running" ? "Running" : "Pending";
}

std::string Names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return "[" + text + "]";
}

class Conditions {
 public:
  Conditions(std::vector<Condition>& list, WallTime now) : list_(list), now_(now) {}

  void Set(const char* type, bool is_true, std::string reason = {}, std::string message = {}) {
    runtime::SetCondition(list_, types::NewCondition(type, is_true, std::move(reason), std::move(message)), now_);
  }

 private:
  std::vector<Condition>& list_;
  const WallTime now_;
};

void SetConditions(const Observed& observed, const PodView& view, WallTime now, types::PodStatus* status) {
  Conditions conditions(status->conditions, now);
  // A sandbox with containers had its address before they were made, though a new agent has yet to check it.
  const bool framed =
      view.live != nullptr && (observed.record.attached == view.live->id || !view.live->containers.empty());
  conditions.Set("PodReadyToStartContainers", framed);

  std::vector<std::string> unready, incomplete;
  for (const ContainerView& container : view.containers) {
    if (container.role == Role::kInit && !container.succeeded()) incomplete.push_back(container.spec->name);
    if (container.role == Role::kSidecar && !container.started) incomplete.push_back(container.spec->name);
  }
  for (const auto* list : {&status->init_container_statuses, &status->container_statuses}) {
    for (const ContainerStatus& container : *list) {
      const bool counts = list == &status->container_statuses ||
                          std::any_of(view.containers.begin(), view.containers.end(), [&](const ContainerView& v) {
                            return v.role == Role::kSidecar && v.spec->name == container.name;
                          });
      if (counts && !container.ready.value_or(false)) unready.push_back(container.name);
    }
  }
  const bool succeeded = status->phase == "Succeeded", failed = status->phase == "Failed";
  if (view.initialized || succeeded) {
    conditions.Set("Initialized", true, succeeded ? "PodCompleted" : "");
  } else {
    conditions.Set("Initialized", false, "ContainersNotInitialized",
                   "containers with incomplete status: " + Names(incomplete));
  }
  for (const char* type : {"Ready", "ContainersReady"}) {
    if (succeeded || failed) {
      conditions.Set(type, false, succeeded ? "PodCompleted" : "PodFailed");
    } else if (unready.empty()) {
      conditions.Set(type, true);
    } else {
      conditions.Set(type, false, "ContainersNotReady", "containers with unready status: " + Names(unready));
    }
  }
  conditions.Set("PodScheduled", true);
}

// What the conditions were: the API's, with our own ones as we wrote them, which the cache may not show yet.
std::vector<Condition> KnownConditions(const Observed& observed) {
  std::vector<Condition> known = observed.pod->status.conditions;
  if (!observed.record.written) return known;
  for (const char* type : kOwnConditions) {
    const Condition* written = types::FindCondition(observed.record.written->conditions, type);
    if (written == nullptr) continue;
    const auto it = std::find_if(known.begin(), known.end(), [&](const Condition& c) { return c.type == type; });
    if (it == known.end()) {
      known.push_back(*written);
    } else {
      *it = *written;
    }
  }
  return known;
}

}  // namespace

std::string QosClass(const types::PodSpec& spec) {
  bool any = false, guaranteed = true;
  for (const auto* list : {&spec.init_containers, &spec.containers}) {
    for (const types::Container& container : *list) {
      const types::StringMap& limits = container.resources.limits;
      const types::StringMap& requests = container.resources.requests;
      for (const char* resource : {"cpu", "memory"}) {
        const auto limit = limits.find(resource), request = requests.find(resource);
        any = any || limit != limits.end() || request != requests.end();
        guaranteed = guaranteed && limit != limits.end() &&
                     (request == requests.end() ||
                      types::ParseQuantityMilli(request->second) == types::ParseQuantityMilli(limit->second));
      }
    }
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

bool DeadlineExceeded(const Observed& observed, WallTime now, std::optional<WallTime>* end) {
  const std::optional<int64_t> seconds = observed.pod->spec.active_deadline_seconds;
  if (!seconds) return false;
  const WallTime start = ParseTime(observed.pod->status.start_time).value_or(observed.record.first_seen.value_or(now));
  *end = start + std::chrono::seconds(*seconds);
  return now >= **end;
}

types::PodStatus ComputeStatus(const Observed& observed, const PodView& view, WallTime now) {
  const types::Pod& pod = *observed.pod;
  types::PodStatus status;
  status.start_time =
      pod.status.start_time.empty() ? FormatTime(observed.record.first_seen.value_or(now)) : pod.status.start_time;
  status.qos_class = pod.status.qos_class.empty() ? QosClass(pod.spec) : pod.status.qos_class;
  status.host_ip = observed.node_ip;
  if (view.live != nullptr) {
    status.pod_ip = pod.spec.host_network ? observed.node_ip : labels::Get(view.live->labels, labels::kPodIp);
  }
  if (!status.pod_ip.empty()) status.pod_ips = {{status.pod_ip}};
  for (const ContainerView& container : view.containers) {
    auto& list = container.role == Role::kApp ? status.container_statuses : status.init_container_statuses;
    list.push_back(StatusOf(observed, view, container, now));
  }
  status.phase = Phase(observed, view, status);
  std::optional<WallTime> deadline;
  if (!pod.metadata.deleting() && DeadlineExceeded(observed, now, &deadline) && status.phase != "Succeeded") {
    status.phase = "Failed";
    status.reason = "DeadlineExceeded";
    status.message = "Pod was active on the node longer than the specified deadline";
  }
  status.conditions = KnownConditions(observed);
  SetConditions(observed, view, now, &status);
  return status;
}

}  // namespace croft::agent
