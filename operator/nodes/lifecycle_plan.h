#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/types/node.h"

namespace croft::nodes {

// What is known of one node when its life is judged.
struct NodeHealth {
  types::Node node;
  Duration silence{};          // since its last sign of life, by our own clock
  Duration not_ready_after{};  // how much silence is forgiven
  Duration replace_after{};  // how much of it leaves the pods where they are; less than not_ready_after counts as that
};

struct NodeVerdict {
  bool silent = false;
  std::vector<types::Taint> taints;          // what spec.taints should be
  std::vector<types::Condition> conditions;  // what status.conditions should be; as they are unless silent
  bool taints_changed = false;
  bool conditions_changed = false;
  Duration look_again{};  // when silence would become too long for the next step; zero: on the next event
};

// Judges a node: Ready becomes Unknown when it has been silent too long, and the taints node.kubernetes.io/unreachable
// or not-ready (NoSchedule and NoExecute) follow the Ready condition, as Kubernetes has it. The one that moves pods
// away from a silent node (unreachable, NoExecute) comes when the silence has lasted replace_after.
NodeVerdict Judge(const NodeHealth& health, WallTime now);

// How long a pod may stay on a node with these taints: none when for ever; zero when it must go now. `since` is when
// the taint came.
std::optional<Duration> StayOn(const types::Pod& pod, const std::vector<types::Taint>& taints, WallTime now);

}  // namespace croft::nodes
