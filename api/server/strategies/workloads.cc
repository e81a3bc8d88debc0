#include "api/object/selector.h"
#include "api/server/strategies/kinds.h"
#include "api/server/strategies/pod_spec.h"
#include "api/server/strategies/unacted.h"

namespace croft::server {
namespace {

void SetIfAbsent(Json& object, std::string_view key, Json value, JsonAllocator& allocator) {
  const Json* found = Find(object, key);
  if (found == nullptr || found->IsNull()) Set(object, key, std::move(value), allocator);
}

Labels LabelsOf(const Json& object) {
  Labels labels;
  const Json* found = Find(object, {"metadata", "labels"});
  if (found == nullptr || !found->IsObject()) return labels;
  for (const auto& label : found->GetObject()) {
    if (label.value.IsString()) labels.emplace_back(AsView(label.name), AsView(label.value));
  }
  return labels;
}

bool IsEmptySelector(const Json& selector) {
  const Json* labels = Find(selector, "matchLabels");
  const Json* expressions = Find(selector, "matchExpressions");
  const bool no_labels = labels == nullptr || !labels->IsObject() || labels->ObjectEmpty();
  const bool no_expressions = expressions == nullptr || !expressions->IsArray() || expressions->Empty();
  return no_labels && no_expressions;
}

void ValidateSelector(const Json& spec, Causes& causes) {
  const Json* selector = Find(spec, "selector");
  const Json* template_labels = Find(spec, {"template", "metadata", "labels"});
  const Json none(rapidjson::kObjectType);
  const Json& shown = template_labels == nullptr ? none : *template_labels;
  constexpr const char* kField = "spec.template.metadata.labels";
  if (selector == nullptr || selector->IsNull()) {
    causes.Required("spec.selector");
    causes.Invalid(kField, shown, "`selector` does not match template `labels`");
    return;
  }
  ValidateLabelSelector(*selector, "spec.selector", causes);
  if (IsEmptySelector(*selector)) {
    causes.Invalid("spec.selector", *selector, "empty selector is invalid");
    return;
  }
  const Result<LabelSelector> parsed = LabelSelector::FromJson(*selector);
  if (!parsed.ok()) {
    causes.Invalid("spec.selector", *selector, "invalid label selector");
    return;
  }
  const Json* pod = Find(spec, "template");
  if (pod == nullptr || !parsed->Matches(LabelsOf(*pod))) {
    causes.Invalid(kField, shown, "`selector` does not match template `labels`");
  }
}

void ValidateTemplate(const Json& spec, Causes& causes) {
  const Json* pod = Find(spec, {"template", "spec"});
  if (pod == nullptr || !pod->IsObject()) return;
  ValidatePodSpec(*pod, "spec.template.spec", causes, Find(spec, "volumeClaimTemplates"));
  const std::string_view restart = FindString(*pod, {"restartPolicy"}, "Always");
  if (restart == "OnFailure" || restart == "Never") {
    causes.NotSupported("spec.template.spec.restartPolicy", restart, {"Always"});
  }
  if (Find(*pod, "activeDeadlineSeconds") != nullptr) {
    causes.Forbidden("spec.template.spec.activeDeadlineSeconds",
                     "activeDeadlineSeconds in a workload is not supported");
  }
}

// "25%" or 3: percentages above 100 are `over`.
bool IsZero(const Json* value) {
  if (value == nullptr) return false;
  if (value->IsInt64()) return value->GetInt64() == 0;
  return value->IsString() && (AsView(*value) == "0%" || AsView(*value) == "0");
}

bool IsOverAll(const Json* value) {
  if (value == nullptr || !value->IsString() || !AsView(*value).ends_with("%")) return false;
  return std::atoi(std::string(AsView(*value)).c_str()) > 100;
}

// What Kubernetes writes into a StatefulSet's claims, at creation and again in what replaces it.
void FillClaims(Json& object, JsonAllocator& allocator) {
  Json* spec = FindMutable(object, "spec");
  Json* claims = spec == nullptr ? nullptr : FindMutable(*spec, "volumeClaimTemplates");
  if (claims == nullptr || !claims->IsArray()) return;
  for (Json& claim : claims->GetArray()) {
    if (!claim.IsObject()) continue;
    SetString(claim, "kind", "PersistentVolumeClaim", allocator);
    SetString(claim, "apiVersion", "v1", allocator);
    SetString(Ensure(claim, "status", allocator), "phase", "Pending", allocator);
  }
}

void WarnOfTemplate(const Json& object, StrategyContext& context) {
  const Json* spec = Find(object, {"spec", "template", "spec"});
  if (spec == nullptr || !spec->IsObject()) return;
  WarnOfUnacted(*spec, "spec.template.spec", context.warnings);
  WarnOfPodSpec(*spec, "spec.template.spec", context.warnings);
}

}  // namespace

void WorkloadStrategy::Default(Json& object, JsonAllocator& allocator) const {
  Json* spec = FindMutable(object, "spec");
  if (spec == nullptr || !spec->IsObject()) return;
  if (Json* pod = FindMutable(*spec, "template"); pod != nullptr && pod->IsObject()) {
    if (Json* pod_spec = FindMutable(*pod, "spec")) DefaultPodSpec(*pod_spec, allocator);
  }
  if (kind_ == Kind::kStatefulSet) FillClaims(object, allocator);
  const bool deployment = kind_ == Kind::kDeployment;
  Json* strategy = FindMutable(*spec, deployment ? "strategy" : "updateStrategy");
  if (strategy == nullptr || !strategy->IsObject()) return;
  if (FindString(*strategy, {"type"}) != "RollingUpdate") return;
  const Json* given = Find(*strategy, "rollingUpdate");
  if (given != nullptr && !given->IsNull() && !given->IsObject()) return;
  if (kind_ == Kind::kReplicaSet) return;
  Json& rolling = Ensure(*strategy, "rollingUpdate", allocator);
  if (deployment) {
    SetIfAbsent(rolling, "maxUnavailable", MakeString("25%", allocator), allocator);
    SetIfAbsent(rolling, "maxSurge", MakeString("25%", allocator), allocator);
  } else if (kind_ == Kind::kDaemonSet) {
    SetIfAbsent(rolling, "maxUnavailable", Json(1), allocator);
    SetIfAbsent(rolling, "maxSurge", Json(0), allocator);
  } else {
    SetIfAbsent(rolling, "partition", Json(0), allocator);
  }
}

Status WorkloadStrategy::PrepareForCreate(Json& object, StrategyContext& context) const {
  auto& allocator = context.allocator;
  WarnOfTemplate(object, context);
  Default(object, allocator);
  if (kind_ == Kind::kReplicaSet || kind_ == Kind::kStatefulSet) {
    Json& status = Ensure(object, "status", allocator);
    SetIfAbsent(status, "replicas", Json(0), allocator);
    if (kind_ == Kind::kStatefulSet) SetIfAbsent(status, "availableReplicas", Json(0), allocator);
  } else if (kind_ == Kind::kDaemonSet) {
    Json& status = Ensure(object, "status", allocator);
    for (const char* key : {"currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"}) {
      SetIfAbsent(status, key, Json(0), allocator);
    }
  } else {
    Ensure(object, "status", allocator);
  }
  return Status::Ok();
}

Status WorkloadStrategy::PrepareForUpdate(const Json&, Json& object, StrategyContext& context) const {
  WarnOfTemplate(object, context);
  Default(object, context.allocator);
  return Status::Ok();
}

void WorkloadStrategy::Validate(const Json& object, Causes& causes) const {
  const Json* spec = Find(object, "spec");
  if (spec == nullptr || !spec->IsObject()) return;
  ValidateSelector(*spec, causes);
  ValidateTemplate(*spec, causes);
  if (kind_ == Kind::kDeployment) ValidateDeployment(*spec, causes);
  if (kind_ == Kind::kDaemonSet) ValidateDaemonSet(*spec, causes);
}

// One of both limits must let something happen, and only one: more copies than one on a node, or fewer.
void WorkloadStrategy::ValidateDaemonSet(const Json& spec, Causes& causes) {
  const Json* rolling = Find(spec, {"updateStrategy", "rollingUpdate"});
  if (rolling == nullptr || FindString(spec, {"updateStrategy", "type"}) != "RollingUpdate") return;
  const Json* unavailable = Find(*rolling, "maxUnavailable");
  const Json* surge = Find(*rolling, "maxSurge");
  if (unavailable == nullptr || surge == nullptr) return;
  const std::string at = "spec.updateStrategy.rollingUpdate";
  if (IsZero(unavailable) && IsZero(surge)) {
    causes.Required(at + ".maxUnavailable", "cannot be 0 when maxSurge is 0");
  } else if (!IsZero(unavailable) && !IsZero(surge)) {
    causes.Invalid(at + ".maxSurge", *surge, "may not be set when maxUnavailable is non-zero");
  }
  for (const Json* limit : {unavailable, surge}) {
    if (IsOverAll(limit)) {
      causes.Invalid(at + (limit == surge ? ".maxSurge" : ".maxUnavailable"), *limit, "must not be greater than 100%");
    }
  }
}

void WorkloadStrategy::ValidateDeployment(const Json& spec, Causes& causes) const {
  const std::string_view type = FindString(spec, {"strategy", "type"});
  const Json* rolling = Find(spec, {"strategy", "rollingUpdate"});
  if (causes.Has("spec.strategy.type")) {
    causes.Drop("spec.strategy.type");  // Kubernetes names the node above
    causes.NotSupported("spec.strategy", type, {"Recreate", "RollingUpdate"});
  }
  if (type == "Recreate" && rolling != nullptr && !rolling->IsNull()) {
    causes.Forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
  } else if (type == "RollingUpdate" && rolling != nullptr) {
    const Json* unavailable = Find(*rolling, "maxUnavailable");
    if (IsZero(unavailable) && IsZero(Find(*rolling, "maxSurge"))) {
      causes.Invalid("spec.strategy.rollingUpdate.maxUnavailable", *unavailable, "may not be 0 when `maxSurge` is 0");
    }
    if (IsOverAll(unavailable)) {
      causes.Invalid("spec.strategy.rollingUpdate.maxUnavailable", *unavailable, "must not be greater than 100%");
    }
  }
  const int64_t deadline = FindInt(spec, {"progressDeadlineSeconds"});
  if (deadline > 0 && deadline <= FindInt(spec, {"minReadySeconds"})) {
    causes.Invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
  }
}

void WorkloadStrategy::ValidateUpdate(const Json& old, const Json& object, Causes& causes) const {
  const Json* before = Find(old, {"spec", "selector"});
  const Json* after = Find(object, {"spec", "selector"});
  if (before != nullptr && after != nullptr && !Equal(*before, *after)) {
    causes.Invalid("spec.selector", *after, "field is immutable");
  }
  if (kind_ != Kind::kStatefulSet) return;
  for (const char* key : {"serviceName", "podManagementPolicy", "volumeClaimTemplates"}) {
    const Json* was = Find(old, {"spec", key});
    const Json* is = Find(object, {"spec", key});
    if (was == nullptr && is == nullptr) continue;
    if (was == nullptr || is == nullptr || !Equal(*was, *is)) {
      causes.Forbidden("spec",
                       "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
                       "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
                       "'minReadySeconds' are forbidden");
    }
  }
}

}  // namespace croft::server
