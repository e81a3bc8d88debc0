#pragma once

#include "api/types/core.h"

// apps/v1.
namespace croft::types {

struct RollingUpdate {
  std::optional<IntOrString> max_surge;
  std::optional<IntOrString> max_unavailable;
};
struct DeploymentStrategy {
  std::string type;  // "RollingUpdate", "Recreate"
  std::optional<RollingUpdate> rolling_update;
};
struct DeploymentSpec {
  std::optional<int32_t> replicas;
  RawJson selector;  // meta/v1 LabelSelector
  RawJson pod_template;
  DeploymentStrategy strategy;
  int32_t min_ready_seconds = 0;
  std::optional<int32_t> revision_history_limit;
  bool paused = false;
  std::optional<int32_t> progress_deadline_seconds;
};
struct DeploymentStatus {
  int64_t observed_generation = 0;
  int32_t replicas = 0;
  int32_t updated_replicas = 0;
  int32_t ready_replicas = 0;
  int32_t available_replicas = 0;
  int32_t unavailable_replicas = 0;
  std::optional<int32_t> collision_count;
  std::vector<Condition> conditions;
  bool operator==(const DeploymentStatus&) const = default;
};
struct Deployment {
  ObjectMeta metadata;
  DeploymentSpec spec;
  DeploymentStatus status;
};
struct ReplicaSetSpec {
  std::optional<int32_t> replicas;
  int32_t min_ready_seconds = 0;
  RawJson selector;
  RawJson pod_template;
};
struct ReplicaSetStatus {
  std::optional<int32_t> replicas;  // always written, as Kubernetes does
  int32_t fully_labeled_replicas = 0;
  int32_t ready_replicas = 0;
  int32_t available_replicas = 0;
  int64_t observed_generation = 0;
  std::vector<Condition> conditions;
  bool operator==(const ReplicaSetStatus&) const = default;
};
struct ReplicaSet {
  ObjectMeta metadata;
  ReplicaSetSpec spec;
  ReplicaSetStatus status;
};

}  // namespace croft::types
