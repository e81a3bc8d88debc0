#include <unordered_map>

#include "api/apply/typed.h"
#include "api/object/member_index.h"

namespace croft::apply {
namespace {

bool IsEmpty(const Json& value) {
  return value.IsNull() || (value.IsObject() && value.ObjectEmpty()) || (value.IsArray() && value.Empty());
}

void MergeValue(const Place& place, Json& value, const Json& config, JsonAllocator& allocator);

void MergeMap(const Place& place, Json& map, const Json& config, JsonAllocator& allocator) {
  const MemberIndex live(map);
  std::vector<const Json::Member*> added;
  for (const auto& member : config.GetObject()) {
    const std::string_view name = AsView(member.name);
    if (const Json* found = live.Find(name)) {
      MergeValue(MemberPlaceOf(place, name).place, const_cast<Json&>(*found), member.value, allocator);
    } else {
      added.push_back(&member);
    }
  }
  for (const Json::Member* member : added) {
    map.AddMember(Copy(member->name, allocator), Copy(member->value, allocator), allocator);
  }
}

// Items of one list by element. Of items with the same element the first counts.
struct Index {
  std::vector<std::string> elements;
  std::unordered_map<std::string_view, rapidjson::SizeType> first;
  std::unordered_map<std::string_view, int> count;

  Index(const Place& place, const Json& list) {
    elements.reserve(list.Size());
    for (rapidjson::SizeType i = 0; i < list.Size(); ++i) elements.push_back(StoredItemElement(place, list[i], i));
    for (rapidjson::SizeType i = 0; i < list.Size(); ++i) {
      first.try_emplace(elements[i], i);
      ++count[elements[i]];
    }
  }
};

// Live items keep their order and stay where they are relative to each other; applied ones come in the configuration's
// order, each new one right before the next that both have, those after the last at the end.
void MergeList(const Place& place, Json& list, const Json& config, JsonAllocator& allocator) {
  const Index live(place, list);
  const Index applied(place, config);
  const Place item_place = ItemPlace(place);
  Json merged(rapidjson::kArrayType);
  merged.Reserve(list.Size() + config.Size(), allocator);
  rapidjson::SizeType next = 0;  // of the configuration's items
  const auto take_applied = [&] {
    const std::string& element = applied.elements[next];
    const auto found = live.first.find(element);
    // Of several that can't be told apart none is the one to merge with.
    if (found == live.first.end() || live.count.at(element) > 1) {
      merged.PushBack(Copy(config[next], allocator), allocator);
    } else {
      Json item = Copy(list[found->second], allocator);
      MergeValue(item_place, item, config[next], allocator);
      merged.PushBack(std::move(item), allocator);
    }
    ++next;
  };
  const auto next_shared = [&] {
    rapidjson::SizeType at = next;
    while (at < config.Size() && !live.first.contains(applied.elements[at])) ++at;
    return at;
  };
  for (rapidjson::SizeType i = 0; i < list.Size(); ++i) {
    if (!applied.first.contains(live.elements[i])) {
      merged.PushBack(Copy(list[i], allocator), allocator);
      continue;
    }
    const rapidjson::SizeType shared = next_shared();
    // Otherwise it was taken, or comes later, where the configuration has it.
    if (shared < config.Size() && applied.elements[shared] == live.elements[i]) {
      while (next <= shared) take_applied();
    }
  }
  while (next < config.Size()) take_applied();
  list = std::move(merged);
}

void MergeValue(const Place& place, Json& value, const Json& config, JsonAllocator& allocator) {
  const Shape has = ShapeOf(&value), wants = ShapeOf(&config);
  const bool parts = has == Shape::kMap || has == Shape::kList;
  // Nothing said of a value with parts leaves them to whoever owns them.
  if (wants == Shape::kNothing && parts && !IsLeaf(place, value) && !IsEmpty(value)) return;
  const bool whole = has != wants || IsLeaf(place, config) || (IsEmpty(value) && IsEmpty(config));
  if (whole) {
    value = Copy(config, allocator);
  } else if (wants == Shape::kMap) {
    MergeMap(place, value, config, allocator);
  } else {
    MergeList(place, value, config, allocator);
  }
}

}  // namespace

void Merge(const Place& root, Json& object, const Json& config, JsonAllocator& allocator) {
  MergeMap(root, object, config, allocator);
}

}  // namespace croft::apply
