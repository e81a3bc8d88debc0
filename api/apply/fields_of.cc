#include <algorithm>

#include "api/apply/typed.h"

namespace croft::apply {
namespace {

FieldSet OfValue(const Place& place, const Json& value);

FieldSet OfMap(const Place& place, const Json& map) {
  FieldSet fields;
  for (const Json::Member* member : SortedMembers(&map)) {
    const std::string_view name = AsView(member->name);
    if (IsUnowned(place, name)) continue;
    const MemberPlace there = MemberPlaceOf(place, name);
    const Json& value = member->value;
    const bool empty = value.IsNull() || (value.IsObject() && value.ObjectEmpty());
    const bool own = IsLeaf(there.place, value) || empty || !there.declared;
    fields.Put(MemberElement(name), own && !there.place.metadata, OfValue(there.place, value));
  }
  return fields;
}

FieldSet OfList(const Place& place, const Json& list) {
  std::vector<std::pair<std::string, const Json*>> items;
  items.reserve(list.Size());
  for (rapidjson::SizeType i = 0; i < list.Size(); ++i) {
    items.emplace_back(StoredItemElement(place, list[i], i), &list[i]);
  }
  std::stable_sort(items.begin(), items.end(),
                   [](const auto& a, const auto& b) { return CompareElements(a.first, b.first) < 0; });
  const Place item_place = ItemPlace(place);
  FieldSet fields;
  for (size_t i = 0; i < items.size();) {
    size_t next = i + 1;
    while (next < items.size() && items[next].first == items[i].first) ++next;
    // Items that can't be told from each other are owned together, as a whole.
    FieldSet below = next == i + 1 ? OfValue(item_place, *items[i].second) : FieldSet();
    fields.Put(std::move(items[i].first), true, std::move(below));
    i = next;
  }
  return fields;
}

// What is below a value.
FieldSet OfValue(const Place& place, const Json& value) {
  if (IsLeaf(place, value)) return {};
  return value.IsObject() ? OfMap(place, value) : OfList(place, value);
}

FieldSet WithParents(const Place& place, const FieldSet& fields) {
  FieldSet all;
  for (const FieldNode& node : fields.nodes()) {
    MemberPlace there;
    if (IsMember(node.element)) {
      there = MemberPlaceOf(place, NameOf(node.element));
    } else {
      there.place = ItemPlace(place);
    }
    // An object never goes without its name.
    const bool goes = there.declared && !there.place.metadata;
    all.Put(node.element, node.member || goes, WithParents(there.place, node.below));
  }
  return all;
}

FieldSet Reconcile(const Place& place, const FieldSet& fields) {
  FieldSet now;
  for (const FieldNode& node : fields.nodes()) {
    const bool member = IsMember(node.element);
    const Place there = member ? MemberPlaceOf(place, NameOf(node.element)).place : ItemPlace(place);
    const bool list = !node.below.empty() && !IsMember(node.below.nodes()[0].element);
    const bool atomic =
        there.node != nullptr && (list ? there.list_type() == schema::ListType::kAtomic : there.atomic_map);
    if (atomic && !node.below.empty()) {
      now.Put(node.element, true, {});
    } else {
      now.Put(node.element, node.member, Reconcile(there, node.below));
    }
  }
  return now;
}

}  // namespace

FieldSet FieldsOf(const Place& root, const Json& object) {
  return OfMap(root, object);
}

FieldSet WithNamedParents(const Place& root, const FieldSet& fields) {
  return WithParents(root, fields);
}

FieldSet Reconciled(const Place& root, const FieldSet& fields) {
  return Reconcile(root, fields);
}

}  // namespace croft::apply
