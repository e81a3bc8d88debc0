#pragma once

#include <optional>
#include <string>
#include <utility>

#include "api/object/json.h"
#include "api/server/causes.h"
#include "api/types/meta.h"

// What strategies do to single fields, whatever the kind.
namespace croft::server {

inline bool IsAbsent(const Json* value) {
  return value == nullptr || value->IsNull();
}

inline void SetIfAbsent(Json& object, std::string_view key, Json value, JsonAllocator& allocator) {
  if (IsAbsent(Find(object, key))) Set(object, key, std::move(value), allocator);
}

// Calls `each(item, path)` for the items of a list; nothing else is one.
template <class Each>
void ForEachItem(const Json* list, const std::string& path, const Each& each) {
  if (list == nullptr || !list->IsArray()) return;
  for (rapidjson::SizeType i = 0; i < list->Size(); ++i) each((*list)[i], Indexed(path, i));
}

// Calls `each(key, value, path)` for the members of an object; nothing else is one.
template <class Each>
void ForEachMember(const Json* map, const std::string& path, const Each& each) {
  if (map == nullptr || !map->IsObject()) return;
  for (const auto& member : map->GetObject()) {
    each(AsView(member.name), member.value, Keyed(path, AsView(member.name)));
  }
}

inline bool IsEmptyList(const Json* list) {
  return list == nullptr || !list->IsArray() || list->Empty();
}

// Whether a field is the same, absence and null being the same too.
inline bool SameField(const Json* before, const Json* after) {
  if (IsAbsent(before) || IsAbsent(after)) return IsAbsent(before) == IsAbsent(after);
  return Equal(*before, *after);
}

inline void CheckImmutable(const Json* before, const Json* after, std::string path, Causes& causes) {
  if (SameField(before, after)) return;
  const Json none;
  causes.Invalid(std::move(path), after == nullptr ? none : *after, "field is immutable");
}

// A quantity in thousandths; none for what is no quantity, or too large to compare.
inline std::optional<int64_t> MilliOf(const Json* quantity) {
  if (IsAbsent(quantity)) return std::nullopt;
  return types::ParseQuantityMilli(quantity->IsString() ? std::string(AsView(*quantity)) : WriteJson(*quantity));
}

inline std::string TextOf(const Json& value) {
  return value.IsString() ? std::string(AsView(value)) : WriteJson(value);
}

}  // namespace croft::server
