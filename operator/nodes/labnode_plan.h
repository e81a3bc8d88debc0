#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/types/lab.h"

namespace croft::nodes {

// Everything that decides what a LabNode does to its Node.
struct LabNodeWorld {
  types::lab::LabNode lab_node;
  std::optional<types::Node> node;  // registered by the machine's agent
  std::vector<types::Pod> pods;     // bound to it, not finished
  std::string last_heartbeat;       // Lease renewTime
};

struct LabNodePlan {
  // What the Node should carry; unset: as it is.
  std::optional<types::StringMap> labels;  // all of them
  std::optional<std::vector<types::Taint>> taints;
  std::optional<bool> unschedulable;
  std::string applied;               // the annotation that remembers what this LabNode put on the Node
  std::vector<Key> evict;            // pods to delete for a drain
  types::lab::LabNodeStatus status;  // as it should read; conditions without times set by the caller
  types::Condition ready;            // the condition to set
};

// The annotation on a Node that lists the labels and taints its LabNode put there, so that those taken back can be
// removed without touching others.
inline constexpr const char* kAppliedAnnotation = "croft.lab/applied";

LabNodePlan Decide(const LabNodeWorld& world);

}  // namespace croft::nodes
