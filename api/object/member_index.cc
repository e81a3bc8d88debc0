#include "api/object/member_index.h"

namespace croft {

MemberIndex::MemberIndex(const Json& object) {
  if (object.MemberCount() <= kFewMembers) {
    few_ = &object;
    return;
  }
  by_name_.reserve(object.MemberCount());
  for (const auto& member : object.GetObject()) by_name_.try_emplace(AsView(member.name), &member.value);
}

const Json* MemberIndex::Find(std::string_view name) const {
  if (few_ != nullptr) return croft::Find(*few_, name);
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

}  // namespace croft
