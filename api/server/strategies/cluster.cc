#include <algorithm>

#include "api/server/strategies/fields.h"
#include "api/server/strategies/kinds.h"

// Namespace and Node.
namespace croft::server {
namespace {

constexpr const char* kNameLabel = "kubernetes.io/metadata.name";
constexpr const char* kNotReady = "node.kubernetes.io/not-ready";

void LabelWithName(Json& ns, JsonAllocator& allocator) {
  const std::string name(FindString(ns, {"metadata", "name"}));
  Json& metadata = Ensure(ns, "metadata", allocator);
  SetString(Ensure(metadata, "labels", allocator), kNameLabel, name, allocator);
}

bool SaysReady(const Json& node) {
  bool ready = false;
  ForEachItem(Find(node, {"status", "conditions"}), "", [&](const Json& condition, const std::string&) {
    ready = ready || (FindString(condition, {"type"}) == "Ready" && FindString(condition, {"status"}) == "True");
  });
  return ready;
}

}  // namespace

const std::vector<std::vector<std::string>>& NamespaceStrategy::assigned() const {
  static const std::vector<std::vector<std::string>> kPaths = {{"f:spec", "f:finalizers"}};
  return kPaths;
}

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
  if (before != nullptr && context.subresource != "finalize")
    Set(ns, "spec", Copy(*before, context.allocator), context.allocator);
  return Status::Ok();
}

// No pod goes to a node before its agent has said that it is ready. Croft's own says so as it registers, and need not
// wait for a controller to believe it.
Status NodeStrategy::PrepareForCreate(Json& node, StrategyContext& context) const {
  auto& allocator = context.allocator;
  Json& spec = Ensure(node, "spec", allocator);
  if (IsAbsent(Find(spec, "taints"))) Set(spec, "taints", Json(rapidjson::kArrayType), allocator);
  Json& taints = *FindMutable(spec, "taints");
  if (!taints.IsArray()) return Status::Ok();  // refused by the schema
  const bool there = SaysReady(node) || std::any_of(taints.Begin(), taints.End(), [](const Json& taint) {
                       return FindString(taint, {"key"}) == kNotReady && FindString(taint, {"effect"}) == "NoSchedule";
                     });
  if (!there) {
    Json taint(rapidjson::kObjectType);
    SetString(taint, "key", kNotReady, allocator);
    SetString(taint, "effect", "NoSchedule", allocator);
    taints.PushBack(std::move(taint), allocator);
  }
  if (taints.Empty()) Erase(spec, "taints");
  Json& status = Ensure(node, "status", allocator);
  Json& endpoint = Ensure(Ensure(status, "daemonEndpoints", allocator), "kubeletEndpoint", allocator);
  SetIfAbsent(endpoint, "Port", Json(0), allocator);
  Json& info = Ensure(status, "nodeInfo", allocator);
  for (const char* field : {"architecture", "bootID", "containerRuntimeVersion", "kernelVersion", "kubeProxyVersion",
                            "kubeletVersion", "machineID", "operatingSystem", "osImage", "systemUUID"}) {
    SetIfAbsent(info, field, MakeString("", allocator), allocator);
  }
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

}  // namespace croft::server
