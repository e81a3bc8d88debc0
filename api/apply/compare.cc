#include <algorithm>
#include <functional>

#include "api/apply/typed.h"

namespace croft::apply {
namespace {

enum class Own { kSame, kAdded, kModified, kRemoved };

Own CompareValues(const Place& place, const Json* before, const Json* after, Comparison& below);

// Adds what has become of a child to the sets of its parent. The element is made only where something has changed.
template <typename Element>
void Take(Comparison& into, const Element& element, Own own, Comparison below) {
  if (own == Own::kSame && below.same()) return;
  std::string text = element();
  into.added.Put(text, own == Own::kAdded, std::move(below.added));
  into.modified.Put(text, own == Own::kModified, std::move(below.modified));
  into.removed.Put(std::move(text), own == Own::kRemoved, std::move(below.removed));
}

void CompareMaps(const Place& place, const Json* before, const Json* after, Comparison& into) {
  const auto old_members = SortedMembers(before);
  const auto new_members = SortedMembers(after);
  auto x = old_members.begin();
  auto y = new_members.begin();
  while (x != old_members.end() || y != new_members.end()) {
    const int order = x == old_members.end()   ? 1
                      : y == new_members.end() ? -1
                                               : AsView((*x)->name).compare(AsView((*y)->name));
    const std::string_view name = AsView(order <= 0 ? (*x)->name : (*y)->name);
    if (!IsUnowned(place, name)) {
      Comparison below;
      const Own own = CompareValues(MemberPlaceOf(place, name).place, order <= 0 ? &(*x)->value : nullptr,
                                    order >= 0 ? &(*y)->value : nullptr, below);
      Take(
          into, [&] { return MemberElement(name); }, own, std::move(below));
    }
    if (order <= 0) ++x;
    if (order >= 0) ++y;
  }
}

struct Items {
  std::string element;
  std::vector<const Json*> before;
  std::vector<const Json*> after;
};

// Both lists' items by their element, in the elements' order.
std::vector<Items> Match(const Place& place, const Json* before, const Json* after) {
  struct Item {
    std::string element;
    bool is_after;
    const Json* value;
  };
  std::vector<Item> all;
  for (const bool is_after : {false, true}) {
    const Json* list = is_after ? after : before;
    if (ShapeOf(list) != Shape::kList) continue;
    for (rapidjson::SizeType i = 0; i < list->Size(); ++i) {
      all.push_back({StoredItemElement(place, (*list)[i], i), is_after, &(*list)[i]});
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Item& a, const Item& b) { return CompareElements(a.element, b.element) < 0; });
  std::vector<Items> matched;
  for (Item& item : all) {
    if (matched.empty() || matched.back().element != item.element) {
      matched.push_back({std::move(item.element), {}, {}});
    }
    (item.is_after ? matched.back().after : matched.back().before).push_back(item.value);
  }
  return matched;
}

bool EqualItems(const std::vector<const Json*>& a, const std::vector<const Json*>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Json* x, const Json* y) { return Equal(*x, *y); });
}

void CompareLists(const Place& place, const Json* before, const Json* after, Comparison& into) {
  const Place item_place = ItemPlace(place);
  for (const Items& items : Match(place, before, after)) {
    const auto take = [&](Own own, Comparison below) {
      Take(
          into, [&] { return items.element; }, own, std::move(below));
    };
    const auto compare = [&](const Json* x, const Json* y) {
      Comparison below;
      const Own own = CompareValues(item_place, x, y, below);
      take(own, std::move(below));
    };
    const size_t were = items.before.size(), are = items.after.size();
    if (were <= 1 && are <= 1) {
      compare(were == 0 ? nullptr : items.before[0], are == 0 ? nullptr : items.after[0]);
    } else if (were > 1 && are > 1) {
      if (!EqualItems(items.before, items.after)) take(Own::kModified, {});
    } else if (were > 1) {
      // Items that could not be told apart were owned as a whole; what is left of them is owned in parts.
      if (are == 1) compare(nullptr, items.after[0]);
      take(Own::kRemoved, {});
    } else {
      if (were == 1) compare(items.before[0], nullptr);
      take(Own::kAdded, {});
    }
  }
}

bool IsEmpty(const Json* value) {
  const Shape shape = ShapeOf(value);
  return shape == Shape::kNothing || (shape == Shape::kMap && value->ObjectEmpty()) ||
         (shape == Shape::kList && value->Empty());
}

Own CompareLeaves(const Place& place, const Json* before, const Json* after) {
  if (place.always_there && IsEmpty(before) && IsEmpty(after)) return Own::kSame;
  if (before == nullptr) return Own::kAdded;
  if (after == nullptr) return Own::kRemoved;
  return Equal(*before, *after) ? Own::kSame : Own::kModified;
}

// What has become of a value itself; what of its parts is added to `below`.
Own CompareValues(const Place& place, const Json* before, const Json* after, Comparison& below) {
  const Shape was = ShapeOf(before), is = ShapeOf(after);
  if (was != Shape::kNothing && is != Shape::kNothing && was != is) {
    if (was == Shape::kMap && !place.atomic_map) CompareMaps(place, before, nullptr, below);
    if (is == Shape::kMap && !place.atomic_map) CompareMaps(place, nullptr, after, below);
    return Own::kModified;
  }
  const Json* present = is != Shape::kNothing ? after : before;
  const bool whole =
      ShapeOf(present) == Shape::kNothing || IsLeaf(place, *present) || (IsEmpty(before) && IsEmpty(after));
  if (whole) return CompareLeaves(place, before, after);
  if (present->IsObject()) {
    CompareMaps(place, before, after, below);
  } else {
    CompareLists(place, before, after, below);
  }
  if (place.always_there || (before != nullptr && after != nullptr)) return Own::kSame;
  return before == nullptr ? Own::kAdded : Own::kRemoved;
}

}  // namespace

Comparison Compare(const Place& root, const Json* before, const Json* after) {
  Comparison comparison;
  CompareMaps(root, before, after, comparison);
  return comparison;
}

}  // namespace croft::apply
