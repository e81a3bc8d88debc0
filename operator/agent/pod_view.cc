#include "operator/agent/pod_view.h"

#include <algorithm>

#include "operator/agent/labels.h"

namespace croft::agent {
namespace {

bool RestartsAfter(const std::string& policy, Role role, int exit_code) {
  if (role == Role::kSidecar) return true;
  if (role == Role::kInit) return exit_code != 0 && policy != "Never";
  if (policy == "Never") return false;
  if (policy == "OnFailure") return exit_code != 0;
  return true;
}

bool NewestFirst(const ContainerInfo* a, const ContainerInfo* b) {
  const int attempt_a = labels::Attempt(a->labels), attempt_b = labels::Attempt(b->labels);
  return attempt_a != attempt_b ? attempt_a > attempt_b : a->created_at > b->created_at;
}

ContainerView ViewOf(const types::Container& spec, Role role, const Observed& observed, const SandboxInfo* live) {
  ContainerView view;
  view.spec = &spec;
  view.role = role;
  if (live == nullptr) return view;
  std::vector<const ContainerInfo*> all;
  for (const ContainerInfo& info : live->containers) {
    if (labels::Get(info.labels, labels::kContainer) == spec.name) all.push_back(&info);
  }
  std::sort(all.begin(), all.end(), NewestFirst);
  if (!all.empty()) view.current = all[0];
  if (all.size() > 1) view.previous = all[1];
  if (all.size() > 2) view.older.assign(all.begin() + 2, all.end());
  if (view.current == nullptr) return view;

  view.running = view.current->state == RunState::kRunning;
  if (view.running) {
    const auto verdict = observed.verdicts.find(view.current->id);
    if (verdict != observed.verdicts.end()) {
      view.started = verdict->second.started;
      view.ready = verdict->second.ready;
      view.alive = verdict->second.alive;
    } else {
      view.started = !spec.startup_probe;
      view.ready = view.started && !spec.readiness_probe;
    }
  } else if (view.current->state == RunState::kExited) {
    view.restarts = RestartsAfter(observed.pod->spec.restart_policy, role, view.current->exit_code);
    view.finished = !view.restarts;
  }
  return view;
}

// Sorts the sandboxes of the name into the one that lives, those that are lost, and those of other pods.
void SortSandboxes(const Observed& observed, PodView* view) {
  for (const SandboxInfo& sandbox : observed.sandboxes) {
    if (observed.pod == nullptr || labels::Get(sandbox.labels, labels::kPodUid) != observed.pod->metadata.uid) {
      view->foreign.push_back(&sandbox);
    } else if (!sandbox.running) {
      view->stale.push_back(&sandbox);
    } else if (view->live == nullptr) {
      view->live = &sandbox;
    } else if (labels::Attempt(view->live->labels) < labels::Attempt(sandbox.labels)) {
      view->stale.push_back(view->live);
      view->live = &sandbox;
    } else {
      view->stale.push_back(&sandbox);
    }
  }
}

// The restart counts that the live sandbox was given, or else those that can be read from the lost ones, or, when
// someone removed them, from what was reported of containers that ran.
std::map<std::string, int> CarriedRestarts(const Observed& observed, const PodView& view) {
  if (view.live != nullptr) return ParseRestarts(labels::Get(view.live->labels, labels::kRestarts));
  std::map<std::string, int> restarts;
  const types::PodStatus& status = observed.pod->status;
  for (const auto* list : {&status.init_container_statuses, &status.container_statuses}) {
    for (const types::ContainerStatus& reported : *list) {
      const bool ran = reported.state.running || reported.state.terminated || reported.last_state.terminated;
      if (ran && view.stale.empty()) restarts[reported.name] = reported.restart_count.value_or(0);
    }
  }
  for (const SandboxInfo* sandbox : view.stale) {
    for (const auto& [name, count] : ParseRestarts(labels::Get(sandbox->labels, labels::kRestarts))) {
      const auto [it, added] = restarts.emplace(name, count);
      it->second = std::max(it->second, count);
    }
    for (const ContainerInfo& info : sandbox->containers) {
      const auto [it, added] = restarts.emplace(labels::Get(info.labels, labels::kContainer), 0);
      it->second = std::max(it->second, labels::Attempt(info.labels));
    }
  }
  return restarts;
}

}  // namespace

int ContainerView::next_attempt() const {
  return current != nullptr ? labels::Attempt(current->labels) + 1 : carried_restarts + 1;
}

PodView MakeView(const Observed& observed) {
  PodView view;
  SortSandboxes(observed, &view);
  if (observed.pod == nullptr) return view;
  const types::PodSpec& spec = observed.pod->spec;
  const std::map<std::string, int> carried = CarriedRestarts(observed, view);
  const auto add = [&](const types::Container& container, Role role) {
    ContainerView& added = view.containers.emplace_back(ViewOf(container, role, observed, view.live));
    const auto it = carried.find(container.name);
    if (it != carried.end()) added.carried_restarts = it->second;
  };
  for (const types::Container& container : spec.init_containers) {
    add(container, container.restart_policy == "Always" ? Role::kSidecar : Role::kInit);
  }
  for (const types::Container& container : spec.containers) add(container, Role::kApp);

  bool all_initialized = true, any_app = false;
  view.finished = true;
  for (const ContainerView& container : view.containers) {
    if (container.role == Role::kApp) {
      any_app = any_app || container.current != nullptr;
      view.finished = view.finished && container.finished;
    } else if (container.role == Role::kInit) {
      all_initialized = all_initialized && container.succeeded();
      view.init_failed = view.init_failed || (container.finished && !container.succeeded());
    } else {
      all_initialized = all_initialized && container.started;
    }
  }
  view.initialized = all_initialized || any_app;
  return view;
}

std::string FormatRestarts(const std::map<std::string, int>& restarts) {
  std::string text;
  for (const auto& [name, count] : restarts) {
    text += (text.empty() ? "" : ",") + name + "=" + std::to_string(count);
  }
  return text;
}

std::map<std::string, int> ParseRestarts(const std::string& text) {
  std::map<std::string, int> restarts;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find(',', start), text.size());
    const size_t equals = text.find('=', start);
    if (equals < end) {
      restarts[text.substr(start, equals - start)] =
          labels::Attempt({{labels::kAttempt, text.substr(equals + 1, end - equals - 1)}});
    }
    start = end + 1;
  }
  return restarts;
}

std::chrono::seconds GracePeriod(const types::Pod& pod, WallTime now) {
  const int64_t declared =
      pod.metadata.deletion_grace_period_seconds.value_or(pod.spec.termination_grace_period_seconds.value_or(30));
  const std::chrono::seconds grace(std::max<int64_t>(0, declared));
  // deletionTimestamp is when the grace is over: after a restart of the agent only the rest of it is left.
  const std::optional<WallTime> end = ParseTime(pod.metadata.deletion_timestamp);
  if (!end) return grace;
  return std::clamp(std::chrono::ceil<std::chrono::seconds>(*end - now), std::chrono::seconds(0), grace);
}

WallTime RestartTime(const ContainerView& container, const PodRecord& record) {
  const WallTime ended = container.current->finished_at;
  const auto it = record.crashes.find(container.spec->name);
  if (it == record.crashes.end() || ended - it->second.counted > kCrashBackoffReset) return ended;
  return ended + std::chrono::duration_cast<WallTime::duration>(it->second.delay);
}

}  // namespace croft::agent
