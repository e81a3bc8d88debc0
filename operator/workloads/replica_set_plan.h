#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/types/apps.h"

// What a ReplicaSet does next. Pure: no clock, no client.
namespace croft::workloads {

// A pod as far as its ReplicaSet cares.
struct ReplicaPod {
  std::string name;
  std::string uid;
  std::string node;  // empty: not scheduled
  std::string phase;
  bool ready = false;
  std::optional<WallTime> ready_since;
  WallTime created;
  int64_t restarts = 0;
  int64_t deletion_cost = 0;  // annotation controller.kubernetes.io/pod-deletion-cost
  bool active = true;         // neither finished nor being deleted
  types::StringMap labels;
};
ReplicaPod ViewPod(const types::Pod& pod);

struct ReplicaPlan {
  int create = 0;
  std::vector<ReplicaPod> remove;  // in this order
};
// Creates what is missing, or removes what is too much: first what serves least (unscheduled, pending, not ready), then
// what is cheapest to delete, most doubled on its node, newest. At most kBurst at once.
inline constexpr int kBurst = 500;
ReplicaPlan DecideReplicas(int wanted, const std::vector<ReplicaPod>& pods);

// Whether the pod has been ready for `min_ready` seconds; if it only lacks time, `*wait` becomes the least time
// lacking.
bool IsAvailable(const ReplicaPod& pod, int32_t min_ready, WallTime now, std::optional<Duration>* wait);

struct ReplicaStatusPlan {
  types::ReplicaSetStatus status;
  std::optional<Duration> recheck;  // when a pod becomes available by time alone
};
// `failure` is what kept pods from being created or deleted, as the condition ReplicaFailure says it: its reason and
// message.
ReplicaStatusPlan DecideStatus(const types::ReplicaSet& set, const std::vector<ReplicaPod>& pods,
                               const std::optional<types::Condition>& failure, WallTime now);

// The pod that the template describes, for create; named by generateName.
JsonDocument NewPod(const types::ReplicaSet& set);

}  // namespace croft::workloads
