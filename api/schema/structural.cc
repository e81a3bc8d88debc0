#include "api/schema/structural.h"

#include <algorithm>
#include <set>

#include "api/schema/structural_report.h"

namespace croft::schema {
namespace {

// Keywords that Kubernetes refuses everywhere.
constexpr std::string_view kRefused[] = {"$ref",         "additionalItems",   "definitions",
                                         "dependencies", "patternProperties", "id"};

bool HasMembers(const Json* object) {
  return object != nullptr && object->IsObject() && !object->ObjectEmpty();
}

bool Lists(const Json* list, const Json& text) {
  return list != nullptr && list->IsArray() && std::find(list->Begin(), list->End(), text) != list->End();
}

class Checker {
 public:
  explicit Checker(std::string_view path) : report_(path) {}

  void Root(const Json& schema) {
    if (IsTrue(schema, "nullable")) report_.Forbid("nullable", "nullable cannot be true at the root");
    if (Find(schema, "additionalProperties") != nullptr) {
      report_.Forbid("additionalProperties", "must not be used at the root");
    }
    const std::string_view type = FindString(schema, {"type"});
    if (!type.empty() && type != "object") report_.RefuseText("type", type, "must be object at the root");
    Place(schema, SchemaPlace::kRoot);
  }

  std::vector<Cause> TakeCauses() { return report_.TakeCauses(); }

 private:
  void Place(const Json& schema, SchemaPlace place) {
    if (!schema.IsObject()) return;  // Compile says so
    CheckKeywords(schema, report_);
    const std::string_view type = FindString(schema, {"type"});
    Extensions(schema, type, place);
    ListType(schema, type);
    Children(schema, type, place);
    CheckCombinators(schema, report_);
  }

  void Extensions(const Json& schema, std::string_view type, SchemaPlace place) {
    const bool number_or_text = IsTrue(schema, "x-kubernetes-int-or-string");
    const bool preserve = IsTrue(schema, "x-kubernetes-preserve-unknown-fields");
    const bool embedded = IsTrue(schema, "x-kubernetes-embedded-resource");
    for (const std::string_view keyword : {"x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"}) {
      if (!number_or_text || !IsTrue(schema, keyword)) continue;
      report_.Refuse(keyword, Json(true), "must be false if x-kubernetes-int-or-string is true");
    }
    if (const Json* flag = Find(schema, "x-kubernetes-preserve-unknown-fields"); flag != nullptr && flag->IsFalse()) {
      report_.Refuse("x-kubernetes-preserve-unknown-fields", *flag, "must be true or undefined");
    }
    if (embedded && type != "object") {
      report_.RefuseText("type", type, "must be object if x-kubernetes-embedded-resource is true");
    } else if (type.empty() && !number_or_text && !preserve) {
      report_.Require("type", place == SchemaPlace::kRoot   ? "must not be empty at the root"
                              : place == SchemaPlace::kItem ? "must not be empty for specified array items"
                                                            : "must not be empty for specified object fields");
    }
    if (embedded && Find(schema, "additionalProperties") != nullptr) {
      report_.Forbid("additionalProperties", "must not be used if x-kubernetes-embedded-resource is set");
    }
    if (embedded && !preserve && !HasMembers(Find(schema, "properties"))) {
      report_.Require("properties",
                      "must not be empty if x-kubernetes-embedded-resource is true without "
                      "x-kubernetes-preserve-unknown-fields");
    }
    if (embedded || place == SchemaPlace::kRoot) ObjectFields(schema, place);
    MapType(schema, type);
  }

  // apiVersion, kind and metadata of what is an object of the API.
  void ObjectFields(const Json& schema, SchemaPlace place) {
    const std::pair<std::string_view, std::string_view> fields[] = {
        {"kind", "string"}, {"apiVersion", "string"}, {"metadata", "object"}};
    for (const auto& [name, wanted] : fields) {
      const Json* field = Find(schema, {"properties", name});
      if (field == nullptr) continue;
      const PathScope scope(report_.path());
      AppendMember(report_.path(), "properties");
      AppendKey(report_.path(), name);
      if (const std::string_view type = FindString(*field, {"type"}); type != wanted) {
        report_.Add("FieldValueInvalid", "type",
                    "Invalid value: \"" + std::string(type) + "\": must be " + std::string(wanted));
      }
      if (place != SchemaPlace::kRoot) continue;
      if (Find(*field, "default") != nullptr) {
        report_.Forbid("default", "must not be set in top-level " + std::string(name));
      }
      if (name == "metadata") RootMetadata(*field);
    }
  }
  void RootMetadata(const Json& schema) {
    const Json* properties = Find(schema, "properties");
    if (!HasMembers(properties)) return;
    const auto allowed = [](const auto& member) {
      return AsView(member.name) == "name" || AsView(member.name) == "generateName";
    };
    if (std::all_of(properties->MemberBegin(), properties->MemberEnd(), allowed)) return;
    report_.Forbid("",
                   "must not specify anything other than name and generateName, but metadata is implicitly specified");
  }

  void MapType(const Json& schema, std::string_view type) {
    const Json* map_type = Find(schema, "x-kubernetes-map-type");
    if (map_type == nullptr || !map_type->IsString()) return;
    if (type != "object") report_.RefuseText("type", type, "must be object if x-kubernetes-map-type is specified");
    if (*map_type == "atomic" || *map_type == "granular") return;
    report_.Add("FieldValueNotSupported", "x-kubernetes-map-type",
                "Unsupported value: " + WriteJson(*map_type) + ": supported values: \"atomic\", \"granular\"");
  }

  void Children(const Json& schema, std::string_view type, SchemaPlace place) {
    const Json* properties = Find(schema, "properties");
    const Json* additional = Find(schema, "additionalProperties");
    if (additional != nullptr && !additional->IsTrue() && HasMembers(properties)) {
      report_.Forbid("additionalProperties", "additionalProperties and properties are mutual exclusive");
    }
    if (properties != nullptr && properties->IsObject()) {
      for (const auto& [name, child] : properties->GetObject()) {
        // The metadata of objects has a schema of its own.
        if (place == SchemaPlace::kRoot && AsView(name) == "metadata") continue;
        const PathScope scope(report_.path());
        AppendMember(report_.path(), "properties");
        AppendKey(report_.path(), AsView(name));
        Place(child, SchemaPlace::kField);
      }
    }
    Child(schema, "additionalProperties", SchemaPlace::kField);
    const Json* items = Find(schema, "items");
    if (type == "array" && items == nullptr) report_.Require("items", "must be specified");
    if (items != nullptr && items->IsArray()) {
      return report_.Forbid("items", "items must be a schema object and not an array");
    }
    Child(schema, "items", SchemaPlace::kItem);
  }
  void Child(const Json& schema, std::string_view keyword, SchemaPlace place) {
    const Json* child = Find(schema, keyword);
    if (child == nullptr || !child->IsObject()) return;
    const PathScope scope(report_.path());
    AppendMember(report_.path(), keyword);
    Place(*child, place);
  }

  void ListType(const Json& schema, std::string_view type) {
    const std::string_view list_type = FindString(schema, {"x-kubernetes-list-type"});
    const Json* keys = Find(schema, "x-kubernetes-list-map-keys");
    const Json* items = Find(schema, "items");
    if (!list_type.empty() && type != "array") {
      report_.RefuseText("type", type, "must be array if x-kubernetes-list-type is specified");
    } else if (list_type == "set" && items != nullptr) {
      SetItems(*items);
    }
    if (!list_type.empty() && list_type != "atomic" && list_type != "set" && list_type != "map") {
      report_.Add(
          "FieldValueNotSupported", "x-kubernetes-list-type",
          "Unsupported value: \"" + std::string(list_type) + "\": supported values: \"atomic\", \"set\", \"map\"");
    }
    const bool has_keys = keys != nullptr && keys->IsArray() && !keys->Empty();
    if (has_keys && list_type != "map") {
      report_.RefuseText("x-kubernetes-list-type", list_type, "must be map if x-kubernetes-list-map-keys is non-empty");
    }
    if ((list_type == "set" || list_type == "map") && items != nullptr && IsTrue(*items, "nullable")) {
      report_.Forbid("items.nullable", "cannot be nullable when x-kubernetes-list-type is " + std::string(list_type));
    }
    if (list_type != "map") return;
    if (!has_keys) {
      report_.Require("x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map");
    }
    if (items == nullptr) return report_.Require("items", "must have a schema if x-kubernetes-list-type is map");
    if (const std::string_view of = FindString(*items, {"type"}); of != "object") {
      report_.Add(
          "FieldValueInvalid", "items.type",
          "Invalid value: \"" + std::string(of) + "\": must be object if parent array's x-kubernetes-list-type is map");
    } else if (has_keys) {
      MapKeys(*items, *keys);
    }
  }
  void SetItems(const Json& items) {
    const std::string_view type = FindString(items, {"type"});
    const std::string_view keyword = type == "array" ? "x-kubernetes-list-type" : "x-kubernetes-map-type";
    const std::string_view value = FindString(items, {keyword}, type == "array" ? "atomic" : "granular");
    if ((type != "array" && type != "object") || value == "atomic") return;
    report_.Add("FieldValueInvalid", "items." + std::string(keyword),
                "Invalid value: \"" + std::string(value) +
                    "\": must be atomic as item of a list with x-kubernetes-list-type=set");
  }
  void MapKeys(const Json& items, const Json& keys) {
    std::set<std::string_view> seen;
    for (const Json& key : keys.GetArray()) {
      if (!key.IsString()) continue;
      if (!seen.insert(AsView(key)).second) {
        report_.Refuse("x-kubernetes-list-map-keys", keys, "must not contain duplicate entries");
      }
      const Json* property = Find(items, {"properties", AsView(key)});
      if (property == nullptr) {
        report_.Refuse("x-kubernetes-list-map-keys", keys, "entries must all be names of item properties");
        continue;
      }
      const std::string at = "items.properties[" + std::string(AsView(key)) + "].";
      const std::string_view type = FindString(*property, {"type"});
      if (type == "object" || type == "array") {
        report_.RefuseText(at + "type", type, "must be a scalar type if parent array's x-kubernetes-list-type is map");
      }
      if (Find(*property, "default") == nullptr && !Lists(Find(items, "required"), key)) {
        report_.Require(
            at + "default",
            "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property");
      }
      if (IsTrue(*property, "nullable")) {
        report_.Forbid(at + "nullable", "this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
      }
    }
  }

  StructuralReport report_;
};

void CheckRules(const Json& rules, StructuralReport& report) {
  const auto blank = [](std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; };
  for (rapidjson::SizeType i = 0; i < rules.Size(); ++i) {
    const std::string at = "x-kubernetes-validations[" + std::to_string(i) + "].";
    const std::string_view rule = FindString(rules[i], {"rule"});
    const std::string_view message = FindString(rules[i], {"message"});
    if (blank(rule)) {
      report.Require(at + "rule", "rule is not specified");
    } else if (!message.empty() && blank(message)) {
      report.RefuseText(at + "message", message, "must be non-empty if specified");
    } else if (message.find('\n') != std::string_view::npos) {
      report.RefuseText(at + "message", message, "must not contain line breaks");
    } else if (message.empty() && rule.substr(0, rule.find_last_not_of(" \t\r\n") + 1).find('\n') != rule.npos) {
      report.Require(at + "message", "message must be specified if rule contains line breaks");
    }
  }
}

}  // namespace

void CheckKeywords(const Json& schema, StructuralReport& report) {
  for (const std::string_view keyword : kRefused) {
    if (Find(schema, keyword) != nullptr) report.Forbid(keyword, std::string(keyword) + " is not supported");
  }
  if (FindString(schema, {"type"}) == "null") {
    report.Forbid("type", "type cannot be set to null, use nullable as an alternative");
  }
  if (IsTrue(schema, "uniqueItems")) {
    report.Forbid("uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
  }
  if (const Json* rules = Find(schema, "x-kubernetes-validations"); rules != nullptr && rules->IsArray()) {
    CheckRules(*rules, report);
  }
  for (const auto& [key, unused] : schema.GetObject()) {
    if (AsView(key).starts_with("x-croft-")) report.Forbid(AsView(key), "x-croft keys are for Croft's own kinds");
  }
}

std::vector<Cause> CheckStructural(const Json& schema, std::string_view path) {
  Checker checker(path);
  if (schema.IsObject()) checker.Root(schema);
  return checker.TakeCauses();
}

}  // namespace croft::schema
