#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/object/patch.h"
#include "api/schema/format.h"
#include "api/schema/pattern.h"
#include "api/schema/schema.h"

namespace croft::schema {

// The field of causes about a value as a whole, where Kubernetes names none.
inline constexpr std::string_view kNoField = "<nil>";

enum class Type : uint8_t { kAny, kObject, kArray, kString, kInteger, kNumber, kBoolean, kIntOrString };
enum class ListType : uint8_t { kAtomic, kSet, kMap };

// The schema of an object's member, of list items or of map values: what is there, and what only this use of it says.
struct Field final : MergeSchema {
  std::string name;
  const Node* node = nullptr;
  const Json* default_value = nullptr;    // in the pool's values
  const ListMerge* list_merge = nullptr;  // in the pool; nullptr: a list here is replaced
  bool replace_object = false;
  bool atomic_map = false;  // x-kubernetes-map-type: server-side apply owns an object here as a whole

  const MergeSchema* Member(std::string_view key) const override;
  const MergeSchema* Items() const override;
  ListMerge Merge() const override { return list_merge == nullptr ? ListMerge{} : *list_merge; }
  bool ReplaceObject() const override { return replace_object; }
};

// Restrictions that few places have.
struct Bounds {
  std::optional<double> minimum;
  std::optional<double> maximum;
  bool exclusive_minimum = false;
  bool exclusive_maximum = false;
  const std::string* range_rule = nullptr;  // what a number out of bounds must be, where that has words of its own
  std::optional<double> multiple_of;
  // Of a text in characters, of a list in items, of an object in members.
  std::optional<uint64_t> min_length, max_length, min_items, max_items, min_properties, max_properties;
  bool unique_items = false;
  const Pattern* pattern = nullptr;
  const Json* enumeration = nullptr;  // an array

  std::vector<const Node*> all_of, any_of, one_of;
  const Node* negated = nullptr;
};

// One place of a compiled schema. Nodes belong to a NodePool and point to each other within it, in circles where a
// schema is recursive. Constant once compiled.
class Node final : public MergeSchema {
 public:
  Type type = Type::kAny;
  Format format = Format::kNone;
  ListType list_type = ListType::kAtomic;
  bool nullable = false;
  bool preserve_unknown = false;
  bool embedded_resource = false;
  bool allow_duplicates = false;  // of list type set and map
  bool zero_is_unset = false;     // "" and 0 are dropped before defaults
  bool empty_is_said = false;     // an empty list or map is not
  bool any_additional = false;    // additionalProperties: true
  // What Kubernetes' decoder calls the struct ("v1.PodSpec"); in the pool; nullptr for what is no struct of its own.
  const std::string* go_type = nullptr;
  // Kubernetes' own kinds, decoded into typed structs there: null and empty texts mean absent, 1.0 is no integer.
  bool native = false;

  std::vector<Field> properties;  // sorted by name
  Field items;                    // its node is nullptr when nothing is said
  Field additional;
  std::vector<std::string> required;
  std::vector<std::string> list_keys;  // of list type map
  std::unique_ptr<const Bounds> bounds;

  // nullptr when the schema has no such property.
  const Field* FindProperty(std::string_view name) const;
  // The property, or what is said of all members; nullptr when neither is.
  const Field* FindMember(std::string_view name) const;

  const MergeSchema* Member(std::string_view key) const override { return FindMember(key); }
  const MergeSchema* Items() const override { return items.node == nullptr ? nullptr : &items; }
  ListMerge Merge() const override { return {}; }
  bool ReplaceObject() const override { return false; }
};

// Owns the nodes of schemas that were compiled with the same definitions, so that what they share exists once. Not
// thread-safe while compiling, constant after; kept alive by each SchemaPtr.
struct NodePool {
  std::deque<Node> nodes;
  std::map<std::string, Field, std::less<>> definitions;      // by name, also while being compiled
  std::map<std::string, Pattern, std::less<>> patterns;       // by their text
  std::map<std::string, ListMerge, std::less<>> list_merges;  // by merge key
  std::unordered_map<std::string, const Node*> leaves;        // by their text
  std::set<std::string> go_types;
  std::set<std::string> range_rules;
  JsonAllocator allocator;  // of defaults and enumerations
  std::deque<Json> values;

  // Forgets what only compiling needs.
  void Seal() { leaves.clear(); }
};

// As Validate and Prune, for a value that is no object of the API: apiVersion, kind and metadata are fields like
// others.
std::vector<Cause> ValidateValue(const Node& schema, const Json& value);
std::vector<std::string> PruneValue(const Node& schema, Json& value);

// "spec" + "replicas" -> "spec.replicas"; at the root "spec".
void AppendMember(std::string& path, std::string_view name);
// "spec.ports" + 0 -> "spec.ports[0]"; a map's key likewise: "metadata.labels[app]".
void AppendIndex(std::string& path, size_t index);
void AppendKey(std::string& path, std::string_view key);

// Puts a path back to what it was at the end of a scope.
class PathScope {
 public:
  explicit PathScope(std::string& path) : path_(path), size_(path.size()) {}
  ~PathScope() { path_.resize(size_); }
  PathScope(const PathScope&) = delete;
  PathScope& operator=(const PathScope&) = delete;

 private:
  std::string& path_;
  const size_t size_;
};

}  // namespace croft::schema
