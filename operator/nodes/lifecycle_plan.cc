#include "operator/nodes/lifecycle_plan.h"

#include <algorithm>

#include "operator/nodes/scheduler_plan.h"
#include "operator/runtime/events.h"

namespace croft::nodes {
namespace {

constexpr std::string_view kNotReady = "node.kubernetes.io/not-ready";
constexpr std::string_view kUnreachable = "node.kubernetes.io/unreachable";

bool IsLifecycleTaint(const types::Taint& taint) {
  return taint.key == kNotReady || taint.key == kUnreachable;
}

const types::Taint* FindTaint(const std::vector<types::Taint>& taints, std::string_view key, std::string_view effect) {
  for (const types::Taint& taint : taints) {
    if (taint.key == key && taint.effect == effect) return &taint;
  }
  return nullptr;
}

}  // namespace

NodeVerdict Judge(const NodeHealth& health, WallTime now) {
  NodeVerdict verdict;
  verdict.conditions = health.node.status.conditions;
  const Duration replace_after = std::max(health.not_ready_after, health.replace_after);
  const bool replace = health.silence >= replace_after;
  verdict.silent = health.silence >= health.not_ready_after;
  if (verdict.silent) {
    verdict.conditions_changed = runtime::SetCondition(verdict.conditions,
                                                       {.type = "Ready",
                                                        .status = "Unknown",
                                                        .reason = "NodeStatusUnknown",
                                                        .message = "The node's agent stopped renewing its lease."},
                                                       now);
    if (!replace) verdict.look_again = replace_after - health.silence;
  } else {
    verdict.look_again = health.not_ready_after - health.silence;
  }

  const types::Condition* ready = types::FindCondition(verdict.conditions, "Ready");
  const std::string_view want = ready == nullptr || ready->status == "False" ? kNotReady
                                : ready->status == "Unknown"                 ? kUnreachable
                                                                             : std::string_view();
  for (const types::Taint& taint : health.node.spec.taints) {
    if (!IsLifecycleTaint(taint)) verdict.taints.push_back(taint);
  }
  if (!want.empty()) {
    for (const std::string_view effect : {"NoSchedule", "NoExecute"}) {
      const types::Taint* there = FindTaint(health.node.spec.taints, want, effect);
      // Once there it stays, though a process that has just begun measures no silence yet.
      if (there == nullptr && want == kUnreachable && effect == "NoExecute" && !replace) continue;
      verdict.taints.push_back(
          there != nullptr ? *there : types::Taint{std::string(want), "", std::string(effect), FormatTime(now)});
    }
  }
  // The order of taints says nothing; a difference in it alone is no change.
  verdict.taints_changed =
      verdict.taints.size() != health.node.spec.taints.size() ||
      !std::is_permutation(verdict.taints.begin(), verdict.taints.end(), health.node.spec.taints.begin());
  return verdict;
}

std::optional<Duration> StayOn(const types::Pod& pod, const std::vector<types::Taint>& taints, WallTime now) {
  std::optional<Duration> stay;
  for (const types::Taint& taint : taints) {
    if (taint.effect != "NoExecute") continue;
    // The longest toleration counts; one without a limit keeps the pod whatever the taint's age.
    std::optional<Duration> tolerated;
    bool for_ever = false;
    for (const types::Toleration& toleration : pod.spec.tolerations) {
      if (!Tolerates({toleration}, taint)) continue;
      if (!toleration.toleration_seconds) {
        for_ever = true;
        break;
      }
      const Duration limit = std::chrono::seconds(std::max<int64_t>(0, *toleration.toleration_seconds));
      tolerated = std::max(tolerated.value_or(Duration::zero()), limit);
    }
    if (for_ever) continue;
    const WallTime since = ParseTime(taint.time_added).value_or(now);
    const Duration left = std::max(
        Duration::zero(), tolerated.value_or(Duration::zero()) - std::chrono::duration_cast<Duration>(now - since));
    stay = std::min(stay.value_or(left), left);
  }
  return stay;
}

}  // namespace croft::nodes
