#include "operator/nodes/scheduler_plan.h"

#include <algorithm>
#include <map>

#include "operator/nodes/placement_filters.h"

namespace croft::nodes {
namespace {

int64_t Requested(const types::Container& container, const std::string& resource) {
  const auto it = container.resources.requests.find(resource);
  return it == container.resources.requests.end() ? 0 : types::ParseQuantityMilli(it->second).value_or(0);
}

// Containers run together; init containers one after another, before them (core/v1 Pod, effective requests).
int64_t RequestedTogether(const types::PodSpec& spec, const std::string& resource) {
  int64_t together = 0, alone = 0;
  for (const types::Container& container : spec.containers) together += Requested(container, resource);
  for (const types::Container& container : spec.init_containers)
    alone = std::max(alone, Requested(container, resource));
  return std::max(together, alone);
}

struct Score {
  int64_t siblings = 0;          // pods of the same owner on the node: fewer is better
  int64_t soft_taints = 0;       // PreferNoSchedule taints not tolerated: fewer is better
  int64_t free_thousandths = 0;  // of cpu and memory together: more is better
  bool Better(const Score& other) const {
    if (soft_taints != other.soft_taints) return soft_taints < other.soft_taints;
    if (siblings != other.siblings) return siblings < other.siblings;
    return free_thousandths > other.free_thousandths;
  }
};

int64_t Share(int64_t free, const types::StringMap& all, const std::string& resource) {
  const auto it = all.find(resource);
  const int64_t total = it == all.end() ? 0 : types::ParseQuantityMilli(it->second).value_or(0);
  return total <= 0 ? 0 : static_cast<int64_t>(1000.0 * static_cast<double>(free) / static_cast<double>(total));
}

Score ScoreOf(const PlacedPod& pod, const Candidate& candidate) {
  Score score;
  for (const PlacedPod* other : candidate.pods) {
    const bool sibling = !pod.owner_uid.empty() && other->owner_uid == pod.owner_uid && !other->pod.metadata.deleting();
    score.siblings += sibling;
  }
  for (const types::Taint& taint : candidate.node.spec.taints) {
    score.soft_taints += taint.effect == "PreferNoSchedule" && !Tolerates(pod.pod.spec.tolerations, taint);
  }
  const Free free = FreeOn(candidate);
  const types::StringMap& all = candidate.node.status.allocatable;
  // The number of pods counts too, so that pods without requests are spread as well.
  score.free_thousandths = Share(free.cpu_milli, all, "cpu") + Share(free.memory_milli, all, "memory") +
                           Share(free.pods * 1000, all, "pods");
  return score;
}

std::string Explain(const std::map<std::string, int>& reasons, size_t nodes) {
  std::string text = "0/" + std::to_string(nodes) + " nodes are available";
  const char* separator = ": ";
  for (const auto& [reason, count] : reasons) {
    text += separator + std::to_string(count) + " " + reason;
    separator = ", ";
  }
  return text + ".";
}

}  // namespace

PlacedPod Measure(types::Pod pod) {
  PlacedPod placed;
  placed.cpu_milli = RequestedTogether(pod.spec, "cpu");
  placed.memory_milli = RequestedTogether(pod.spec, "memory");
  if (const OwnerReference* owner = types::FindController(pod.metadata.owner_references)) placed.owner_uid = owner->uid;
  placed.pod = std::move(pod);
  return placed;
}

bool Tolerates(const std::vector<types::Toleration>& tolerations, const types::Taint& taint) {
  return std::any_of(tolerations.begin(), tolerations.end(), [&](const types::Toleration& toleration) {
    if (!toleration.effect.empty() && toleration.effect != taint.effect) return false;
    if (toleration.op == "Exists") return toleration.key.empty() || toleration.key == taint.key;
    return toleration.key == taint.key && toleration.value == taint.value;
  });
}

Placement Place(const PlacedPod& pod, const std::vector<Candidate>& candidates) {
  const Candidate* best = nullptr;
  Score best_score;
  std::map<std::string, int> reasons;
  for (const Candidate& candidate : candidates) {
    if (const std::string reason = WhyNot(pod, candidate, candidates); !reason.empty()) {
      ++reasons[reason];
      continue;
    }
    const Score score = ScoreOf(pod, candidate);
    const bool better = best == nullptr || score.Better(best_score) ||
                        (!best_score.Better(score) && candidate.node.metadata.name < best->node.metadata.name);
    if (better) {
      best = &candidate;
      best_score = score;
    }
  }
  if (best == nullptr) return {"", Explain(reasons, candidates.size())};
  return {best->node.metadata.name, ""};
}

}  // namespace croft::nodes
