#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"
#include "api/object/json.h"
#include "api/schema/node.h"

namespace croft::apply {

// What server-side apply must know of one place of an object. Where a schema says nothing (free-form parts of custom
// resources), the values tell: objects are maps, lists are owned as a whole.
struct Place {
  const schema::Node* node = nullptr;  // nullptr: nothing is said
  bool atomic_map = false;
  bool open = false;      // members that the schema doesn't know are free-form
  bool resource = false;  // the root: an object of the API
  bool metadata = false;  // the root's metadata
  // Kubernetes' own types always have this part, if only empty: nobody adds or removes it.
  bool always_there = false;

  bool native() const { return node != nullptr && node->native; }
  schema::ListType list_type() const { return node == nullptr ? schema::ListType::kAtomic : node->list_type; }
};

Place RootPlace(const schema::Node& schema);

struct MemberPlace {
  Place place;
  bool declared = false;  // by name; else one of a map's or of a free-form object
};
// nullopt: the schema has no such member.
std::optional<MemberPlace> FindMemberPlace(const Place& place, std::string_view name);
// The same for what is stored already, in which an unknown member is free-form.
MemberPlace MemberPlaceOf(const Place& place, std::string_view name);
Place ItemPlace(const Place& list);

// Whether nobody can own this member, since it says which object this is, or the server alone sets it.
bool IsUnowned(const Place& place, std::string_view name);

// The element of a list's item, by its keys or its value. The status says why an item has none.
Result<std::string> ItemElement(const Place& list, const Json& item);
// The same for what is stored already: an item without keys or value goes by its place.
std::string StoredItemElement(const Place& list, const Json& item, size_t index);

enum class Shape { kNothing, kMap, kList, kScalar };  // null is nothing
Shape ShapeOf(const Json* value);
// Whether a value is owned as a whole: a scalar, or an atomic map or list.
bool IsLeaf(const Place& place, const Json& value);

// An object's members by name; of one that stands twice the first.
std::vector<const Json::Member*> SortedMembers(const Json* object);

}  // namespace croft::apply
