#include "api/server/strategies/crd_checks.h"

#include <algorithm>
#include <set>
#include <string>

#include "api/server/names.h"
#include "api/server/strategies/crd_status.h"

namespace croft::server {
namespace {

constexpr size_t kMaxDeprecationWarning = 256;
constexpr const char* kApproval = "api-approved.kubernetes.io";
constexpr const char* kApprovalRule = ", see https://github.com/kubernetes/enhancements/pull/1111";

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return lower;
}

bool IsSet(const Json& object, std::string_view key) {
  const Json* value = Find(object, key);
  return value != nullptr && !value->IsNull();
}

// The items of a list, if it is one.
template <class Each>
void ForEachItem(const Json& object, std::string_view key, const std::string& path, const Each& each) {
  const Json* list = Find(object, key);
  if (list == nullptr || !list->IsArray()) return;
  for (rapidjson::SizeType i = 0; i < list->Size(); ++i) each((*list)[i], Indexed(path, i));
}

void CheckLabel(std::string path, std::string_view text, Causes& causes) {
  if (text.empty()) return causes.Required(std::move(path));
  if (const std::string fault = CheckDns1035Label(text); !fault.empty()) causes.Invalid(std::move(path), text, fault);
}

void CheckMixedCase(std::string path, std::string_view text, Causes& causes) {
  if (text.empty()) return causes.Required(std::move(path));
  const std::string fault = CheckDns1035Label(Lower(text));
  if (!fault.empty()) {
    causes.Invalid(std::move(path), text, "may have mixed case, but should otherwise match: " + fault);
  }
}

void CheckNames(const Json& spec, Causes& causes) {
  const Json* names = Find(spec, "names");
  if (names == nullptr || !names->IsObject()) return;
  CheckLabel("spec.names.plural", FindString(*names, {"plural"}), causes);
  CheckLabel("spec.names.singular", FindString(*names, {"singular"}), causes);
  const std::string_view kind = FindString(*names, {"kind"});
  const std::string_view list_kind = FindString(*names, {"listKind"});
  CheckMixedCase("spec.names.kind", kind, causes);
  CheckMixedCase("spec.names.listKind", list_kind, causes);
  if (!kind.empty() && kind == list_kind) {
    causes.Invalid("spec.names.listKind", list_kind, "kind and listKind may not be the same");
  }
  for (const char* key : {"shortNames", "categories"}) {
    ForEachItem(*names, key, std::string("spec.names.") + key, [&](const Json& name, const std::string& path) {
      if (!name.IsString()) return;
      if (const std::string fault = CheckDns1035Label(AsView(name)); !fault.empty())
        causes.Invalid(path, AsView(name), fault);
    });
  }
}

void CheckGroup(const Json& crd, const Json& spec, Causes& causes) {
  const std::string_view group = FindString(spec, {"group"});
  if (group.empty()) {
    causes.Required("spec.group");
  } else if (const std::string fault = CheckDnsSubdomain(group); !fault.empty()) {
    causes.Invalid("spec.group", group, fault);
  } else if (group.find('.') == std::string_view::npos) {
    causes.Invalid("spec.group", group, "should be a domain with at least one dot");
  }
  const std::string wanted = std::string(FindString(spec, {"names", "plural"})) + "." + std::string(group);
  const std::string_view name = FindString(crd, {"metadata", "name"});
  if (name != wanted) causes.Invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");

  const bool of_kubernetes =
      group == "k8s.io" || group.ends_with(".k8s.io") || group == "kubernetes.io" || group.ends_with(".kubernetes.io");
  if (!of_kubernetes) return;
  const std::string_view approval = FindString(crd, {"metadata", "annotations", kApproval});
  const std::string at = Keyed("metadata.annotations", kApproval);
  const std::string rule = std::string("protected groups must have approval annotation \"") + kApproval + "\"";
  if (approval.empty()) return causes.Required(at, rule + kApprovalRule);
  if (approval.starts_with("unapproved") || approval.find("://") != std::string_view::npos) return;
  causes.Invalid(at, approval, rule + " with either a URL or a reason starting with \"unapproved\"" + kApprovalRule);
}

void CheckScope(const Json& spec, Causes& causes) {
  const std::string_view scope = FindString(spec, {"scope"});
  if (scope.empty()) return causes.Required("spec.scope");
  if (scope != "Cluster" && scope != "Namespaced") {
    causes.NotSupported("spec.scope", scope, {"Cluster", "Namespaced"});
  }
}

void CheckConversion(const Json& spec, Causes& causes) {
  if (FindBool(spec, {"preserveUnknownFields"})) {
    causes.Invalid("spec.preserveUnknownFields", Json(true),
                   "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema "
                   "instead");
  }
  const Json* conversion = Find(spec, "conversion");
  if (conversion == nullptr || !conversion->IsObject()) return;
  const std::string_view strategy = FindString(*conversion, {"strategy"});
  if (strategy.empty()) return causes.Required("spec.conversion.strategy");
  if (strategy == "None") {
    if (IsSet(*conversion, "webhook")) {
      causes.Forbidden("spec.conversion.webhook", "should not be set when strategy is not set to Webhook");
    }
    return;
  }
  if (strategy != "Webhook") return causes.NotSupported("spec.conversion.strategy", strategy, {"None", "Webhook"});
  const Json* client = Find(*conversion, {"webhook", "clientConfig"});
  if (client == nullptr || !client->IsObject()) {
    causes.Required("spec.conversion.webhook.clientConfig", "required when strategy is set to Webhook");
  } else if (IsSet(*client, "url") == IsSet(*client, "service")) {
    causes.Required("spec.conversion.webhook.clientConfig", "exactly one of url or service is required");
  }
  const Json* reviews = Find(*conversion, {"webhook", "conversionReviewVersions"});
  if (reviews == nullptr || !reviews->IsArray() || reviews->Empty()) {
    causes.Required("spec.conversion.webhook.conversionReviewVersions");
  }
}

// ".spec.replicas", beginning as `under` says; `where` words it.
void CheckPath(const std::string& at, std::string_view path, bool required,
               std::initializer_list<std::string_view> under, std::string_view where, Causes& causes) {
  if (path.empty()) return required ? causes.Required(at) : void();
  if (path[0] != '.') return causes.Invalid(at, path, "must be a simple json path starting with .");
  const bool within = std::any_of(under.begin(), under.end(), [&](std::string_view p) { return path.starts_with(p); });
  if (!within) causes.Invalid(at, path, "should be a json path under " + std::string(where));
}

void CheckSubresources(const Json& version, const std::string& at, Causes& causes) {
  const Json* scale = Find(version, {"subresources", "scale"});
  if (scale == nullptr || !scale->IsObject()) return;
  const std::string path = at + ".subresources.scale.";
  CheckPath(path + "specReplicasPath", FindString(*scale, {"specReplicasPath"}), true, {".spec."}, ".spec", causes);
  CheckPath(path + "statusReplicasPath", FindString(*scale, {"statusReplicasPath"}), true, {".status."}, ".status",
            causes);
  CheckPath(path + "labelSelectorPath", FindString(*scale, {"labelSelectorPath"}), false, {".spec.", ".status."},
            "either .spec or .status", causes);
}

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> known) {
  return std::find(known.begin(), known.end(), text) != known.end();
}

void CheckColumn(const Json& column, const std::string& at, Causes& causes) {
  constexpr const char* kTypes = "must be one of boolean,date,integer,number,string";
  if (FindString(column, {"name"}).empty()) causes.Required(at + ".name");
  const std::string_view type = FindString(column, {"type"});
  if (type.empty()) {
    causes.Required(at + ".type", kTypes);
  } else if (!IsOneOf(type, {"boolean", "date", "integer", "number", "string"})) {
    causes.Invalid(at + ".type", type, kTypes);
  }
  const std::string_view format = FindString(column, {"format"});
  if (!format.empty() &&
      !IsOneOf(format, {"byte", "date", "date-time", "double", "float", "int32", "int64", "password"})) {
    causes.Invalid(at + ".format", format, "must be one of byte,date,date-time,double,float,int32,int64,password");
  }
  CheckPath(at + ".jsonPath", FindString(column, {"jsonPath"}), true, {"."}, "", causes);
}

// The schema at a path of properties (".spec.colour"); null when there is none.
const Json* SchemaAt(const Json* schema, std::string_view path) {
  path.remove_prefix(1);
  while (schema != nullptr && !path.empty()) {
    const std::string_view name = path.substr(0, path.find('.'));
    const Json* property = Find(*schema, {"properties", name});
    if (property == nullptr) property = Find(*schema, "additionalProperties");
    schema = property;
    path.remove_prefix(std::min(name.size() + 1, path.size()));
  }
  return schema;
}

void CheckSelectableFields(const Json& version, const std::string& at, Causes& causes) {
  const Json* schema = Find(version, {"schema", "openAPIV3Schema"});
  if (schema == nullptr) return;  // which is refused elsewhere
  std::set<std::string_view> seen;
  ForEachItem(version, "selectableFields", at + ".selectableFields", [&](const Json& field, const std::string& item) {
    const std::string where = item + ".jsonPath";
    const std::string_view path = FindString(field, {"jsonPath"});
    if (path.empty()) return causes.Required(where);
    const Json* found = path[0] == '.' ? SchemaAt(schema, path) : nullptr;
    if (found == nullptr) return causes.Invalid(where, path, "is an invalid path: does not refer to a valid field");
    if (path.starts_with(".metadata")) causes.Invalid(where, path, "must not point to fields in metadata");
    if (!IsOneOf(FindString(*found, {"type"}), {"string", "boolean", "integer"})) {
      causes.Invalid(where, path,
                     "must point to a field of type string, boolean or integer. Enum string fields and strings with "
                     "formats are allowed.");
    }
    if (!seen.insert(path).second) causes.Duplicate(where, path);
  });
}

void CheckDeprecation(const Json& version, const std::string& at, Causes& causes) {
  const Json* warning = Find(version, "deprecationWarning");
  if (warning == nullptr || !warning->IsString()) return;
  const std::string_view text = AsView(*warning);
  const std::string path = at + ".deprecationWarning";
  if (!FindBool(version, {"deprecated"})) causes.Invalid(path, text, "can only be set for deprecated versions");
  if (text.empty()) causes.Invalid(path, text, "must not be an empty string");
  if (text.size() > kMaxDeprecationWarning) causes.Invalid(path, text, "must be <= 256 characters long");
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  const auto found = std::find_if(text.begin(), text.end(), control);
  if (found == text.end()) return;
  causes.Invalid(path, text,
                 "must only contain printable UTF-8 characters; non-printable character found at index " +
                     std::to_string(found - text.begin()));
}

void CheckVersions(const Json& crd, const Json& spec, Causes& causes) {
  std::set<std::string_view> names;
  bool unique = true;
  std::string_view storage;
  ForEachItem(spec, "versions", "spec.versions", [&](const Json& version, const std::string& at) {
    const std::string_view name = FindString(version, {"name"});
    CheckLabel(at + ".name", name, causes);
    unique = names.insert(name).second && unique;
    if (FindBool(version, {"storage"})) storage = name;
    CheckDeprecation(version, at, causes);
    CheckSubresources(version, at, causes);
    ForEachItem(version, "additionalPrinterColumns", at + ".additionalPrinterColumns",
                [&](const Json& column, const std::string& item) { CheckColumn(column, item, causes); });
    CheckSelectableFields(version, at, causes);
  });
  if (!unique) causes.Invalid("spec.versions", *Find(spec, "versions"), "must contain unique version names");
  if (names.empty()) return;

  const Json* stored = Find(crd, {"status", "storedVersions"});
  if (stored == nullptr || !stored->IsArray() || stored->Empty()) {
    Json none(rapidjson::kArrayType);
    return causes.Invalid("status.storedVersions", stored == nullptr ? none : *stored,
                          "must have at least one stored version");
  }
  bool listed = false;
  for (rapidjson::SizeType i = 0; i < stored->Size(); ++i) {
    if (!(*stored)[i].IsString()) continue;
    const std::string name(AsView((*stored)[i]));
    listed = listed || name == storage;
    if (names.contains(name)) continue;
    causes.Invalid(Indexed("status.storedVersions", i), name,
                   "missing from spec.versions; " + name +
                       " was previously a storage version, and must remain in spec.versions until a storage migration "
                       "ensures no data remains persisted in " +
                       name + " and removes " + name + " from status.storedVersions");
  }
  if (!listed && !storage.empty()) {
    causes.Invalid("status.storedVersions", *stored, "must have the storage version " + std::string(storage));
  }
}

}  // namespace

void CheckCrd(const Json& crd, Causes& causes) {
  const Json* spec = Find(crd, "spec");
  if (spec == nullptr || !spec->IsObject()) return;
  CheckGroup(crd, *spec, causes);
  CheckScope(*spec, causes);
  CheckNames(*spec, causes);
  CheckConversion(*spec, causes);
  CheckVersions(crd, *spec, causes);
}

void CheckCrdUpdate(const Json& old, const Json& crd, Causes& causes) {
  const auto fixed = [&](const std::string& path, std::initializer_list<std::string_view> keys) {
    const std::string_view now = FindString(crd, keys);
    if (FindString(old, keys) != now) causes.Invalid(path, now, "field is immutable");
  };
  // Objects are stored under these once there may be any.
  if (CrdConditionIsTrue(old, "Established")) {
    fixed("spec.scope", {"spec", "scope"});
    fixed("spec.names.kind", {"spec", "names", "kind"});
  }
  fixed("spec.group", {"spec", "group"});
  fixed("spec.names.plural", {"spec", "names", "plural"});
}

}  // namespace croft::server
