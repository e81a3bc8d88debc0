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

// A posted kind is served as soon as it is stored, so that its conditions can be told with it.
void FillStatus(Json& crd, StrategyContext& context) {
  AddStoredVersion(crd, context.allocator);
  const Result<schema::ResourceDefinition> definition = schema::FromCrd(crd, nullptr);
  if (definition.ok()) context.warnings = definition->warnings;
  const NamesInUse used = NamesOfGroup(context.store, context.catalog, FindString(crd, {"spec", "group"}),
                                       FindString(crd, {"metadata", "name"}));
  JudgeNames(crd, used, context.now, context.allocator);
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
  if (before == nullptr || after == nullptr || !Equal(*before, *after)) FillStatus(crd, context);
  return Status::Ok();
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
