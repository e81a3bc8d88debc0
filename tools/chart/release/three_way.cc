#include "tools/chart/release/three_way.h"

#include <algorithm>

namespace croft::chart {
namespace {

class Merger {
 public:
  explicit Merger(JsonAllocator& allocator) : allocator_(allocator) {}

  // `original` and `live` may be null.
  Json Merge(const Json* original, const Json& wanted, const Json* live, const MergeSchema* schema) {
    if (live == nullptr) return WithoutNulls(wanted);
    if (wanted.IsObject() && live->IsObject()) return MergeMap(original, wanted, *live, schema);
    if (wanted.IsArray() && live->IsArray() && schema != nullptr && schema->Merge().merge) {
      return MergeList(original, wanted, *live, *schema);
    }
    return Copy(wanted, allocator_);
  }

 private:
  // A null asks for absence.
  Json WithoutNulls(const Json& value) {
    if (!value.IsObject()) return Copy(value, allocator_);
    Json copy(rapidjson::kObjectType);
    for (const auto& member : value.GetObject()) {
      if (!member.value.IsNull()) Set(copy, AsView(member.name), WithoutNulls(member.value), allocator_);
    }
    return copy;
  }

  Json MergeMap(const Json* original, const Json& wanted, const Json& live, const MergeSchema* schema) {
    const bool whole = schema != nullptr && schema->ReplaceObject();
    if (whole) return WithoutNulls(wanted);
    Json merged(rapidjson::kObjectType);
    for (const auto& member : live.GetObject()) {
      const std::string_view key = AsView(member.name);
      const bool said = original != nullptr && original->IsObject() && Find(*original, key) != nullptr;
      if (Find(wanted, key) == nullptr && !said) Set(merged, key, Copy(member.value, allocator_), allocator_);
    }
    for (const auto& member : wanted.GetObject()) {
      if (member.value.IsNull()) continue;
      const std::string_view key = AsView(member.name);
      const Json* before = original != nullptr && original->IsObject() ? Find(*original, key) : nullptr;
      const MergeSchema* below = schema != nullptr ? schema->Member(key) : nullptr;
      Set(merged, key, Merge(before, member.value, Find(live, key), below), allocator_);
    }
    return merged;
  }

  // The item that has the key's value or, in a list of scalars, that is it.
  static const Json* FindItem(const Json* list, const Json& like, const std::string& key) {
    if (list == nullptr || !list->IsArray()) return nullptr;
    const Json* wanted = key.empty() ? &like : like.IsObject() ? Find(like, key) : nullptr;
    if (wanted == nullptr) return nullptr;
    for (const Json& item : list->GetArray()) {
      const Json* has = key.empty() ? &item : item.IsObject() ? Find(item, key) : nullptr;
      if (has != nullptr && *has == *wanted) return &item;
    }
    return nullptr;
  }

  // In the order of `wanted`, with what others have added behind it.
  Json MergeList(const Json* original, const Json& wanted, const Json& live, const MergeSchema& schema) {
    const std::string key = schema.Merge().key;
    Json merged(rapidjson::kArrayType);
    for (const Json& item : wanted.GetArray()) {
      merged.PushBack(Merge(FindItem(original, item, key), item, FindItem(&live, item, key), schema.Items()),
                      allocator_);
    }
    for (const Json& item : live.GetArray()) {
      if (FindItem(&wanted, item, key) == nullptr && FindItem(original, item, key) == nullptr) {
        merged.PushBack(Copy(item, allocator_), allocator_);
      }
    }
    return merged;
  }

  JsonAllocator& allocator_;
};

}  // namespace

JsonDocument ThreeWayMerge(const Json* original, const Json& wanted, const Json& live, const MergeSchema* schema) {
  JsonDocument merged;
  Json value = Merger(merged.GetAllocator()).Merge(original, wanted, &live, schema);
  static_cast<Json&>(merged).Swap(value);
  return merged;
}

}  // namespace croft::chart
