#include "operator/workloads/deployment_status.h"

#include <algorithm>

#include "operator/workloads/rollout.h"

namespace croft::workloads {
namespace {

using namespace std::chrono_literals;

// Without progressDeadlineSeconds, or with the largest number, a rollout is never said to be stuck.
bool HasDeadline(const types::Deployment& deployment) {
  return deployment.spec.progress_deadline_seconds && *deployment.spec.progress_deadline_seconds != INT32_MAX;
}

bool HasProgressed(const types::DeploymentStatus& before, const types::DeploymentStatus& now) {
  return now.updated_replicas > before.updated_replicas ||
         now.replicas - now.updated_replicas < before.replicas - before.updated_replicas ||
         now.ready_replicas > before.ready_replicas || now.available_replicas > before.available_replicas;
}

// None when no deadline runs.
std::optional<Duration> TimeLeft(const types::Deployment& deployment, const types::DeploymentStatus& status,
                                 WallTime now) {
  const types::Condition* progressing = types::FindCondition(status.conditions, "Progressing");
  if (!HasDeadline(deployment) || progressing == nullptr || progressing->reason == "NewReplicaSetAvailable" ||
      progressing->reason == "ProgressDeadlineExceeded") {
    return std::nullopt;
  }
  const auto since = ParseTime(progressing->last_update_time);
  if (!since) return std::nullopt;
  return *since + std::chrono::seconds(*deployment.spec.progress_deadline_seconds) - now;
}

void TakeFailure(const std::vector<types::ReplicaSet>& sets, const types::ReplicaSet* fresh, WallTime now,
                 types::DeploymentStatus* status) {
  const types::Condition* failure = nullptr;
  for (const types::ReplicaSet& set : sets) {
    const types::Condition* of_set = types::FindCondition(set.status.conditions, "ReplicaFailure");
    if (of_set != nullptr && (failure == nullptr || &set == fresh)) failure = of_set;
  }
  if (failure == nullptr) {
    std::erase_if(status->conditions, [](const types::Condition& c) { return c.type == "ReplicaFailure"; });
  } else {
    SetDeploymentCondition(status, "ReplicaFailure", failure->status.c_str(), failure->reason.c_str(), failure->message,
                           now);
  }
}

}  // namespace

void SetDeploymentCondition(types::DeploymentStatus* status, const char* type, const char* value, const char* reason,
                            const std::string& message, WallTime now, bool progress) {
  types::Condition condition;
  condition.type = type;
  condition.status = value;
  condition.reason = reason;
  condition.message = message;
  condition.last_update_time = condition.last_transition_time = FormatTime(now);
  for (types::Condition& old : status->conditions) {
    if (old.type != type) continue;
    if (old.status == value && old.reason == reason && !progress) return;
    if (old.status == value) condition.last_transition_time = old.last_transition_time;
    old = std::move(condition);
    return;
  }
  status->conditions.push_back(std::move(condition));
}

types::DeploymentStatus CountReplicas(const types::Deployment& deployment, const std::vector<types::ReplicaSet>& sets,
                                      const types::ReplicaSet* fresh, WallTime now) {
  const int32_t wanted = deployment.spec.replicas.value_or(1);
  types::DeploymentStatus status;
  status.observed_generation = deployment.metadata.generation;
  status.collision_count = deployment.status.collision_count;
  status.conditions = deployment.status.conditions;
  int32_t asked = 0;
  for (const types::ReplicaSet& set : sets) {
    asked += set.spec.replicas.value_or(1);
    status.replicas += set.status.replicas.value_or(0);
    status.ready_replicas += set.status.ready_replicas;
    status.available_replicas += set.status.available_replicas;
  }
  if (fresh != nullptr) status.updated_replicas = fresh->status.replicas.value_or(0);
  status.unavailable_replicas = std::max(0, asked - status.available_replicas);
  if (status.available_replicas >= wanted - ResolveLimits(deployment.spec).unavailable) {
    SetDeploymentCondition(&status, "Available", "True", "MinimumReplicasAvailable",
                           "Deployment has minimum availability.", now);
  } else {
    SetDeploymentCondition(&status, "Available", "False", "MinimumReplicasUnavailable",
                           "Deployment does not have minimum availability.", now);
  }
  return status;
}

bool IsComplete(const types::Deployment& deployment, const types::DeploymentStatus& status) {
  const int32_t wanted = deployment.spec.replicas.value_or(1);
  return status.updated_replicas == wanted && status.replicas == wanted && status.available_replicas == wanted &&
         status.observed_generation >= deployment.metadata.generation;
}

std::optional<Duration> JudgeProgress(const types::Deployment& deployment, const std::vector<types::ReplicaSet>& sets,
                                      const types::ReplicaSet* fresh, WallTime now, types::DeploymentStatus* status) {
  TakeFailure(sets, fresh, now, status);
  if (!HasDeadline(deployment)) {
    std::erase_if(status->conditions, [](const types::Condition& c) { return c.type == "Progressing"; });
    return std::nullopt;
  }
  const std::string subject = fresh != nullptr ? "ReplicaSet \"" + fresh->metadata.name + "\""
                                               : "Deployment \"" + deployment.metadata.name + "\"";
  // A Deployment that has been complete stays so while only its number changes: a lost pod is not a rollout.
  const types::Condition* current = types::FindCondition(status->conditions, "Progressing");
  const bool was_complete =
      status->replicas == status->updated_replicas && current != nullptr && current->reason == "NewReplicaSetAvailable";
  if (was_complete) return std::nullopt;
  if (IsComplete(deployment, *status)) {
    SetDeploymentCondition(status, "Progressing", "True", "NewReplicaSetAvailable",
                           subject + " has successfully progressed.", now);
    return std::nullopt;
  }
  if (HasProgressed(deployment.status, *status)) {
    SetDeploymentCondition(status, "Progressing", "True", "ReplicaSetUpdated", subject + " is progressing.", now, true);
  } else if (const auto left = TimeLeft(deployment, *status, now); left && *left < 0s) {
    SetDeploymentCondition(status, "Progressing", "False", "ProgressDeadlineExceeded",
                           subject + " has timed out progressing.", now);
  }
  const auto left = TimeLeft(deployment, *status, now);
  // A second more, since the stamp of the condition has no fractions.
  return left ? std::optional<Duration>(std::max<Duration>(*left, 0s) + 1s) : std::nullopt;
}

}  // namespace croft::workloads
