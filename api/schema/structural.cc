#include "api/schema/structural.h"

#include <algorithm>

#include "api/schema/node.h"

namespace croft::schema {
namespace {

constexpr std::string_view kCombinators[] = {"allOf", "anyOf", "oneOf"};

// Keywords that Kubernetes refuses everywhere.
constexpr std::string_view kRefused[] = {"$ref",         "additionalItems",   "definitions",
                                         "dependencies", "patternProperties", "id"};
// Keywords that belong to the structure and not into a combinator.
constexpr std::string_view kStructureOnly[] = {"additionalProperties",
                                               "default",
                                               "description",
                                               "nullable",
                                               "title",
                                               "type",
                                               "x-kubernetes-embedded-resource",
                                               "x-kubernetes-int-or-string",
                                               "x-kubernetes-list-map-keys",
                                               "x-kubernetes-list-type",
                                               "x-kubernetes-map-type",
                                               "x-kubernetes-preserve-unknown-fields"};

bool IsTrue(const Json& schema, std::string_view keyword) {
  return FindBool(schema, {keyword});
}

class Checker {
 public:
  explicit Checker(std::string_view path) : path_(path) {}

  void Root(const Json& schema) {
    const std::string_view type = FindString(schema, {"type"});
    if (type.empty()) {
      Required("type", "must not be empty at the root");
    } else if (type != "object") {
      Add("FieldValueInvalid", "type", "Invalid value: \"" + std::string(type) + "\": must be object at the root");
    }
    for (const std::string_view keyword : {"nullable", "x-kubernetes-int-or-string"}) {
      if (IsTrue(schema, keyword)) Forbid(keyword, "must not be true at the root");
    }
    if (const Json* metadata = Find(schema, {"properties", "metadata"})) Metadata(*metadata);
    Structure(schema, true, "");
  }

  std::vector<Cause> TakeCauses() { return std::move(causes_); }

 private:
  void Add(std::string_view type, std::string_view keyword, std::string message) {
    const PathScope scope(path_);
    if (!keyword.empty()) AppendMember(path_, keyword);
    causes_.push_back({std::string(type), std::move(message), path_});
  }
  void Forbid(std::string_view keyword, std::string_view why) {
    Add("FieldValueForbidden", keyword, "Forbidden: " + std::string(why));
  }
  void Required(std::string_view keyword, std::string_view why) {
    Add("FieldValueRequired", keyword, "Required value: " + std::string(why));
  }

  void Metadata(const Json& schema) {
    const Json* properties = Find(schema, "properties");
    if (properties == nullptr || !properties->IsObject()) return;
    for (const auto& [key, unused] : properties->GetObject()) {
      if (AsView(key) == "name" || AsView(key) == "generateName") continue;
      Forbid("properties[metadata]",
             "must not specify anything other than name and generateName, but metadata is "
             "implicitly specified");
      return;
    }
  }

  // A place of the structure. `what` says where it stands, for the message about a missing type.
  void Structure(const Json& schema, bool root, std::string_view what) {
    if (!schema.IsObject()) return;  // Compile has said so
    Keywords(schema);
    const std::string_view type = FindString(schema, {"type"});
    const bool free =
        IsTrue(schema, "x-kubernetes-int-or-string") || IsTrue(schema, "x-kubernetes-preserve-unknown-fields");
    if (type.empty() && !free && !root) Required("type", "must not be empty for specified " + std::string(what));
    if (!type.empty() && IsTrue(schema, "x-kubernetes-int-or-string")) {
      Forbid("type", "must be empty if x-kubernetes-int-or-string is true");
    }
    EmbeddedResource(schema, type);
    List(schema, type);
    Children(schema, type);
    Combinators(schema, schema);
  }

  void Keywords(const Json& schema) {
    for (const std::string_view keyword : kRefused) {
      if (Find(schema, keyword) != nullptr) Forbid(keyword, std::string(keyword) + " is not supported");
    }
    if (IsTrue(schema, "uniqueItems")) {
      Forbid("uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
    }
    for (const auto& [key, unused] : schema.GetObject()) {
      if (AsView(key).starts_with("x-croft-")) Forbid(AsView(key), "x-croft keys are for Croft's own kinds");
    }
  }

  void EmbeddedResource(const Json& schema, std::string_view type) {
    if (!IsTrue(schema, "x-kubernetes-embedded-resource")) return;
    if (type != "object") Forbid("type", "must be object if x-kubernetes-embedded-resource is true");
    if (Find(schema, "properties") == nullptr && !IsTrue(schema, "x-kubernetes-preserve-unknown-fields")) {
      Required("properties",
               "must not be empty if x-kubernetes-embedded-resource is true without "
               "x-kubernetes-preserve-unknown-fields");
    }
  }

  void Children(const Json& schema, std::string_view type) {
    const Json* properties = Find(schema, "properties");
    const Json* additional = Find(schema, "additionalProperties");
    if (additional != nullptr && additional->IsFalse()) {
      Forbid("additionalProperties", "additionalProperties cannot be set to false");
    }
    const bool both = properties != nullptr && properties->IsObject() && !properties->ObjectEmpty();
    if (additional != nullptr && both) {
      Forbid("additionalProperties", "additionalProperties and properties are mutual exclusive");
    }
    if (properties != nullptr && properties->IsObject()) {
      for (const auto& [name, child] : properties->GetObject()) {
        const PathScope scope(path_);
        AppendMember(path_, "properties");
        AppendKey(path_, AsView(name));
        Structure(child, false, "object fields");
      }
    }
    Child(schema, "additionalProperties", "object fields");
    const Json* items = Find(schema, "items");
    if (type == "array" && items == nullptr) Required("items", "must be specified");
    if (items != nullptr && items->IsArray()) {
      return Forbid("items", "items must be a schema object and not an array");
    }
    Child(schema, "items", "array items");
  }
  void Child(const Json& schema, std::string_view keyword, std::string_view what) {
    const Json* child = Find(schema, keyword);
    if (child == nullptr || !child->IsObject()) return;
    const PathScope scope(path_);
    AppendMember(path_, keyword);
    Structure(*child, false, what);
  }

  void List(const Json& schema, std::string_view type) {
    const std::string_view list_type = FindString(schema, {"x-kubernetes-list-type"});
    const Json* keys = Find(schema, "x-kubernetes-list-map-keys");
    if (!list_type.empty() && type != "array") {
      Add("FieldValueInvalid", "type",
          "Invalid value: \"" + std::string(type) + "\": must be array if x-kubernetes-list-type is specified");
    }
    if (!list_type.empty() && list_type != "atomic" && list_type != "set" && list_type != "map") {
      Add("FieldValueNotSupported", "x-kubernetes-list-type",
          "Unsupported value: \"" + std::string(list_type) + "\": supported values: \"atomic\", \"set\", \"map\"");
    }
    if (list_type == "map") return MapKeys(schema, keys);
    if (keys != nullptr) Forbid("x-kubernetes-list-map-keys", "must be empty if x-kubernetes-list-type is not map");
    const Json* items = Find(schema, "items");
    if (list_type == "set" && items != nullptr) SetItems(*items);
  }
  void SetItems(const Json& items) {
    const std::string_view type = FindString(items, {"type"});
    const bool atomic_map = type == "object" && FindString(items, {"x-kubernetes-map-type"}) == "atomic";
    const bool atomic_list = type == "array" && FindString(items, {"x-kubernetes-list-type"}, "atomic") == "atomic";
    if ((type == "object" && !atomic_map) || (type == "array" && !atomic_list)) {
      Forbid("items", "items of a list of type set must be scalar or atomic");
    }
    if (IsTrue(items, "nullable")) Forbid("items.nullable", "items of a list of type set must not be nullable");
  }
  void MapKeys(const Json& schema, const Json* keys) {
    if (keys == nullptr || !keys->IsArray() || keys->Empty()) {
      return Required("x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map");
    }
    if (FindString(schema, {"items", "type"}) != "object") {
      Forbid("items.type", "must be object if x-kubernetes-list-type is map");
    }
    const Json* required = Find(schema, {"items", "required"});
    for (const Json& key : keys->GetArray()) {
      if (!key.IsString()) continue;
      const Json* property = Find(schema, {"items", "properties", AsView(key)});
      const std::string_view type = property == nullptr ? "" : FindString(*property, {"type"});
      if (property == nullptr) {
        Add("FieldValueInvalid", "x-kubernetes-list-map-keys",
            "Invalid value: " + WriteJson(key) + ": is not a property of the items");
      } else if (type == "object" || type == "array") {
        Add("FieldValueInvalid", "x-kubernetes-list-map-keys",
            "Invalid value: " + WriteJson(key) + ": must be a scalar");
      } else if (Find(*property, "default") == nullptr && !Lists(required, key)) {
        Required("items.properties[" + std::string(AsView(key)) + "].default",
                 "a key of the list must be required or have a default");
      }
    }
  }
  static bool Lists(const Json* list, const Json& text) {
    return list != nullptr && list->IsArray() && std::find(list->Begin(), list->End(), text) != list->End();
  }

  // `structure` is what the combinators of `schema` restrict.
  void Combinators(const Json& schema, const Json& structure) {
    for (const std::string_view keyword : kCombinators) {
      const Json* branches = Find(schema, keyword);
      if (branches == nullptr || !branches->IsArray()) continue;
      for (rapidjson::SizeType i = 0; i < branches->Size(); ++i) {
        const PathScope scope(path_);
        AppendMember(path_, keyword);
        AppendIndex(path_, i);
        Restriction((*branches)[i], structure);
      }
    }
    if (const Json* negated = Find(schema, "not")) {
      const PathScope scope(path_);
      AppendMember(path_, "not");
      Restriction(*negated, structure);
    }
  }

  // A schema within a combinator.
  void Restriction(const Json& schema, const Json& structure) {
    if (!schema.IsObject()) return;
    Keywords(schema);
    for (const std::string_view keyword : kStructureOnly) {
      if (Find(schema, keyword) == nullptr) continue;
      if (keyword == "type" && IsTrue(structure, "x-kubernetes-int-or-string")) continue;
      Forbid(keyword, "must be empty to be structural");
    }
    if (const Json* properties = Find(schema, "properties"); properties != nullptr && properties->IsObject()) {
      for (const auto& [name, child] : properties->GetObject()) {
        const PathScope scope(path_);
        AppendMember(path_, "properties");
        AppendKey(path_, AsView(name));
        Within(child, Find(structure, {"properties", AsView(name)}));
      }
    }
    if (const Json* items = Find(schema, "items")) {
      const PathScope scope(path_);
      AppendMember(path_, "items");
      Within(*items, Find(structure, "items"));
    }
    Combinators(schema, structure);
  }
  void Within(const Json& schema, const Json* structure) {
    if (structure == nullptr) return Required("", "must be declared outside of the combinator too");
    Restriction(schema, *structure);
  }

  std::string path_;
  std::vector<Cause> causes_;
};

}  // namespace

std::vector<Cause> CheckStructural(const Json& schema, std::string_view path) {
  Checker checker(path);
  if (schema.IsObject()) checker.Root(schema);
  return checker.TakeCauses();
}

}  // namespace croft::schema
