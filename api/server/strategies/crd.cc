#include <set>

#include "api/schema/definition.h"
#include "api/server/catalog.h"
#include "api/server/strategies/kinds.h"

namespace croft::server {
namespace {

void SetIfAbsent(Json& object, std::string_view key, std::string_view text, JsonAllocator& allocator) {
  if (FindString(object, {key}).empty()) SetString(object, key, text, allocator);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return lower;
}

void DefaultNames(Json& crd, JsonAllocator& allocator) {
  Json* spec = FindMutable(crd, "spec");
  if (spec == nullptr || !spec->IsObject()) return;
  Json* names = FindMutable(*spec, "names");
  if (names != nullptr && names->IsObject()) {
    const std::string kind(FindString(*names, {"kind"}));
    SetIfAbsent(*names, "singular", Lower(kind), allocator);
    SetIfAbsent(*names, "listKind", kind + "List", allocator);
  }
  if (Find(*spec, "conversion") == nullptr) {
    SetString(Ensure(*spec, "conversion", allocator), "strategy", "None", allocator);
  }
}

void AddCondition(Json& conditions, std::string_view type, bool holds, std::string_view reason,
                  std::string_view message, WallTime now, JsonAllocator& allocator) {
  Json condition(rapidjson::kObjectType);
  SetString(condition, "type", type, allocator);
  SetString(condition, "status", holds ? "True" : "False", allocator);
  SetString(condition, "lastTransitionTime", FormatTime(now), allocator);
  SetString(condition, "reason", reason, allocator);
  SetString(condition, "message", message, allocator);
  conditions.PushBack(std::move(condition), allocator);
}

// A posted kind is served as soon as it is stored, so that its conditions can be told with it.
void FillStatus(Json& crd, StrategyContext& context) {
  auto& allocator = context.allocator;
  const Json* names = Find(crd, {"spec", "names"});
  if (names == nullptr || !names->IsObject()) return;
  Json accepted = Copy(*names, allocator);
  std::string clash;
  const Result<schema::ResourceDefinition> definition = schema::FromCrd(crd, nullptr);
  if (definition.ok()) {
    clash = context.catalog.Conflicts(*definition).message();
    context.warnings = definition->warnings;
  }
  std::string storage;
  if (const Json* versions = Find(crd, {"spec", "versions"}); versions != nullptr && versions->IsArray()) {
    for (const Json& version : versions->GetArray()) {
      if (FindBool(version, {"storage"})) storage = FindString(version, {"name"});
    }
  }
  Json& status = Ensure(crd, "status", allocator);
  Json conditions(rapidjson::kArrayType);
  const bool good = clash.empty();
  AddCondition(conditions, "NamesAccepted", good, good ? "NoConflicts" : "NameConflict",
               good ? "no conflicts found" : clash, context.now, allocator);
  AddCondition(conditions, "Established", good, good ? "InitialNamesAccepted" : "NotAccepted",
               good ? "the initial names have been accepted" : "not all names are accepted", context.now, allocator);
  Set(status, "conditions", std::move(conditions), allocator);
  Set(status, "acceptedNames", std::move(accepted), allocator);
  Json stored(rapidjson::kArrayType);
  bool listed = false;
  if (const Json* before = Find(status, "storedVersions"); before != nullptr && before->IsArray()) {
    for (const Json& version : before->GetArray()) {
      listed = listed || (version.IsString() && AsView(version) == storage);
      stored.PushBack(Copy(version, allocator), allocator);
    }
  }
  if (!listed && !storage.empty()) stored.PushBack(MakeString(storage, allocator), allocator);
  Set(status, "storedVersions", std::move(stored), allocator);
}

void ValidateVersions(const Json& spec, Causes& causes) {
  const Json* versions = Find(spec, "versions");
  if (versions == nullptr || !versions->IsArray()) return;
  std::set<std::string_view> names;
  int storage = 0;
  for (size_t i = 0; i < versions->Size(); ++i) {
    const Json& version = (*versions)[static_cast<rapidjson::SizeType>(i)];
    const std::string at = Indexed("spec.versions", i);
    const std::string_view name = FindString(version, {"name"});
    if (!name.empty() && !names.insert(name).second) causes.Invalid(at + ".name", name, "must be unique");
    const std::string why = CheckDnsLabel(name);
    if (!why.empty()) causes.Invalid(at + ".name", name, why);
    if (FindBool(version, {"storage"})) ++storage;
    if (Find(version, {"schema", "openAPIV3Schema"}) == nullptr) {
      causes.Required(at + ".schema.openAPIV3Schema", "schemas are required");
    }
  }
  if (storage == 1) return;
  causes.Invalid("spec.versions", "", "must have exactly one version marked as storage version");
  if (storage == 0) causes.Invalid("status.storedVersions", "", "must have at least one stored version");
}

}  // namespace

Status CrdStrategy::PrepareForCreate(Json& crd, StrategyContext& context) const {
  DefaultNames(crd, context.allocator);
  FillStatus(crd, context);
  return Status::Ok();
}

Status CrdStrategy::PrepareForUpdate(const Json& old, Json& crd, StrategyContext& context) const {
  DefaultNames(crd, context.allocator);
  const Json* before = Find(old, "spec");
  const Json* after = Find(crd, "spec");
  // Times of conditions move only when there is something new to judge.
  if (before == nullptr || after == nullptr || !Equal(*before, *after)) FillStatus(crd, context);
  return Status::Ok();
}

void CrdStrategy::Validate(const Json& crd, Causes& causes) const {
  const Json* spec = Find(crd, "spec");
  if (spec == nullptr || !spec->IsObject()) return;
  const std::string wanted =
      std::string(FindString(*spec, {"names", "plural"})) + "." + std::string(FindString(*spec, {"group"}));
  const std::string_view name = FindString(crd, {"metadata", "name"});
  if (name != wanted) causes.Invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
  const std::string_view group = FindString(*spec, {"group"});
  if (group.find('.') == std::string_view::npos)
    causes.Invalid("spec.group", group, "should be a domain with at least one dot");
  if (FindBool(*spec, {"preserveUnknownFields"})) {
    causes.Invalid("spec.preserveUnknownFields", Json(true), "must be false in order to use defaults in the schema");
  }
  if (FindString(*spec, {"conversion", "strategy"}) == "Webhook" && Find(*spec, {"conversion", "webhook"}) == nullptr) {
    causes.Required("spec.conversion.webhook", "required when strategy is set to Webhook");
  }
  ValidateVersions(*spec, causes);
  if (!causes.empty()) return;
  const Result<schema::ResourceDefinition> definition = schema::FromCrd(crd, nullptr);
  if (definition.ok()) return;
  const Status refused = definition.status();
  if (refused.details().causes.empty()) {
    causes.Invalid("spec", "", refused.message());
  } else {
    causes.Add(refused.details().causes);
  }
}

void CrdStrategy::ValidateUpdate(const Json& old, const Json& crd, Causes& causes) const {
  for (const char* key : {"group", "scope"}) {
    const std::string_view now = FindString(crd, {"spec", key});
    if (FindString(old, {"spec", key}) != now) causes.Invalid(std::string("spec.") + key, now, "field is immutable");
  }
  const std::string_view kind = FindString(crd, {"spec", "names", "kind"});
  if (FindString(old, {"spec", "names", "kind"}) != kind) {
    causes.Invalid("spec.names.kind", kind, "field is immutable");
  }
}

}  // namespace croft::server
