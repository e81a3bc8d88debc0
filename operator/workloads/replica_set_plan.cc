#include "operator/workloads/replica_set_plan.h"

#include <algorithm>
#include <charconv>

#include "operator/runtime/events.h"
#include "operator/runtime/write.h"

namespace croft::workloads {
namespace {

constexpr const char* kDeletionCost = "controller.kubernetes.io/pod-deletion-cost";

int PhaseRank(const std::string& phase) {
  if (phase == "Running") return 2;
  return phase == "Unknown" ? 1 : 0;
}

// Whether `a` goes before `b`. Kubernetes' order, so that scaling down surprises nobody.
bool GoesFirst(const ReplicaPod& a, const ReplicaPod& b, const std::map<std::string, int>& on_node) {
  if (a.node.empty() != b.node.empty()) return a.node.empty();
  if (PhaseRank(a.phase) != PhaseRank(b.phase)) return PhaseRank(a.phase) < PhaseRank(b.phase);
  if (a.ready != b.ready) return !a.ready;
  if (a.deletion_cost != b.deletion_cost) return a.deletion_cost < b.deletion_cost;
  const int doubled_a = a.node.empty() ? 0 : on_node.at(a.node);
  const int doubled_b = b.node.empty() ? 0 : on_node.at(b.node);
  if (doubled_a != doubled_b) return doubled_a > doubled_b;
  if (a.ready && a.ready_since != b.ready_since) return a.ready_since > b.ready_since;
  if (a.restarts != b.restarts) return a.restarts > b.restarts;
  if (a.created != b.created) return a.created > b.created;
  return a.name < b.name;
}

}  // namespace

ReplicaPod ViewPod(const types::Pod& pod) {
  ReplicaPod view;
  view.name = pod.metadata.name;
  view.uid = pod.metadata.uid;
  view.node = pod.spec.node_name;
  view.phase = pod.status.phase;
  view.labels = pod.metadata.labels;
  view.created = ParseTime(pod.metadata.creation_timestamp).value_or(WallTime());
  view.active = !pod.metadata.deleting() && !types::IsFinished(pod);
  if (const types::Condition* ready = types::FindCondition(pod.status.conditions, "Ready")) {
    view.ready = ready->status == "True";
    if (view.ready) view.ready_since = ParseTime(ready->last_transition_time);
  }
  for (const auto& container : pod.status.container_statuses) {
    view.restarts = std::max<int64_t>(view.restarts, container.restart_count.value_or(0));
  }
  if (const auto cost = pod.metadata.annotations.find(kDeletionCost); cost != pod.metadata.annotations.end()) {
    std::from_chars(cost->second.data(), cost->second.data() + cost->second.size(), view.deletion_cost);
  }
  return view;
}

ReplicaPlan DecideReplicas(int wanted, const std::vector<ReplicaPod>& pods) {
  ReplicaPlan plan;
  std::vector<ReplicaPod> active;
  std::map<std::string, int> on_node;
  for (const ReplicaPod& pod : pods) {
    if (!pod.active) continue;
    active.push_back(pod);
    ++on_node[pod.node];
  }
  const int difference = static_cast<int>(active.size()) - wanted;
  if (difference <= 0) {
    plan.create = std::min(-difference, kBurst);
    return plan;
  }
  // One after the other, since each that goes leaves its node less crowded.
  while (static_cast<int>(plan.remove.size()) < std::min(difference, kBurst)) {
    const auto first = std::min_element(active.begin(), active.end(), [&](const ReplicaPod& a, const ReplicaPod& b) {
      return GoesFirst(a, b, on_node);
    });
    --on_node[first->node];
    plan.remove.push_back(std::move(*first));
    active.erase(first);
  }
  return plan;
}

bool IsAvailable(const ReplicaPod& pod, int32_t min_ready, WallTime now, std::optional<Duration>* wait) {
  if (!pod.ready) return false;
  if (min_ready <= 0) return true;
  if (!pod.ready_since) return false;
  const Duration left = *pod.ready_since + std::chrono::seconds(min_ready) - now;
  if (left <= Duration::zero()) return true;
  *wait = *wait ? std::min(**wait, left) : left;
  return false;
}

ReplicaStatusPlan DecideStatus(const types::ReplicaSet& set, const std::vector<ReplicaPod>& pods,
                               const std::optional<types::Condition>& failure, WallTime now) {
  types::StringMap wanted_labels;
  if (!set.spec.pod_template.empty()) {
    const auto json = ParseJson(set.spec.pod_template.bytes);
    if (json.ok()) {
      if (const auto parsed = types::FromJson<types::PodTemplateSpec>(*json); parsed.ok()) {
        wanted_labels = parsed->metadata.labels;
      }
    }
  }
  ReplicaStatusPlan plan;
  plan.status.conditions = set.status.conditions;
  plan.status.observed_generation = set.metadata.generation;
  int32_t replicas = 0;
  for (const ReplicaPod& pod : pods) {
    if (!pod.active) continue;
    ++replicas;
    plan.status.ready_replicas += pod.ready;
    plan.status.available_replicas += IsAvailable(pod, set.spec.min_ready_seconds, now, &plan.recheck);
    plan.status.fully_labeled_replicas +=
        std::includes(pod.labels.begin(), pod.labels.end(), wanted_labels.begin(), wanted_labels.end());
  }
  plan.status.replicas = replicas;
  if (failure) {
    types::Condition condition = *failure;
    condition.type = "ReplicaFailure";
    condition.status = "True";
    runtime::SetCondition(plan.status.conditions, condition, now);
  } else {
    std::erase_if(plan.status.conditions, [](const types::Condition& c) { return c.type == "ReplicaFailure"; });
  }
  return plan;
}

JsonDocument NewPod(const types::ReplicaSet& set) {
  JsonDocument pod(rapidjson::kObjectType);
  auto& allocator = pod.GetAllocator();
  SetString(pod, "apiVersion", "v1", allocator);
  SetString(pod, "kind", "Pod", allocator);
  Json& metadata = Ensure(pod, "metadata", allocator);
  SetString(metadata, "generateName", set.metadata.name + "-", allocator);
  const auto pod_template = ParseJson(set.spec.pod_template.bytes);
  if (pod_template.ok()) {
    for (const char* member : {"labels", "annotations", "finalizers"}) {
      if (const Json* value = Find(*pod_template, {"metadata", member}); value != nullptr && !value->IsNull()) {
        Set(metadata, member, Copy(*value, allocator), allocator);
      }
    }
    if (const Json* spec = Find(*pod_template, "spec")) Set(pod, "spec", Copy(*spec, allocator), allocator);
  }
  // Looked up anew: adding members to the pod may have moved it.
  Set(*FindMutable(pod, "metadata"), "ownerReferences",
      runtime::OwnersToJson({types::ControllerOf({"apps/v1", "ReplicaSet"}, set.metadata)}, allocator), allocator);
  return pod;
}

}  // namespace croft::workloads
