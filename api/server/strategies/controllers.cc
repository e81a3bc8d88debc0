#include "api/object/selector.h"
#include "api/server/strategies/fields.h"
#include "api/server/strategies/pod_spec.h"
#include "api/server/strategies/topics.h"
#include "api/server/strategies/unacted.h"

namespace croft::server {
namespace {

Json* PodSpecOf(Json& holder) {
  Json* pod = FindMutable(holder, "template");
  return pod == nullptr ? nullptr : FindMutable(*pod, "spec");
}

bool IsEmptyMap(const Json* map) {
  return map == nullptr || !map->IsObject() || map->ObjectEmpty();
}

Labels LabelsOf(const Json* map) {
  Labels labels;
  ForEachMember(map, "", [&](std::string_view key, const Json& value, const std::string&) {
    if (value.IsString()) labels.emplace_back(key, AsView(value));
  });
  return labels;
}

class PodTemplateStrategy final : public Strategy {
 public:
  Status PrepareForCreate(Json& object, StrategyContext& context) const override {
    if (Json* spec = PodSpecOf(object)) DefaultPodSpec(*spec, context.allocator);
    return Status::Ok();
  }
  Status PrepareForUpdate(const Json&, Json& object, StrategyContext& context) const override {
    return PrepareForCreate(object, context);
  }
  void Validate(const Json& object, Causes& causes) const override {
    if (const Json* spec = Find(object, {"template", "spec"})) ValidatePodSpec(*spec, "template.spec", causes);
  }
};

class ReplicationControllerStrategy final : public Strategy {
 public:
  Status PrepareForCreate(Json& object, StrategyContext& context) const override {
    Default(object, context);
    SetIfAbsent(Ensure(object, "status", context.allocator), "replicas", Json(0), context.allocator);
    return Status::Ok();
  }
  Status PrepareForUpdate(const Json&, Json& object, StrategyContext& context) const override {
    Default(object, context);
    return Status::Ok();
  }

  void Validate(const Json& object, Causes& causes) const override {
    const Json* spec = Find(object, "spec");
    if (spec == nullptr || !spec->IsObject()) return;
    const Json* selector = Find(*spec, "selector");
    if (IsEmptyMap(selector)) causes.Required("spec.selector");
    const Json* pod = Find(*spec, "template");
    if (IsAbsent(pod)) return causes.Required("spec.template");
    const Json* labels = Find(*pod, {"metadata", "labels"});
    if (!IsEmptyMap(selector) && !LabelSelector::FromLabels(LabelsOf(selector)).Matches(LabelsOf(labels))) {
      const Json none(rapidjson::kObjectType);
      causes.Invalid("spec.template.metadata.labels", labels == nullptr ? none : *labels,
                     "`selector` does not match template `labels`");
    }
    if (const Json* pod_spec = Find(*pod, "spec")) ValidateTemplate(*pod_spec, causes);
  }

 private:
  // Selector and own labels are those of the template where nothing is said.
  static void Default(Json& object, StrategyContext& context) {
    auto& allocator = context.allocator;
    Json* spec = FindMutable(object, "spec");
    if (spec == nullptr || !spec->IsObject()) return;
    if (Json* pod_spec = PodSpecOf(*spec)) {
      WarnOfUnacted(*pod_spec, "spec.template.spec", context.warnings);
      WarnOfPodSpec(*pod_spec, "spec.template.spec", context.warnings);
      DefaultPodSpec(*pod_spec, allocator);
    }
    const Json* labels = Find(*spec, {"template", "metadata", "labels"});
    if (IsEmptyMap(labels)) return;
    if (IsEmptyMap(Find(*spec, "selector"))) Set(*spec, "selector", Copy(*labels, allocator), allocator);
    Json copy = Copy(*labels, allocator);
    Json& metadata = Ensure(object, "metadata", allocator);
    if (IsEmptyMap(Find(metadata, "labels"))) Set(metadata, "labels", std::move(copy), allocator);
  }

  static void ValidateTemplate(const Json& spec, Causes& causes) {
    ValidatePodSpec(spec, "spec.template.spec", causes);
    const std::string_view restart = FindString(spec, {"restartPolicy"}, "Always");
    if (restart == "OnFailure" || restart == "Never") {
      causes.NotSupported("spec.template.spec.restartPolicy", restart, {"Always"});
    }
    if (!IsAbsent(Find(spec, "activeDeadlineSeconds"))) {
      causes.Forbidden("spec.template.spec.activeDeadlineSeconds",
                       "activeDeadlineSeconds in ReplicationController is not Supported");
    }
  }
};

// A former state of a workload: it may be numbered anew, and is what it was.
class RevisionStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }
  void Validate(const Json& revision, Causes& causes) const override {
    if (IsAbsent(Find(revision, "data"))) causes.Required("data", "data is mandatory");
    const Json* number = Find(revision, "revision");
    if (!IsAbsent(number) && number->IsInt64() && number->GetInt64() < 0) {
      causes.Invalid("revision", *number, "must be greater than or equal to 0");
    }
  }
  void ValidateUpdate(const Json& old, const Json& revision, Causes& causes) const override {
    CheckImmutable(Find(old, "data"), Find(revision, "data"), "data", causes);
  }
};

}  // namespace

void AddControllerStrategies(StrategyMap& strategies) {
  strategies[{"", "podtemplates"}] = std::make_unique<PodTemplateStrategy>();
  strategies[{"", "replicationcontrollers"}] = std::make_unique<ReplicationControllerStrategy>();
  strategies[{"apps", "controllerrevisions"}] = std::make_unique<RevisionStrategy>();
}

}  // namespace croft::server
