#include "api/object/filter.h"
#include "api/schema/node.h"

namespace croft::schema {
namespace {

bool IsZero(const Json& value) {
  return (value.IsString() && value.GetStringLength() == 0) || (value.IsInt() && value.GetInt() == 0);
}

// Whether a member is to be taken out, as it stands for "absent".
bool MeansAbsent(const Node& owner, const Field& field, const Json& value) {
  if (value.IsNull()) return owner.native || !field.node->nullable;
  return field.node->zero_is_unset && IsZero(value);
}

void Apply(const Node& node, Json& value, JsonAllocator& allocator) {
  if (value.IsArray() && node.items.node != nullptr) {
    for (Json& item : value.GetArray()) {
      if (item.IsNull() && node.items.default_value != nullptr && !node.items.node->nullable) {
        item = Copy(*node.items.default_value, allocator);
      }
      Apply(*node.items.node, item, allocator);
    }
  }
  if (!value.IsObject()) return;
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
    if (member.value.IsNull() && field->default_value != nullptr && !field->node->nullable) {
      member.value = Copy(*field->default_value, allocator);
    }
    Apply(*field->node, member.value, allocator);
  }
}

}  // namespace

void ApplyDefaults(const Node& schema, Json& value, JsonAllocator& allocator) {
  Apply(schema, value, allocator);
}

}  // namespace croft::schema
