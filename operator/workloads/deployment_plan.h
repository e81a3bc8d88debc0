#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/types/apps.h"

// What a Deployment does next. Pure.
namespace croft::workloads {

struct DeploymentWorld {
  types::Deployment deployment;
  std::vector<types::ReplicaSet> sets;  // that it controls
  std::map<std::string, int> running;   // by a set's uid: its pods that are not finished, terminating ones included
  WallTime now;
};

// A ReplicaSet as it is and as it should be: its replicas, annotations, minReadySeconds.
struct SetChange {
  types::ReplicaSet before;
  types::ReplicaSet after;
};

struct DeploymentPlan {
  std::optional<types::ReplicaSet> create;
  std::vector<SetChange> changes;
  std::vector<types::ReplicaSet> remove;  // old versions beyond the history limit
  std::string revision;                   // for the Deployment's annotation; empty: as it is
  types::DeploymentStatus status;
  std::optional<Duration> recheck;  // when the progress deadline ends
};

// One step of the rollout, so small that whatever fails in the middle leaves the Deployment within its limits: never
// fewer than replicas - maxUnavailable available, never more than replicas + maxSurge in all.
DeploymentPlan DecideDeployment(const DeploymentWorld& world);

// A Deployment's condition: lastUpdateTime moves with the status or reason only, as Kubernetes does, since the progress
// deadline is counted from it. With `progress` it moves in any case.
void SetDeploymentCondition(types::DeploymentStatus* status, const char* type, const char* value, const char* reason,
                            const std::string& message, WallTime now, bool progress = false);

}  // namespace croft::workloads
