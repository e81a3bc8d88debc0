#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/object/object.h"

// What garbage collection does with one object. Pure.
namespace croft::workloads {

inline constexpr const char* kForeground = "foregroundDeletion";
inline constexpr const char* kOrphan = "orphan";

// What became of an owner that an object names.
enum class OwnerState {
  kPresent,
  kWaiting,  // being deleted in the foreground: it waits for its dependents
  kAbsent,   // the server says that no object of that uid is there
  kUnknown,  // of a kind that is not collected, or in another namespace: never a reason to delete
};

struct OwnedObject {
  std::vector<OwnerReference> owners;
  std::vector<OwnerState> states;  // as owners
  bool has_dependents = false;
};

struct GarbagePlan {
  enum class Action {
    kNothing,
    kDropReferences,  // to owners that are gone or waiting, since others still stand
    kDelete,
  };
  Action action = Action::kNothing;
  std::vector<OwnerReference> keep;  // of kDropReferences
  std::string propagation;           // of kDelete
};
GarbagePlan DecideGarbage(const OwnedObject& object);

// The references of an object that waits for the objects `waited` (uids): those to any of them no longer hold it up.
// None when there are no such.
std::optional<std::vector<OwnerReference>> LeaveCircle(std::vector<OwnerReference> owners,
                                                       const std::set<std::string>& waited);

}  // namespace croft::workloads
