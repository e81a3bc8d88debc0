#include "api/apply/typed.h"
#include "api/object/filter.h"

namespace croft::apply {
namespace {

bool IsEmptied(const Json& value) {
  return (value.IsObject() && value.ObjectEmpty()) || (value.IsArray() && value.Empty());
}

void RemoveFrom(const Place& place, Json& value, const FieldSet& fields);

void RemoveFromMap(const Place& place, Json& map, const FieldSet& fields) {
  FilterMembers(map, [&](std::string_view name, Json& member) {
    const FieldNode* node = fields.Find(MemberElement(name));
    if (node == nullptr) return true;
    if (node->member) return false;
    const Place there = MemberPlaceOf(place, name).place;
    const bool was_empty = IsEmptied(member);
    RemoveFrom(there, member, node->below);
    // Kubernetes' own types don't tell a part without content from none at all.
    return was_empty || !IsEmptied(member) || !there.native() || there.metadata;
  });
}

void RemoveFromList(const Place& place, Json& list, const FieldSet& fields) {
  const Place item_place = ItemPlace(place);
  auto kept = list.Begin();
  rapidjson::SizeType index = 0;
  for (auto item = list.Begin(); item != list.End(); ++item, ++index) {
    const FieldNode* node = fields.Find(StoredItemElement(place, *item, index));
    if (node != nullptr && node->member) continue;
    if (node != nullptr) RemoveFrom(item_place, *item, node->below);
    if (kept != item) *kept = std::move(*item);
    ++kept;
  }
  if (kept != list.End()) list.Erase(kept, list.End());
}

void RemoveFrom(const Place& place, Json& value, const FieldSet& fields) {
  if (fields.empty() || IsLeaf(place, value)) return;
  if (value.IsObject()) {
    RemoveFromMap(place, value, fields);
  } else {
    RemoveFromList(place, value, fields);
  }
}

}  // namespace

void Remove(const Place& root, Json& object, const FieldSet& fields) {
  RemoveFromMap(root, object, fields);
}

}  // namespace croft::apply
