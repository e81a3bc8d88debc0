#pragma once

#include <string_view>
#include <unordered_map>

#include "api/object/json.h"

namespace croft {

// Finds the members of one object in whatever order, at the same cost however many there are; of a name that stands
// twice the first. Valid until members are added to the object or taken from it.
class MemberIndex {
 public:
  explicit MemberIndex(const Json& object);
  const Json* Find(std::string_view name) const;  // nullptr when absent

 private:
  static constexpr size_t kFewMembers = 32;  // up to which looking at each is as fast

  const Json* few_ = nullptr;
  std::unordered_map<std::string_view, const Json*> by_name_;
};

}  // namespace croft
