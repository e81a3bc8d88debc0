#include "api/server/strategies/kinds.h"

// Namespace, Node and Lease.
namespace croft::server {
namespace {

constexpr const char* kNameLabel = "kubernetes.io/metadata.name";

void LabelWithName(Json& ns, JsonAllocator& allocator) {
  const std::string name(FindString(ns, {"metadata", "name"}));
  Json& metadata = Ensure(ns, "metadata", allocator);
  SetString(Ensure(metadata, "labels", allocator), kNameLabel, name, allocator);
}

}  // namespace

Status NamespaceStrategy::PrepareForCreate(Json& ns, StrategyContext& context) const {
  auto& allocator = context.allocator;
  LabelWithName(ns, allocator);
  Json finalizers(rapidjson::kArrayType);
  finalizers.PushBack("kubernetes", allocator);
  Set(Ensure(ns, "spec", allocator), "finalizers", std::move(finalizers), allocator);
  SetString(Ensure(ns, "status", allocator), "phase", "Active", allocator);
  return Status::Ok();
}

Status NamespaceStrategy::PrepareForUpdate(const Json& old, Json& ns, StrategyContext& context) const {
  LabelWithName(ns, context.allocator);
  // Its finalizers have a subresource of their own; there the wanted spec is the stored one but for them.
  const Json* before = Find(old, "spec");
  const bool finalizing = Find(ns, {"spec", "finalizers"}) != nullptr && Find(old, {"metadata", "deletionTimestamp"});
  if (before != nullptr && !finalizing) Set(ns, "spec", Copy(*before, context.allocator), context.allocator);
  return Status::Ok();
}

void NodeStrategy::Validate(const Json& node, Causes& causes) const {
  const Json* taints = Find(node, {"spec", "taints"});
  if (taints == nullptr || !taints->IsArray()) return;
  for (size_t i = 0; i < taints->Size(); ++i) {
    const Json& taint = (*taints)[static_cast<rapidjson::SizeType>(i)];
    const std::string at = Indexed("spec.taints", i);
    const std::string why = CheckQualifiedName(FindString(taint, {"key"}));
    if (!why.empty()) causes.Invalid(at + ".key", FindString(taint, {"key"}), why);
    const std::string value_why = CheckLabelValue(FindString(taint, {"value"}));
    if (!value_why.empty()) causes.Invalid(at + ".value", FindString(taint, {"value"}), value_why);
  }
}

void LeaseStrategy::Validate(const Json& lease, Causes& causes) const {
  const auto acquired = ParseTime(FindString(lease, {"spec", "acquireTime"}));
  const auto renewed = ParseTime(FindString(lease, {"spec", "renewTime"}));
  if (acquired && renewed && *renewed < *acquired) {
    causes.Invalid("spec.renewTime", FindString(lease, {"spec", "renewTime"}), "must not be before acquireTime");
  }
}

}  // namespace croft::server
