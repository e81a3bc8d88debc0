#include "api/schema/definition.h"

#include <algorithm>
#include <set>
#include <utility>

#include "api/schema/node.h"
#include "api/schema/structural.h"

namespace croft::schema {
namespace {

constexpr std::string_view kGroup = "apiextensions.k8s.io";
constexpr std::string_view kKind = "CustomResourceDefinition";
constexpr std::string_view kAnnotationPrefix = "croft.lab/";
constexpr size_t kMaxLabel = 63;
constexpr size_t kMaxSubdomain = 253;

bool IsLower(char c) {
  return c >= 'a' && c <= 'z';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// A DNS label; `letter_first` as RFC 1035 has it.
bool IsLabel(std::string_view text, bool letter_first) {
  const auto known = [](char c) { return IsLower(c) || IsDigit(c) || c == '-'; };
  return !text.empty() && text.size() <= kMaxLabel && std::all_of(text.begin(), text.end(), known) &&
         (IsLower(text.front()) || (!letter_first && IsDigit(text.front()))) && text.back() != '-';
}

bool IsSubdomain(std::string_view text) {
  if (text.size() > kMaxSubdomain) return false;
  for (;;) {
    const std::string_view label = text.substr(0, text.find('.'));
    if (!IsLabel(label, false)) return false;
    if (label.size() == text.size()) return true;
    text.remove_prefix(label.size() + 1);
  }
}

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

// Whether any place of a schema has rules in CEL.
bool HasRules(const Json& schema) {
  if (schema.IsArray()) return std::any_of(schema.Begin(), schema.End(), HasRules);
  if (!schema.IsObject()) return false;
  return std::any_of(schema.MemberBegin(), schema.MemberEnd(), [](const auto& member) {
    return AsView(member.name) == "x-kubernetes-validations" || HasRules(member.value);
  });
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
      ReadGroupAndScope(*spec);
      ReadNames(*spec);
      ReadConversion(*spec);
      ReadVersions(*spec);
    }
    CheckName();
    if (!causes_.empty()) {
      return Status::InvalidObject(kGroup, kKind, FindString(crd_, {"metadata", "name"}), std::move(causes_));
    }
    if (definition_.builtin) ReadAnnotations();
    return std::move(definition_);
  }

 private:
  void Required(std::string field, std::string_view why = {}) {
    causes_.push_back(
        {"FieldValueRequired", "Required value" + (why.empty() ? "" : ": " + std::string(why)), std::move(field)});
  }
  void Invalid(std::string field, std::string_view value, std::string_view why) {
    causes_.push_back(
        {"FieldValueInvalid", "Invalid value: \"" + std::string(value) + "\": " + std::string(why), std::move(field)});
  }

  void ReadGroupAndScope(const Json& spec) {
    definition_.group = FindString(spec, {"group"});
    if (!definition_.builtin && definition_.group.empty()) {
      Required("spec.group");
    } else if (!definition_.builtin && !IsSubdomain(definition_.group)) {
      Invalid("spec.group", definition_.group, "must be a domain in lower case");
    } else if (!definition_.builtin && definition_.group.find('.') == std::string::npos) {
      Invalid("spec.group", definition_.group, "should be a domain with at least one dot");
    }
    const std::string_view scope = FindString(spec, {"scope"});
    definition_.namespaced = scope == "Namespaced";
    if (scope.empty()) return Required("spec.scope");
    if (scope == "Namespaced" || scope == "Cluster") return;
    causes_.push_back(
        {"FieldValueNotSupported",
         "Unsupported value: \"" + std::string(scope) + "\": supported values: \"Cluster\", \"Namespaced\"",
         "spec.scope"});
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

    CheckLabel("spec.names.plural", definition_.plural);
    if (definition_.kind.empty()) {
      Required("spec.names.kind");
    } else {
      CheckLabel("spec.names.kind", Lower(definition_.kind));
      CheckLabel("spec.names.singular", definition_.singular);
      CheckLabel("spec.names.listKind", Lower(definition_.list_kind));
    }
    if (definition_.kind == definition_.list_kind) {
      Invalid("spec.names.listKind", definition_.list_kind, "kind and listKind may not be the same");
    }
    CheckLabels("spec.names.shortNames", definition_.short_names);
    CheckLabels("spec.names.categories", definition_.categories);
  }
  void CheckLabel(std::string field, std::string_view text) {
    if (text.empty()) return Required(std::move(field));
    if (IsLabel(text, true)) return;
    Invalid(std::move(field), text,
            "must be at most 63 characters: lower case letters, digits or '-', starting with a letter and not ending "
            "with '-'");
  }
  void CheckLabels(const std::string& field, const std::vector<std::string>& texts) {
    for (size_t i = 0; i < texts.size(); ++i) CheckLabel(field + "[" + std::to_string(i) + "]", texts[i]);
  }

  void CheckName() {
    const std::string_view name = FindString(crd_, {"metadata", "name"});
    const std::string wanted = definition_.plural + "." + (definition_.group.empty() ? "core" : definition_.group);
    if (name != wanted) Invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
  }

  void ReadConversion(const Json& spec) {
    if (FindBool(spec, {"preserveUnknownFields"})) {
      Invalid("spec.preserveUnknownFields", "true",
              "must be false; use x-kubernetes-preserve-unknown-fields in the schema");
    }
    const std::string_view strategy = FindString(spec, {"conversion", "strategy"}, "None");
    if (strategy == "None") return;
    if (strategy != "Webhook") {
      causes_.push_back(
          {"FieldValueNotSupported",
           "Unsupported value: \"" + std::string(strategy) + "\": supported values: \"None\", \"Webhook\"",
           "spec.conversion.strategy"});
      return;
    }
    if (Find(spec, {"conversion", "webhook", "clientConfig"}) == nullptr) {
      return Required("spec.conversion.webhook.clientConfig", "required when strategy is set to Webhook");
    }
    definition_.warnings.push_back(
        "spec.conversion: conversion webhooks are not called; only apiVersion changes between versions");
  }

  void ReadVersions(const Json& spec) {
    const Json* versions = Find(spec, "versions");
    if (versions == nullptr || !versions->IsArray() || versions->Empty()) {
      return Required("spec.versions", "must have exactly one version marked as storage version");
    }
    std::set<std::string> seen;
    int stored = 0;
    for (rapidjson::SizeType i = 0; i < versions->Size(); ++i) {
      const std::string path = "spec.versions[" + std::to_string(i) + "]";
      ResourceVersion version = ReadVersion((*versions)[i], path);
      stored += version.storage;
      if (!version.name.empty() && !seen.insert(version.name).second) {
        Invalid(path + ".name", version.name, "must be unique among the versions");
      }
      definition_.versions.push_back(std::move(version));
    }
    if (stored != 1) {
      Invalid("spec.versions", std::to_string(stored) + " storage versions",
              "must have exactly one version marked as storage version");
    }
  }

  ResourceVersion ReadVersion(const Json& json, const std::string& path) {
    ResourceVersion version;
    version.name = FindString(json, {"name"});
    version.served = FindBool(json, {"served"});
    version.storage = FindBool(json, {"storage"});
    version.deprecated = FindBool(json, {"deprecated"});
    CheckLabel(path + ".name", version.name);
    ReadSubresources(json, path, version);
    ReadColumns(json, path, version);
    ReadSelectableFields(json, path, version);
    ReadSchema(json, path + ".schema.openAPIV3Schema", version);
    return version;
  }

  void ReadSubresources(const Json& json, const std::string& path, ResourceVersion& version) {
    const Json* status = Find(json, {"subresources", "status"});
    version.has_status = status != nullptr && !status->IsNull();
    const Json* scale = Find(json, {"subresources", "scale"});
    if (scale == nullptr || scale->IsNull()) return;
    version.scale = ScaleSubresource{std::string(FindString(*scale, {"specReplicasPath"})),
                                     std::string(FindString(*scale, {"statusReplicasPath"})),
                                     std::string(FindString(*scale, {"labelSelectorPath"}))};
    const std::string at = path + ".subresources.scale.";
    CheckReplicasPath(at + "specReplicasPath", version.scale->spec_replicas_path, ".spec.");
    CheckReplicasPath(at + "statusReplicasPath", version.scale->status_replicas_path, ".status.");
  }
  void CheckReplicasPath(std::string field, std::string_view text, std::string_view under) {
    if (text.empty()) return Required(std::move(field));
    if (!text.starts_with(under)) Invalid(std::move(field), text, "should be a path under " + std::string(under));
  }

  void ReadColumns(const Json& json, const std::string& path, ResourceVersion& version) {
    const Json* columns = Find(json, "additionalPrinterColumns");
    if (columns == nullptr || !columns->IsArray()) return;
    for (rapidjson::SizeType i = 0; i < columns->Size(); ++i) {
      const Json& column = (*columns)[i];
      const std::string at = path + ".additionalPrinterColumns[" + std::to_string(i) + "].";
      version.columns.push_back(
          {std::string(FindString(column, {"name"})), std::string(FindString(column, {"type"})),
           std::string(FindString(column, {"format"})), std::string(FindString(column, {"description"})),
           static_cast<int32_t>(FindInt(column, {"priority"})), std::string(FindString(column, {"jsonPath"})),
           definition_.builtin && FindBool(column, {"x-croft-computed"})});
      const PrinterColumn& read = version.columns.back();
      if (read.name.empty()) Required(at + "name");
      if (read.type.empty()) Required(at + "type");
      if (read.json_path.empty()) {
        Required(at + "jsonPath");
      } else if (read.json_path[0] != '.') {
        Invalid(at + "jsonPath", read.json_path, "must be a simple json path starting with .");
      }
    }
  }

  void ReadSelectableFields(const Json& json, const std::string& path, ResourceVersion& version) {
    const Json* fields = Find(json, "selectableFields");
    if (fields == nullptr || !fields->IsArray()) return;
    for (rapidjson::SizeType i = 0; i < fields->Size(); ++i) {
      const std::string at = path + ".selectableFields[" + std::to_string(i) + "].jsonPath";
      const std::string_view json_path = FindString((*fields)[i], {"jsonPath"});
      if (json_path.empty()) {
        Required(at);
      } else if (json_path.size() < 2 || json_path[0] != '.' || json_path.find('[') != std::string_view::npos) {
        Invalid(at, json_path, "must be a simple json path starting with .");
      } else {
        version.selectable_fields.emplace_back(json_path.substr(1));
      }
    }
  }

  void ReadSchema(const Json& json, const std::string& path, ResourceVersion& version) {
    const Json* schema = Find(json, {"schema", "openAPIV3Schema"});
    if (schema == nullptr || schema->IsNull()) return Required(path, "schemas are required");
    if (!definition_.builtin) {
      for (Cause& cause : CheckStructural(*schema, path)) causes_.push_back(std::move(cause));
      if (HasRules(*schema)) {
        definition_.warnings.push_back("spec.versions: rules in x-kubernetes-validations of version " + version.name +
                                       " are not enforced");
      }
    }
    auto compiled = Compile(*schema, definitions_, path);
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
      causes_.push_back(
          {cause.type, cause.message, path + ".default" + (cause.field.empty() ? "" : "." + cause.field)});
    }
    for (const std::string& unknown : PruneValue(*field.node, copy)) {
      causes_.push_back(
          {"FieldValueInvalid", "Invalid value: \"" + unknown + "\": is not known to the schema", path + ".default"});
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

Result<ResourceDefinition> FromCrd(const Json& crd, const Definitions* definitions) {
  return Reader(crd, definitions).Read();
}

}  // namespace croft::schema
