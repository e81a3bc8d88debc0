#include <algorithm>
#include <set>

#include "api/server/strategies/ephemeral_containers.h"
#include "api/server/strategies/kinds.h"
#include "api/server/strategies/limit_range_admission.h"
#include "api/server/strategies/pod_classes.h"
#include "api/server/strategies/pod_spec.h"
#include "api/server/strategies/unacted.h"
#include "api/types/meta.h"

namespace croft::server {
namespace {

// How long a pod stays on a node that is not ready or not reachable, when it says nothing of it. Kubernetes fills in
// five minutes; a lab wants its copy elsewhere in seconds (DECISIONS.md).
constexpr int64_t kTolerationSeconds = 1;

void RequestsFromLimits(Json& container, JsonAllocator& allocator) {
  const Json* limits = Find(container, {"resources", "limits"});
  if (limits == nullptr || !limits->IsObject() || limits->ObjectEmpty()) return;
  Json copy = Copy(*limits, allocator);
  Json& requests = Ensure(*FindMutable(container, "resources"), "requests", allocator);
  for (auto& limit : copy.GetObject()) {
    if (Find(requests, AsView(limit.name)) == nullptr) {
      Set(requests, AsView(limit.name), std::move(limit.value), allocator);
    }
  }
}

bool Tolerates(const Json& toleration, std::string_view key) {
  const std::string_view own = FindString(toleration, {"key"});
  const std::string_view effect = FindString(toleration, {"effect"});
  return (own == key || own.empty()) && (effect == "NoExecute" || effect.empty());
}

void AddToleration(Json& spec, std::string_view key, JsonAllocator& allocator) {
  const Json* present = Find(spec, "tolerations");
  if (present != nullptr && !present->IsArray() && !present->IsNull()) return;
  if (present == nullptr || present->IsNull()) Set(spec, "tolerations", Json(rapidjson::kArrayType), allocator);
  Json& tolerations = *FindMutable(spec, "tolerations");
  for (const Json& toleration : tolerations.GetArray()) {
    if (Tolerates(toleration, key)) return;
  }
  Json added(rapidjson::kObjectType);
  SetString(added, "key", key, allocator);
  SetString(added, "operator", "Exists", allocator);
  SetString(added, "effect", "NoExecute", allocator);
  Set(added, "tolerationSeconds", Json(kTolerationSeconds), allocator);
  tolerations.PushBack(std::move(added), allocator);
}

std::optional<int64_t> Amount(const Json* value) {
  if (value == nullptr) return std::nullopt;
  return types::ParseQuantityMilli(value->IsString() ? std::string(AsView(*value)) : WriteJson(*value));
}

// Guaranteed: every container's requests equal its limits for CPU and memory. BestEffort: none has any.
std::string_view QosClass(const Json& spec) {
  bool any = false, guaranteed = true, containers = false;
  ForEachContainer(spec, "", [&](const Json& container, const std::string&) {
    containers = true;
    for (const char* resource : {"cpu", "memory"}) {
      const auto limit = Amount(Find(container, {"resources", "limits", resource}));
      const auto request = Amount(Find(container, {"resources", "requests", resource}));
      any = any || limit.value_or(0) > 0 || request.value_or(0) > 0;
      guaranteed = guaranteed && limit.value_or(0) > 0 && request == limit;
    }
  });
  if (!any) return "BestEffort";
  return guaranteed && containers ? "Guaranteed" : "Burstable";
}

void SetIfAbsent(Json& object, std::string_view key, Json value, JsonAllocator& allocator) {
  const Json* found = Find(object, key);
  if (found == nullptr || found->IsNull()) Set(object, key, std::move(value), allocator);
}

// The spec without what may change after creation.
JsonDocument Frozen(const Json& pod) {
  JsonDocument copy;
  const Json* spec = Find(pod, "spec");
  if (spec == nullptr) return copy;
  copy.CopyFrom(*spec, copy.GetAllocator());
  for (const char* list : {"containers", "initContainers"}) {
    Json* containers = FindMutable(copy, list);
    if (containers == nullptr || !containers->IsArray()) continue;
    for (Json& container : containers->GetArray()) {
      if (container.IsObject()) Erase(container, "image");
    }
  }
  for (const char* key :
       {"activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "ephemeralContainers"}) {
    Erase(copy, key);
  }
  return copy;
}

size_t SizeOf(const Json* list) {
  return list == nullptr || !list->IsArray() ? 0 : list->Size();
}

bool KeepsTolerations(const Json& old, const Json& now) {
  const Json* before = Find(old, {"spec", "tolerations"});
  const Json* after = Find(now, {"spec", "tolerations"});
  if (before == nullptr || !before->IsArray()) return true;
  if (after == nullptr || !after->IsArray()) return before->Empty();
  return std::all_of(before->Begin(), before->End(), [&](const Json& toleration) {
    return std::any_of(after->Begin(), after->End(), [&](const Json& kept) { return Equal(toleration, kept); });
  });
}

}  // namespace

const std::vector<std::vector<std::string>>& PodStrategy::assigned() const {
  static const std::vector<std::vector<std::string>> kPaths = {{"f:spec", "f:serviceAccount"},
                                                               {"f:spec", "f:serviceAccountName"},
                                                               {"f:spec", "f:priority"},
                                                               {"f:spec", "f:preemptionPolicy"},
                                                               {"f:spec", "f:tolerations"}};
  return kPaths;
}

Status PodStrategy::PrepareForCreate(Json& pod, StrategyContext& context) const {
  auto& allocator = context.allocator;
  Json& status = Ensure(pod, "status", allocator);
  SetString(status, "phase", "Pending", allocator);
  Json* spec = FindMutable(pod, "spec");
  if (spec == nullptr || !spec->IsObject()) return Status::Ok();
  for (const char* list : {"initContainers", "containers"}) {
    Json* containers = FindMutable(*spec, list);
    if (containers == nullptr || !containers->IsArray()) continue;
    for (Json& container : containers->GetArray()) {
      if (container.IsObject()) RequestsFromLimits(container, allocator);
    }
  }
  ApplyLimitRangeDefaults(pod, context);
  SetIfAbsent(*spec, "serviceAccountName", MakeString("default", allocator), allocator);
  CROFT_RETURN_IF_ERROR(CheckEphemeralContainers(nullptr, pod, context));
  WarnOfUnacted(*spec, "spec", context.warnings);
  WarnOfPodSpec(*spec, "spec", context.warnings);
  DefaultPodSpec(*spec, allocator);
  SetIfAbsent(*spec, "enableServiceLinks", Json(true), allocator);
  AddToleration(*spec, "node.kubernetes.io/not-ready", allocator);
  AddToleration(*spec, "node.kubernetes.io/unreachable", allocator);
  SetString(status, "qosClass", QosClass(*spec), allocator);
  CROFT_RETURN_IF_ERROR(ApplyPodClasses(pod, context));
  return CheckLimitRanges(pod, "pods", context);
}

Status PodStrategy::PrepareForUpdate(const Json& old, Json& pod, StrategyContext& context) const {
  if (Json* spec = FindMutable(pod, "spec")) {
    DefaultPodSpec(*spec, context.allocator);
    const bool debugs = context.subresource == "ephemeralcontainers";
    if (debugs) context.warnings.emplace_back("spec.ephemeralContainers: kept, but nothing in Croft acts on it yet");
  }
  return CheckEphemeralContainers(&old, pod, context);
}

void PodStrategy::Validate(const Json& pod, Causes& causes) const {
  const Json* spec = Find(pod, "spec");
  if (spec != nullptr) ValidatePodSpec(*spec, "spec", causes);
}

void PodStrategy::ValidateUpdate(const Json& old, const Json& pod, Causes& causes) const {
  for (const char* list : {"containers", "initContainers"}) {
    if (SizeOf(Find(old, {"spec", list})) == SizeOf(Find(pod, {"spec", list}))) continue;
    return causes.Forbidden("spec." + std::string(list), "pod updates may not add or remove containers");
  }
  if (!Equal(Frozen(old), Frozen(pod)) || !KeepsTolerations(old, pod)) causes.Forbidden("spec", kPodUpdates);
}

}  // namespace croft::server
