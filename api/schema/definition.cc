#include "api/schema/definition.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "api/schema/node.h"
#include "api/schema/structural.h"
#include "api/schema/version_order.h"

namespace croft::schema {
namespace {

constexpr std::string_view kGroup = "apiextensions.k8s.io";
constexpr std::string_view kKind = "CustomResourceDefinition";
constexpr std::string_view kAnnotationPrefix = "croft.lab/";

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(','), text.size());
    std::string_view part = text.substr(0, end);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::vector<std::string> Texts(const Json* list) {
  std::vector<std::string> texts;
  if (list == nullptr || !list->IsArray()) return texts;
  for (const Json& item : list->GetArray()) {
    if (item.IsString()) texts.emplace_back(AsView(item));
  }
  return texts;
}

// Calls `each` with every schema within a schema, itself included.
void ForEachSchema(const Json& schema, const std::function<void(const Json&)>& each) {
  if (!schema.IsObject()) return;
  each(schema);
  for (const auto& [key, value] : schema.GetObject()) {
    const std::string_view name = AsView(key);
    if (name == "properties" && value.IsObject()) {
      for (const auto& member : value.GetObject()) ForEachSchema(member.value, each);
    } else if (value.IsArray() && (name == "allOf" || name == "anyOf" || name == "oneOf")) {
      for (const Json& branch : value.GetArray()) ForEachSchema(branch, each);
    } else if (name == "items" || name == "additionalProperties" || name == "not") {
      ForEachSchema(value, each);
    }
  }
}

class Reader {
 public:
  Reader(const Json& crd, const Definitions* definitions) : crd_(crd), definitions_(definitions) {}

  Result<ResourceDefinition> Read() {
    definition_.builtin = definitions_ != nullptr;
    const Json* spec = Find(crd_, "spec");
    if (spec == nullptr || !spec->IsObject()) {
      Required("spec");
    } else {
      definition_.group = FindString(*spec, {"group"});
      definition_.namespaced = FindString(*spec, {"scope"}) == "Namespaced";
      ReadNames(*spec);
      ReadVersions(*spec);
    }
    if (!causes_.empty()) {
      return Status::InvalidObject(kGroup, kKind, FindString(crd_, {"metadata", "name"}), std::move(causes_));
    }
    if (definition_.builtin) {
      ReadAnnotations();
    } else {
      Warn();
    }
    return std::move(definition_);
  }

 private:
  void Required(std::string field, std::string_view why = {}) {
    causes_.push_back({"FieldValueRequired", "Required value" + std::string(why), std::move(field)});
  }

  void ReadNames(const Json& spec) {
    const Json* names = Find(spec, "names");
    if (names == nullptr || !names->IsObject()) return Required("spec.names");
    definition_.plural = FindString(*names, {"plural"});
    definition_.kind = FindString(*names, {"kind"});
    definition_.singular = FindString(*names, {"singular"});
    definition_.list_kind = FindString(*names, {"listKind"});
    definition_.short_names = Texts(Find(*names, "shortNames"));
    definition_.categories = Texts(Find(*names, "categories"));
    if (definition_.singular.empty()) definition_.singular = Lower(definition_.kind);
    if (definition_.list_kind.empty()) definition_.list_kind = definition_.kind + "List";
    if (definition_.plural.empty()) Required("spec.names.plural");
    if (definition_.kind.empty()) Required("spec.names.kind");
  }

  void ReadVersions(const Json& spec) {
    const Json* versions = Find(spec, "versions");
    if (versions == nullptr || !versions->IsArray() || versions->Empty()) {
      return Required("spec.versions");
    }
    int stored = 0;
    for (rapidjson::SizeType i = 0; i < versions->Size(); ++i) {
      const std::string path = "spec.versions[" + std::to_string(i) + "]";
      definition_.versions.push_back(ReadVersion((*versions)[i], path));
      stored += definition_.versions.back().storage;
    }
    if (stored != 1) {
      std::string shown = WriteJson(*versions);
      constexpr size_t kShown = 256;
      if (shown.size() > kShown) shown = shown.substr(0, kShown) + "...";
      causes_.push_back({"FieldValueInvalid",
                         "Invalid value: " + shown + ": must have exactly one version marked as storage version",
                         "spec.versions"});
    }
    if (FindString(spec, {"conversion", "strategy"}) == "Webhook") {
      for (ResourceVersion& version : definition_.versions) {
        version.unconvertible = version.served && !version.storage;
        version.served = version.served && version.storage;
      }
    }
    for (rapidjson::SizeType i = 0; i < versions->Size(); ++i) {
      ResourceVersion& version = definition_.versions[i];
      if (!version.deprecated) continue;
      version.deprecation_warning = FindString((*versions)[i], {"deprecationWarning"}, DeprecationOf(version));
    }
  }

  // Names the best version that is not deprecated, if there is one that clients prefer to this one.
  std::string DeprecationOf(const ResourceVersion& version) const {
    const ResourceVersion* best = nullptr;
    for (const ResourceVersion& other : definition_.versions) {
      if (!other.served || other.deprecated || CompareApiVersions(other.name, version.name) <= 0) continue;
      if (best == nullptr || CompareApiVersions(other.name, best->name) > 0) best = &other;
    }
    const std::string prefix = definition_.group + "/";
    std::string text = prefix + version.name + " " + definition_.kind + " is deprecated";
    if (best != nullptr) text += "; use " + prefix + best->name + " " + definition_.kind;
    return text;
  }

  ResourceVersion ReadVersion(const Json& json, const std::string& path) {
    ResourceVersion version;
    version.name = FindString(json, {"name"});
    version.served = FindBool(json, {"served"});
    version.storage = FindBool(json, {"storage"});
    version.deprecated = FindBool(json, {"deprecated"});
    ReadSubresources(json, version);
    ReadColumns(json, version);
    ReadSelectableFields(json, version);
    ReadSchema(json, path + ".schema.openAPIV3Schema", version);
    return version;
  }

  static void ReadSelectableFields(const Json& json, ResourceVersion& version) {
    const Json* fields = Find(json, "selectableFields");
    if (fields == nullptr || !fields->IsArray()) return;
    for (const Json& field : fields->GetArray()) {
      std::string_view path = FindString(field, {"jsonPath"});
      if (path.starts_with('.')) path.remove_prefix(1);
      if (!path.empty()) version.selectable_fields.emplace_back(path);
    }
  }

  static void ReadSubresources(const Json& json, ResourceVersion& version) {
    const Json* status = Find(json, {"subresources", "status"});
    version.has_status = status != nullptr && !status->IsNull();
    const Json* scale = Find(json, {"subresources", "scale"});
    if (scale == nullptr || scale->IsNull()) return;
    version.scale = ScaleSubresource{std::string(FindString(*scale, {"specReplicasPath"})),
                                     std::string(FindString(*scale, {"statusReplicasPath"})),
                                     std::string(FindString(*scale, {"labelSelectorPath"}))};
  }

  void ReadColumns(const Json& json, ResourceVersion& version) const {
    const Json* columns = Find(json, "additionalPrinterColumns");
    if (columns == nullptr || !columns->IsArray()) return;
    for (const Json& column : columns->GetArray()) {
      version.columns.push_back(
          {std::string(FindString(column, {"name"})), std::string(FindString(column, {"type"})),
           std::string(FindString(column, {"format"})), std::string(FindString(column, {"description"})),
           static_cast<int32_t>(FindInt(column, {"priority"})), std::string(FindString(column, {"jsonPath"})),
           definition_.builtin && FindBool(column, {"x-croft-computed"})});
    }
  }

  void ReadSchema(const Json& json, const std::string& path, ResourceVersion& version) {
    const Json* schema = Find(json, {"schema", "openAPIV3Schema"});
    if (schema == nullptr || schema->IsNull()) return Required(path, ": schemas are required");
    if (!definition_.builtin) {
      for (Cause& cause : CheckStructural(*schema, path)) causes_.push_back(std::move(cause));
      Note(*schema, version.name);
    }
    auto compiled = Compile(*schema, definitions_, path,
                            definition_.builtin ? version.name + "." + definition_.kind : std::string());
    if (!compiled.ok()) {
      const Status status = compiled.status();
      // What the structural rules have refused is not told twice.
      for (const Cause& cause : status.details().causes) {
        if (!cause.field.ends_with(".$ref") || definition_.builtin) causes_.push_back(cause);
      }
      return;
    }
    version.schema = *std::move(compiled);
    version.source = std::make_shared<const std::string>(WriteJson(*schema));
    if (!definition_.builtin) CheckDefaults(*version.schema, path);
  }

  // What the schema asks for and does not get.
  void Note(const Json& schema, const std::string& version) {
    bool rules = false;
    ForEachSchema(schema, [&](const Json& place) {
      rules = rules || Find(place, "x-kubernetes-validations") != nullptr;
      const std::string_view format = FindString(place, {"format"});
      if (FindString(place, {"type"}) != "string" || format.empty() || IsKnownFormat(format)) return;
      unknown_formats_.insert(std::string(format));
    });
    if (rules) rules_in_.push_back(version);
  }
  void Warn() {
    for (const std::string& format : unknown_formats_) {
      definition_.warnings.push_back("unrecognized format \"" + format + "\"");
    }
    for (const std::string& version : rules_in_) {
      definition_.warnings.push_back("spec.versions: the x-kubernetes-validations rules of version " + version +
                                     " are kept, but not enforced yet");
    }
    if (const std::string unserved = definition_.UnconvertibleVersions(); !unserved.empty()) {
      definition_.warnings.push_back("spec.conversion: conversion webhooks are not called: " + unserved +
                                     " is not served, use " + definition_.StorageVersion().name);
    }
  }

  // Every default must be valid for the place that it is for, and hold nothing that would be pruned.
  void CheckDefaults(const Node& node, const std::string& path) {
    for (const Field& field : node.properties) CheckDefault(field, path + ".properties[" + field.name + "]");
    if (node.items.node != nullptr) CheckDefault(node.items, path + ".items");
    if (node.additional.node != nullptr) CheckDefault(node.additional, path + ".additionalProperties");
  }
  void CheckDefault(const Field& field, const std::string& path) {
    CheckDefaults(*field.node, path);
    if (field.default_value == nullptr) return;
    JsonDocument copy;
    copy.CopyFrom(*field.default_value, copy.GetAllocator());
    ApplyDefaults(*field.node, copy, copy.GetAllocator());
    for (const Cause& cause : ValidateValue(*field.node, copy)) {
      const bool whole = cause.field.empty() || cause.field == kNoField;
      causes_.push_back({cause.type, cause.message, path + ".default" + (whole ? "" : "." + cause.field)});
    }
    if (!PruneValue(*field.node, copy).empty()) {
      causes_.push_back({"FieldValueInvalid",
                         "Invalid value: " + WriteJson(*field.default_value) + ": must not have unknown fields",
                         path + ".default"});
    }
  }

  void ReadAnnotations() {
    const auto annotation = [this](std::string_view name) {
      return FindString(crd_, {"metadata", "annotations", std::string(kAnnotationPrefix) + std::string(name)});
    };
    definition_.field_selectors = SplitList(annotation("field-selectors"));
    std::erase_if(definition_.field_selectors,
                  [](const std::string& field) { return field == "metadata.name" || field == "metadata.namespace"; });
    definition_.extra_subresources = SplitList(annotation("extra-subresources"));
    definition_.ephemeral = annotation("ephemeral") == "true";
    definition_.data_only = annotation("data-only") == "true";
    definition_.replaceable = annotation("replaceable") == "true";
    definition_.create_only = annotation("create-only") == "true";
    definition_.openapi_name = annotation("openapi-definition");
    definition_.name_format = annotation("name-format");
  }

  const Json& crd_;
  const Definitions* const definitions_;
  ResourceDefinition definition_;
  std::vector<Cause> causes_;
  std::set<std::string> unknown_formats_;
  std::vector<std::string> rules_in_;  // names of versions
};

}  // namespace

const ResourceVersion* ResourceDefinition::FindVersion(std::string_view name) const {
  const auto found =
      std::find_if(versions.begin(), versions.end(), [&](const ResourceVersion& each) { return each.name == name; });
  return found == versions.end() ? nullptr : &*found;
}

const ResourceVersion& ResourceDefinition::StorageVersion() const {
  return *std::find_if(versions.begin(), versions.end(), [](const ResourceVersion& each) { return each.storage; });
}

std::string ResourceDefinition::UnconvertibleVersions() const {
  std::string names;
  for (const ResourceVersion& version : versions) {
    if (version.unconvertible) names += (names.empty() ? "" : ", ") + version.name;
  }
  return names;
}

Result<ResourceDefinition> FromCrd(const Json& crd, const Definitions* definitions) {
  return Reader(crd, definitions).Read();
}

}  // namespace croft::schema
