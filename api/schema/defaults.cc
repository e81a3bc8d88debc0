#include <algorithm>

#include "api/object/filter.h"
#include "api/schema/native_values.h"

namespace croft::schema {
namespace {

bool IsZero(const Json& value) {
  return (value.IsString() && value.GetStringLength() == 0) || (value.IsInt() && value.GetInt() == 0);
}

// A list or a map without members. An object that has fields is a word by itself without them too, as `emptyDir: {}`
// is.
bool IsEmptyCollection(const Node& node, const Json& value) {
  if (node.empty_is_said || (node.bounds && (node.bounds->min_items || node.bounds->min_properties))) return false;
  if (value.IsArray()) return value.Empty() && node.type == Type::kArray;
  return value.IsObject() && value.ObjectEmpty() && node.properties.empty() && node.additional.node != nullptr;
}

// Whether a member is to be taken out, as it stands for "absent". Typed clients send every list and map that they have
// nothing for, and what they read and write back must not look like a change.
bool MeansAbsent(const Node& owner, const Field& field, const Json& value) {
  if (value.IsNull()) return owner.native || !field.node->nullable;
  if (owner.native && IsEmptyCollection(*field.node, value)) {
    return std::find(owner.required.begin(), owner.required.end(), field.name) == owner.required.end();
  }
  return field.node->zero_is_unset && IsZero(value);
}

// What null stands for in a list or a map: the default of what it holds, in Kubernetes' own kinds what their types have
// for nothing.
void SetNull(const Node& owner, const Field& use, Json& value, JsonAllocator& allocator) {
  if (use.default_value != nullptr && !use.node->nullable) {
    value = Copy(*use.default_value, allocator);
  } else if (owner.native && (&use == &owner.items || &use == &owner.additional)) {
    value = NullOf(*use.node);
  }
}

void Apply(const Node& node, Json& value, JsonAllocator& allocator) {
  if (value.IsArray() && node.items.node != nullptr) {
    for (Json& item : value.GetArray()) {
      if (item.IsNull()) SetNull(node, node.items, item, allocator);
      Apply(*node.items.node, item, allocator);
    }
  }
  if (!value.IsObject()) return MakeCanonical(node, value, allocator);
  if (!node.properties.empty() || (!node.native && node.additional.node != nullptr)) {
    FilterMembers(value, [&](std::string_view name, const Json& member) {
      const Field* field = node.FindProperty(name);
      // In a map only what can't be null and has no default goes.
      if (field == nullptr && !node.native && member.IsNull() && node.additional.node != nullptr) {
        return node.additional.node->nullable || node.additional.default_value != nullptr;
      }
      return field == nullptr || !MeansAbsent(node, *field, member);
    });
  }
  for (const Field& field : node.properties) {
    if (field.default_value == nullptr || Find(value, field.name) != nullptr) continue;
    value.AddMember(MakeString(field.name, allocator), Copy(*field.default_value, allocator), allocator);
  }
  for (auto& member : value.GetObject()) {
    const Field* field = node.FindMember(AsView(member.name));
    if (field == nullptr) continue;
    if (member.value.IsNull()) SetNull(node, *field, member.value, allocator);
    Apply(*field->node, member.value, allocator);
  }
}

}  // namespace

void ApplyDefaults(const Node& schema, Json& value, JsonAllocator& allocator) {
  Apply(schema, value, allocator);
}

}  // namespace croft::schema
