#include "api/schema/definition.h"
#include "api/server/strategies/crd_checks.h"
#include "api/server/strategies/crd_status.h"
#include "api/server/strategies/kinds.h"

namespace croft::server {
namespace {

void SetIfAbsent(Json& object, std::string_view key, std::string_view text, JsonAllocator& allocator) {
  if (FindString(object, {key}).empty() && !text.empty()) SetString(object, key, text, allocator);
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
    if (!kind.empty()) SetIfAbsent(*names, "listKind", kind + "List", allocator);
  }
  if (Find(*spec, "conversion") == nullptr) {
    SetString(Ensure(*spec, "conversion", allocator), "strategy", "None", allocator);
  }
}

// What is stored in another version than the storage version would be out of reach once only a webhook may convert it.
Status CheckStoredVersions(const Json& crd, const schema::ResourceDefinition& definition,
                           const StrategyContext& context) {
  if (FindString(crd, {"spec", "conversion", "strategy"}) != "Webhook") return Status::Ok();
  const std::string stored_as = ApiVersion(definition.group, definition.StorageVersion().name);
  for (const ObjectPtr& object : context.store.List({definition.group, definition.plural}, "").items) {
    if (object->meta().api_version == stored_as) continue;
    Causes causes;
    causes.Invalid("spec.conversion.strategy", std::string_view("Webhook"),
                   "conversion webhooks are not called, and " + definition.kind + " " + object->key().ToString() +
                       " is stored in " + object->meta().api_version + ": keep the strategy None until every object " +
                       "has been written again and is stored in " + stored_as + ", or delete those that are not");
    return Status::InvalidObject("apiextensions.k8s.io", "CustomResourceDefinition",
                                 FindString(crd, {"metadata", "name"}), causes.Take());
  }
  return Status::Ok();
}

// A posted kind is served as soon as it is stored, so that its conditions can be told with it.
Status FillStatus(Json& crd, StrategyContext& context) {
  AddStoredVersion(crd, context.allocator);
  const Result<schema::ResourceDefinition> definition = schema::FromCrd(crd, nullptr);
  if (definition.ok()) {
    context.warnings = definition->warnings;
    CROFT_RETURN_IF_ERROR(CheckStoredVersions(crd, *definition, context));
  }
  const NamesInUse used = NamesOfGroup(context.store, context.catalog, FindString(crd, {"spec", "group"}),
                                       FindString(crd, {"metadata", "name"}));
  JudgeNames(crd, used, context.now, context.allocator);
  if (definition.ok()) JudgeConversion(crd, *definition, context.now, context.allocator);
  return Status::Ok();
}

}  // namespace

Status CrdStrategy::PrepareForCreate(Json& crd, StrategyContext& context) const {
  DefaultNames(crd, context.allocator);
  return FillStatus(crd, context);
}

Status CrdStrategy::PrepareForUpdate(const Json& old, Json& crd, StrategyContext& context) const {
  DefaultNames(crd, context.allocator);
  const Json* before = Find(old, "spec");
  const Json* after = Find(crd, "spec");
  if (before != nullptr && after != nullptr && Equal(*before, *after)) return Status::Ok();
  return FillStatus(crd, context);
}

void CrdStrategy::Validate(const Json& crd, Causes& causes) const {
  CheckCrd(crd, causes);
  const Result<schema::ResourceDefinition> definition = schema::FromCrd(crd, nullptr);
  if (definition.ok()) return;
  const Status refused = definition.status();
  causes.Add(refused.details().causes);
}

void CrdStrategy::ValidateUpdate(const Json& old, const Json& crd, Causes& causes) const {
  CheckCrdUpdate(old, crd, causes);
}

}  // namespace croft::server
