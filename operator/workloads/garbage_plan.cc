#include "operator/workloads/garbage_plan.h"

#include <algorithm>

namespace croft::workloads {

GarbagePlan DecideGarbage(const OwnedObject& object) {
  GarbagePlan plan;
  bool stands = false, waiting = false, gone = false;
  for (size_t i = 0; i < object.owners.size(); ++i) {
    const OwnerState state = object.states[i];
    stands = stands || state == OwnerState::kPresent || state == OwnerState::kUnknown;
    waiting = waiting || state == OwnerState::kWaiting;
    gone = gone || state == OwnerState::kAbsent;
    if (state == OwnerState::kPresent || state == OwnerState::kUnknown) plan.keep.push_back(object.owners[i]);
  }
  if (!waiting && !gone) return plan;
  if (stands) {
    plan.action = GarbagePlan::Action::kDropReferences;
    return plan;
  }
  plan.action = GarbagePlan::Action::kDelete;
  // An owner that waits for its dependents waits for theirs as well.
  plan.propagation = waiting && object.has_dependents ? "Foreground" : "Background";
  return plan;
}

std::optional<std::vector<OwnerReference>> LeaveCircle(std::vector<OwnerReference> owners,
                                                       const std::set<std::string>& waited) {
  bool changed = false;
  for (OwnerReference& owner : owners) {
    if (!owner.block_owner_deletion || !waited.contains(owner.uid)) continue;
    owner.block_owner_deletion = false;
    changed = true;
  }
  if (!changed) return std::nullopt;
  return owners;
}

}  // namespace croft::workloads
