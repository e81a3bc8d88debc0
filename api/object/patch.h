#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"
#include "api/object/json.h"

namespace croft {

// RFC 6902, in place. Malformed patches are kBadRequest; an operation that can't be carried out, a failed "test"
// included, is kInvalid and names the operation ("patch operation 2: ..."). On failure the document is left half
// changed: patch a copy.
Status ApplyJsonPatch(JsonDocument& document, const Json& patch);

// RFC 7386, in place.
void ApplyMergePatch(Json& target, const Json& patch, JsonAllocator& allocator);

// The merge patch that makes `from` into `to`; an empty object when they are equal.
JsonDocument CreateMergePatch(const Json& from, const Json& to);

// How a strategic merge patch treats one list: which a schema says (x-kubernetes-patch-strategy,
// x-kubernetes-patch-merge-key).
struct ListMerge {
  bool merge = false;  // else the list is replaced
  std::string key;     // of a list of objects; empty for a list of scalars
};

// What a strategic merge patch must know of the schema at the place where it stands. Implemented by api/schema.
class MergeSchema {
 public:
  virtual ~MergeSchema() = default;
  // The schema of object member `key`; nullptr when nothing is known, then maps merge and lists are replaced.
  virtual const MergeSchema* Member(std::string_view key) const = 0;
  // The schema of a list's items.
  virtual const MergeSchema* Items() const = 0;
  virtual ListMerge Merge() const = 0;
  // Whether an object at this place is replaced by what the patch holds of it, keys not in the patch going away.
  virtual bool ReplaceObject() const = 0;
};

// Kubernetes' strategic merge patch, in place, with $patch (replace, delete, merge), $deleteFromPrimitiveList/<list>,
// $setElementOrder/<list> and $retainKeys. `schema` may be nullptr. Malformed directives are kBadRequest.
Status ApplyStrategicMergePatch(Json& target, const Json& patch, const MergeSchema* schema, JsonAllocator& allocator);

}  // namespace croft
