#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/apply/field_set.h"
#include "api/base/result.h"
#include "api/object/json.h"

namespace croft::apply {

// One entry of metadata.managedFields: what one client owns, by one way of writing.
struct Manager {
  std::string name;
  bool applied = false;  // operation Apply, else Update
  std::string api_version;
  std::string subresource;
  std::string time;  // RFC 3339; may be empty
  FieldSet fields = {};

  // Whether both are one entry. An applied configuration is one whatever version it is written in.
  bool SameAs(const Manager& other) const {
    return name == other.name && applied == other.applied && subresource == other.subresource &&
           (applied || api_version == other.api_version);
  }
};
using Managers = std::vector<Manager>;

// Update entries beyond this number are merged, oldest first, into ones of kAncientChanges.
inline constexpr size_t kMaxUpdateManagers = 10;
inline constexpr std::string_view kAncientChanges = "ancient-changes";
// Who had set what an object without records says when it was applied first.
inline constexpr std::string_view kBeforeFirstApply = "before-first-apply";

Manager* FindManager(Managers& managers, const Manager& like);

// Reads metadata.managedFields. kBadRequest for entries that make no sense.
Result<Managers> ReadManagers(const Json& managed_fields);
// Writes it, in Kubernetes' order and without entries that own nothing; an empty list when none is left.
Json WriteManagers(Managers managers, JsonAllocator& allocator);
void CapUpdates(Managers& managers);

// Whether both lists differ at most in their times.
bool SameButTimes(const Json& a, const Json& b);
// [{}]: the client asks for the records to be dropped.
bool IsReset(const Json& managed_fields);

}  // namespace croft::apply
