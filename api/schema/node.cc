#include "api/schema/node.h"

#include <algorithm>

namespace croft::schema {

const MergeSchema* Field::Member(std::string_view key) const {
  return node == nullptr ? nullptr : node->FindMember(key);
}

const MergeSchema* Field::Items() const {
  return node == nullptr || node->items.node == nullptr ? nullptr : &node->items;
}

const Field* Node::FindProperty(std::string_view name) const {
  const auto at = std::lower_bound(properties.begin(), properties.end(), name,
                                   [](const Field& field, std::string_view key) { return field.name < key; });
  return at == properties.end() || at->name != name ? nullptr : &*at;
}

const Field* Node::FindMember(std::string_view name) const {
  if (const Field* found = FindProperty(name)) return found;
  return additional.node == nullptr ? nullptr : &additional;
}

const MergeSchema* ForMerge(const Node& schema) {
  return &schema;
}

void AppendMember(std::string& path, std::string_view name) {
  if (!path.empty()) path += '.';
  path += name;
}

void AppendIndex(std::string& path, size_t index) {
  AppendKey(path, std::to_string(index));
}

void AppendKey(std::string& path, std::string_view key) {
  path += '[';
  path += key;
  path += ']';
}

}  // namespace croft::schema
