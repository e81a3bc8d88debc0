#include "operator/agent/pod_plan.h"

#include <algorithm>
#include <set>

#include "operator/agent/labels.h"
#include "operator/agent/pod_status.h"

namespace croft::agent {
namespace {

using Kind = Action::Kind;

// How long after its grace a container that still runs is asked to end once more.
constexpr std::chrono::seconds kStopOverdue(10);

class Planner {
 public:
  Planner(const Observed& observed, const PodView& view, WallTime now) : observed_(observed), view_(view), now_(now) {}

  Plan Run();

 private:
  void RemoveSandbox(const SandboxInfo& sandbox, bool detach);
  bool Draining();
  bool StopAll();
  void TearDown();
  void PlanSandbox();
  void PlanContainers();
  void PlanContainer(const ContainerView& container);
  void StopContainer(const ContainerView& container, const std::string& why);
  void LookAgainAt(WallTime when);

  const types::Pod& pod() const { return *observed_.pod; }
  const std::string& uid() const { return pod().metadata.uid; }

  const Observed& observed_;
  const PodView& view_;
  const WallTime now_;
  Plan plan_;
};

// In the order in which one would ask: whose is it, has it ended, is it to go, what is missing.
Plan Planner::Run() {
  std::set<std::string> forgotten;
  for (const SandboxInfo* sandbox : view_.foreign) {
    RemoveSandbox(*sandbox, true);
    forgotten.insert(labels::Get(sandbox->labels, labels::kPodUid));
  }
  for (const std::string& gone : forgotten) plan_.actions.push_back({.kind = Kind::kForget, .pod_uid = gone});
  if (observed_.pod == nullptr) {
    if (!observed_.record.uid.empty() && !forgotten.contains(observed_.record.uid))
      plan_.actions.push_back({.kind = Kind::kForget, .pod_uid = observed_.record.uid});
    return std::move(plan_);
  }
  if (pod().metadata.deleting()) {
    const bool gone = observed_.sandboxes.size() == view_.foreign.size();
    if (gone) {
      plan_.actions.push_back({.kind = Kind::kForget, .pod_uid = uid()});
      plan_.actions.push_back({.kind = Kind::kDeletePod, .pod_uid = uid()});
      return std::move(plan_);
    }
    // Removing takes what the final status is made of: it is written before.
    if (view_.live != nullptr) plan_.status = ComputeStatus(observed_, view_, now_);
    if (!Draining()) TearDown();
    return std::move(plan_);
  }
  if (types::IsFinished(pod())) {
    TearDown();
    return std::move(plan_);
  }
  plan_.status = ComputeStatus(observed_, view_, now_);
  std::optional<WallTime> deadline;
  if (DeadlineExceeded(observed_, now_, &deadline)) return std::move(plan_);  // written as Failed, then torn down
  if (deadline) LookAgainAt(*deadline);
  if (plan_.status->phase == "Succeeded" || plan_.status->phase == "Failed") return std::move(plan_);
  PlanSandbox();
  return std::move(plan_);
}

void Planner::RemoveSandbox(const SandboxInfo& sandbox, bool detach) {
  plan_.actions.push_back({.kind = Kind::kRemoveSandbox,
                           .sandbox_id = sandbox.id,
                           .pod_uid = labels::Get(sandbox.labels, labels::kPodUid),
                           .ip = labels::Get(sandbox.labels, labels::kPodIp),
                           .detach = detach});
}

// Whether requests may still come to the deleted pod, for it was ready and its routes need a moment to go.
bool Planner::Draining() {
  const WallTime seen = observed_.record.deletion_seen.value_or(now_);
  const WallTime end = seen + std::chrono::duration_cast<WallTime::duration>(
                                  std::min<Duration>(observed_.drain, GracePeriod(pod(), now_)));
  if (end <= now_ || !types::IsReady(pod())) return false;
  LookAgainAt(end);
  return true;
}

// Asks what runs to end: the application first, sidecars when it is gone. False when nothing runs.
bool Planner::StopAll() {
  bool app_runs = false, any_runs = false;
  for (const ContainerView& container : view_.containers) {
    any_runs = any_runs || container.running;
    app_runs = app_runs || (container.running && container.role != Role::kSidecar);
  }
  for (const ContainerView& container : view_.containers) {
    if (container.running && (!app_runs || container.role != Role::kSidecar)) StopContainer(container, {});
  }
  return any_runs;
}

void Planner::TearDown() {
  if (StopAll()) return;
  if (view_.live != nullptr) RemoveSandbox(*view_.live, true);
  for (const SandboxInfo* sandbox : view_.stale) RemoveSandbox(*sandbox, view_.live == nullptr);
}

void Planner::PlanSandbox() {
  const PodRecord& record = observed_.record;
  if (record.pod_failure && record.pod_failure->retry_at > now_) {
    LookAgainAt(record.pod_failure->retry_at);
    // What runs is still looked after: only the pod's frame can't be completed.
    if (view_.live == nullptr || record.attached != view_.live->id || record.prepared != view_.live->id) return;
  } else {
    if (view_.live == nullptr) {
      Action create{.kind = Kind::kCreateSandbox};
      for (const SandboxInfo* sandbox : view_.stale) {
        create.attempt = std::max(create.attempt, labels::Attempt(sandbox->labels) + 1);
        create.ip = labels::Get(sandbox->labels, labels::kPodIp);
      }
      for (const ContainerView& container : view_.containers) {
        if (container.carried_restarts >= 0) create.restarts[container.spec->name] = container.carried_restarts;
      }
      plan_.actions.push_back(std::move(create));
    }
    const std::string live = view_.live == nullptr ? "" : view_.live->id;
    if (live.empty() || record.attached != live) plan_.actions.push_back({.kind = Kind::kAttach, .sandbox_id = live});
    const WallTime resync = record.prepared_at + std::chrono::duration_cast<WallTime::duration>(kVolumeResync);
    const bool refreshed = std::any_of(pod().spec.volumes.begin(), pod().spec.volumes.end(), [](const auto& volume) {
      return volume.config_map || volume.secret || volume.source.bytes.find("\"projected\"") != std::string::npos ||
             volume.source.bytes.find("\"downwardAPI\"") != std::string::npos;
    });
    if (live.empty() || record.prepared != live || (refreshed && resync <= now_)) {
      plan_.actions.push_back({.kind = Kind::kPrepareVolumes, .sandbox_id = live});
    } else if (refreshed) {
      LookAgainAt(resync);
    }
  }
  if (view_.live != nullptr) {
    for (const SandboxInfo* sandbox : view_.stale) RemoveSandbox(*sandbox, false);
  }
  PlanContainers();
}

void Planner::PlanContainers() {
  for (const ContainerView& container : view_.containers) {
    for (const ContainerInfo* old : container.older) {
      plan_.actions.push_back({.kind = Kind::kRemoveContainer,
                               .attempt = labels::Attempt(old->labels),
                               .container = container.spec->name,
                               .container_id = old->id});
    }
    const bool pending_init = container.role == Role::kInit && !container.succeeded();
    if (container.role == Role::kApp ? !view_.initialized : (container.role == Role::kInit && view_.initialized)) {
      continue;
    }
    PlanContainer(container);
    // Init containers run one after another, and the next waits until a sidecar has started.
    if (!view_.initialized && (pending_init || (container.role == Role::kSidecar && !container.started))) return;
  }
}

void Planner::PlanContainer(const ContainerView& container) {
  const types::Container& spec = *container.spec;
  if (container.running) {
    if (labels::Get(container.current->labels, labels::kImage) != spec.image) {
      StopContainer(container, "Container " + spec.name + " definition changed, will be restarted");
    } else if (!container.alive) {
      const auto verdict = observed_.verdicts.find(container.current->id);
      StopContainer(container, "Container " + spec.name + " " + verdict->second.why + ", will be restarted");
    }
    return;
  }
  if (container.finished) return;
  const PodRecord& record = observed_.record;
  const auto failure = record.failures.find(spec.name);
  if (failure != record.failures.end() && failure->second.retry_at > now_) {
    LookAgainAt(failure->second.retry_at);
    return;
  }
  Action start{.kind = Kind::kStartContainer, .attempt = container.next_attempt(), .container = spec.name};
  if (container.restarts) {
    const WallTime due = RestartTime(container, record);
    if (due > now_) {
      LookAgainAt(due);
      return;
    }
    const auto before = record.crashes.find(spec.name);
    const WallTime ended = container.current->finished_at;
    const bool first = before == record.crashes.end() || ended - before->second.counted > kCrashBackoffReset;
    start.crash = CrashBackoff{first ? kCrashBackoffBase : std::min(kCrashBackoffMax, before->second.delay * 2), ended};
  } else if (container.current != nullptr) {
    // Made, but never started: the agent ended in between. Made again under the same number.
    start.attempt = labels::Attempt(container.current->labels);
    plan_.actions.push_back({.kind = Kind::kRemoveContainer, .container_id = container.current->id});
  }
  const auto work = record.images.find(spec.name);
  if (work != record.images.end() && work->second.attempt == start.attempt && work->second.image == spec.image) {
    if (work->second.state == ImageWork::State::kPulling) return;
    if (work->second.state == ImageWork::State::kFailed && work->second.failure.retry_at > now_) {
      const WallTime shown = work->second.failure.at + kErrImagePullShown;
      LookAgainAt(shown > now_ ? shown : work->second.failure.retry_at);
      return;
    }
  }
  plan_.actions.push_back(std::move(start));
}

void Planner::StopContainer(const ContainerView& container, const std::string& why) {
  const std::chrono::seconds grace = GracePeriod(pod(), now_);
  const auto asked = observed_.record.stops.find(container.current->id);
  // Asked once; again when there is less time now than was granted, or when it should have ended long ago.
  if (asked != observed_.record.stops.end() && now_ + grace + std::chrono::seconds(1) >= asked->second.deadline &&
      now_ < asked->second.deadline + kStopOverdue) {
    LookAgainAt(asked->second.deadline + kStopOverdue);
    return;
  }
  plan_.actions.push_back({.kind = Kind::kStopContainer,
                           .container = container.spec->name,
                           .container_id = container.current->id,
                           .grace = grace,
                           .why = why.empty() ? "Stopping container " + container.spec->name : why});
}

void Planner::LookAgainAt(WallTime when) {
  const Duration wait = std::max<Duration>(when - now_, Duration::zero());
  if (!plan_.again || wait < *plan_.again) plan_.again = wait;
}

}  // namespace

Plan Decide(const Observed& observed, WallTime now) {
  const PodView view = MakeView(observed);
  return Planner(observed, view, now).Run();
}

}  // namespace croft::agent
