#pragma once

#include <vector>

#include "operator/workloads/deployment_plan.h"

namespace croft::workloads {

// The status that follows from the sets. `sets` as they will be, `fresh` the one of the present template (or nullptr).
types::DeploymentStatus CountReplicas(const types::Deployment& deployment, const std::vector<types::ReplicaSet>& sets,
                                      const types::ReplicaSet* fresh, WallTime now);

// Every replica is of the present template and available, and no other is left.
bool IsComplete(const types::Deployment& deployment, const types::DeploymentStatus& status);

// Judges the rollout: the condition Progressing, and ReplicaFailure of the sets. Returns when to look again because of
// the progress deadline.
std::optional<Duration> JudgeProgress(const types::Deployment& deployment, const std::vector<types::ReplicaSet>& sets,
                                      const types::ReplicaSet* fresh, WallTime now, types::DeploymentStatus* status);

}  // namespace croft::workloads
