#include <algorithm>
#include <array>

#include "api/server/names.h"
#include "api/server/strategies/fields.h"
#include "api/server/strategies/pod_spec.h"
#include "api/server/strategies/topics.h"

// HorizontalPodAutoscaler, as autoscaling/v2 has it.
namespace croft::server {
namespace {

constexpr int kDefaultCpu = 80;  // percent
constexpr int kMostWindow = 3600;
constexpr int kMostPeriod = 1800;

struct Source {
  const char* type;
  const char* field;
};
constexpr std::array kSources = {Source{"ContainerResource", "containerResource"}, Source{"External", "external"},
                                 Source{"Object", "object"}, Source{"Pods", "pods"}, Source{"Resource", "resource"}};

Json Policy(const char* type, int value, JsonAllocator& allocator) {
  Json policy(rapidjson::kObjectType);
  SetString(policy, "type", type, allocator);
  Set(policy, "value", Json(value), allocator);
  Set(policy, "periodSeconds", Json(15), allocator);
  return policy;
}

void DefaultRules(Json& behavior, bool up, JsonAllocator& allocator) {
  Json& rules = Ensure(behavior, up ? "scaleUp" : "scaleDown", allocator);
  // Downwards the window is the controller's own setting.
  if (up) SetIfAbsent(rules, "stabilizationWindowSeconds", Json(0), allocator);
  SetIfAbsent(rules, "selectPolicy", MakeString("Max", allocator), allocator);
  if (!IsAbsent(Find(rules, "policies"))) return;
  Json policies(rapidjson::kArrayType);
  if (up) policies.PushBack(Policy("Pods", 4, allocator), allocator);
  policies.PushBack(Policy("Percent", 100, allocator), allocator);
  Set(rules, "policies", std::move(policies), allocator);
}

void DefaultMetrics(Json& spec, JsonAllocator& allocator) {
  const Json* given = Find(spec, "metrics");
  if (!IsAbsent(given) && (!given->IsArray() || !given->Empty())) return;
  Json metric(rapidjson::kObjectType);
  SetString(metric, "type", "Resource", allocator);
  Json& resource = Ensure(metric, "resource", allocator);
  SetString(resource, "name", "cpu", allocator);
  Json& target = Ensure(resource, "target", allocator);
  SetString(target, "type", "Utilization", allocator);
  Set(target, "averageUtilization", Json(kDefaultCpu), allocator);
  Json metrics(rapidjson::kArrayType);
  metrics.PushBack(std::move(metric), allocator);
  Set(spec, "metrics", std::move(metrics), allocator);
}

bool IsPositive(const Json* quantity) {
  const std::optional<int64_t> amount = MilliOf(quantity);
  return amount && *amount > 0;
}

// What may stand in a path: references become URLs.
void ValidateSegment(const Json& holder, const char* field, const std::string& at, Causes& causes) {
  const std::string_view text = FindString(holder, {field});
  if (text.empty()) return;
  const std::string why = CheckName(NameFormat::kPathSegment, text);
  if (!why.empty()) causes.Invalid(at + "." + field, text, why);
}

void ValidateReference(const Json* reference, const std::string& at, Causes& causes) {
  if (IsAbsent(reference)) return;
  ValidateSegment(*reference, "kind", at, causes);
  ValidateSegment(*reference, "name", at, causes);
}

void ValidateMetricName(const Json& source, const std::string& at, Causes& causes) {
  const Json* metric = Find(source, "metric");
  if (IsAbsent(metric)) return;
  const Json* name = Find(*metric, "name");
  if (name != nullptr && name->IsString() && name->GetStringLength() == 0) {
    causes.Required(at + ".metric.name", "must specify a metric name");
  }
  ValidateSegment(*metric, "name", at + ".metric", causes);
  if (const Json* selector = Find(*metric, "selector")) {
    ValidateLabelSelector(*selector, at + ".metric.selector", causes);
  }
}

void ValidateTarget(const Json& target, const std::string& at, Causes& causes) {
  const Json* type = Find(target, "type");
  if (type != nullptr && type->IsString()) {
    const std::string_view text = AsView(*type);
    if (text.empty()) {
      causes.Required(at + ".type", "must specify a metric target type");
    } else if (text != "Utilization" && text != "Value" && text != "AverageValue") {
      causes.Invalid(at + ".type", text, "must be either Utilization, Value, or AverageValue");
    }
  }
  for (const char* field : {"value", "averageValue"}) {
    const Json* quantity = Find(target, field);
    if (!IsAbsent(quantity) && !IsPositive(quantity)) causes.Invalid(at + "." + field, *quantity, "must be positive");
  }
  const Json* utilization = Find(target, "averageUtilization");
  if (!IsAbsent(utilization) && utilization->IsInt64() && utilization->GetInt64() < 1) {
    causes.Invalid(at + ".averageUtilization", *utilization, "must be greater than 0");
  }
}

// Which of the target's values a type of metric needs.
void ValidateChoice(std::string_view type, const Json& target, const std::string& at, Causes& causes) {
  const bool value = !IsAbsent(Find(target, "value"));
  const bool average = !IsAbsent(Find(target, "averageValue"));
  const bool utilization = !IsAbsent(Find(target, "averageUtilization"));
  if (type == "Object" && !value && !average) {
    causes.Required(at + ".averageValue", "must set either a target value or averageValue");
  } else if (type == "External" && !value && !average) {
    causes.Required(at + ".averageValue", "must set either a target value for metric or a per-pod target");
  } else if (type == "External" && value && average) {
    causes.Forbidden(at + ".value", "may not set both a target value for metric and a per-pod target");
  } else if (type == "Pods" && !average) {
    causes.Required(at + ".averageValue", "must specify a positive target averageValue");
  } else if (type.ends_with("Resource") && !utilization && !average) {
    causes.Required(at + ".averageUtilization", "must set either a target raw value or a target utilization");
  } else if (type.ends_with("Resource") && utilization && average) {
    causes.Forbidden(at + ".averageValue", "may not set both a target raw value and a target utilization");
  }
}

void ValidateSource(std::string_view type, const Json& source, const std::string& at, Causes& causes) {
  for (const auto& [field, why] :
       {std::pair("name", "must specify a resource name"), std::pair("container", "must specify a container")}) {
    const Json* text = Find(source, field);
    if (text != nullptr && text->IsString() && text->GetStringLength() == 0) {
      causes.Required(at + "." + field, why);
    }
  }
  ValidateReference(Find(source, "describedObject"), at + ".describedObject", causes);
  ValidateMetricName(source, at, causes);
  const Json* target = Find(source, "target");
  if (target == nullptr || !target->IsObject()) return;
  ValidateTarget(*target, at + ".target", causes);
  ValidateChoice(type, *target, at + ".target", causes);
}

void ValidateMetric(const Json& metric, const std::string& at, Causes& causes) {
  const Json* type = Find(metric, "type");
  if (type == nullptr || !type->IsString()) return;  // the schema says so
  const std::string_view name = AsView(*type);
  const auto expected =
      std::find_if(kSources.begin(), kSources.end(), [&](const Source& source) { return name == source.type; });
  if (name.empty()) {
    causes.Required(at + ".type", "must specify a metric source type");
  } else if (expected == kSources.end()) {
    causes.NotSupported(at + ".type", name, {"ContainerResource", "External", "Object", "Pods", "Resource"});
  } else if (IsAbsent(Find(metric, expected->field))) {
    causes.Required(at + "." + expected->field, "must populate information for the given metric source");
  }
  for (const Source& source : kSources) {
    const Json* given = Find(metric, source.field);
    if (IsAbsent(given)) continue;
    if (expected != kSources.end() && name != source.type) {
      causes.Forbidden(at + "." + source.field, "must populate the given metric source only");
    } else {
      ValidateSource(source.type, *given, at + "." + source.field, causes);
    }
  }
}

void ValidateBetween(const Json* number, int64_t least, int64_t most, const std::string& at, Causes& causes) {
  if (IsAbsent(number) || !number->IsInt64()) return;
  if (number->GetInt64() < least) {
    causes.Invalid(at, *number, least == 0 ? "must be greater than or equal to zero" : "must be greater than zero");
  } else if (number->GetInt64() > most) {
    causes.Invalid(at, *number, "must be less than or equal to " + std::to_string(most));
  }
}

void ValidateRules(const Json* rules, const std::string& at, Causes& causes) {
  if (IsAbsent(rules) || !rules->IsObject()) return;
  ValidateBetween(Find(*rules, "stabilizationWindowSeconds"), 0, kMostWindow, at + ".stabilizationWindowSeconds",
                  causes);
  const std::string_view select = FindString(*rules, {"selectPolicy"}, "Max");
  if (select != "Max" && select != "Min" && select != "Disabled") {
    causes.NotSupported(at + ".selectPolicy", select, {"Disabled", "Max", "Min"});
  }
  const Json* policies = Find(*rules, "policies");
  if (IsEmptyList(policies)) causes.Required(at + ".policies", "must specify at least one Policy");
  ForEachItem(policies, at + ".policies", [&](const Json& policy, const std::string& place) {
    const std::string_view type = FindString(policy, {"type"});
    if (type != "Pods" && type != "Percent" && !causes.Has(place + ".type")) {
      causes.NotSupported(place + ".type", type, {"Percent", "Pods"});
    }
    ValidateBetween(Find(policy, "value"), 1, INT32_MAX, place + ".value", causes);
    ValidateBetween(Find(policy, "periodSeconds"), 1, kMostPeriod, place + ".periodSeconds", causes);
  });
  const Json* tolerance = Find(*rules, "tolerance");
  if (const auto part = MilliOf(tolerance); part && *part < 0) {
    causes.Invalid(at + ".tolerance", *tolerance, "must be greater than or equal to 0");
  }
}

class AutoscalerStrategy final : public Strategy {
 public:
  Status PrepareForCreate(Json& autoscaler, StrategyContext& context) const override {
    Default(autoscaler, context.allocator);
    Json& status = Ensure(autoscaler, "status", context.allocator);
    for (const char* count : {"currentReplicas", "desiredReplicas"}) {
      SetIfAbsent(status, count, Json(0), context.allocator);
    }
    return Status::Ok();
  }
  Status PrepareForUpdate(const Json&, Json& autoscaler, StrategyContext& context) const override {
    Default(autoscaler, context.allocator);
    return Status::Ok();
  }

  void Validate(const Json& autoscaler, Causes& causes) const override {
    const Json* spec = Find(autoscaler, "spec");
    if (spec == nullptr || !spec->IsObject()) return;
    ValidateBounds(*spec, causes);
    ValidateReference(Find(*spec, "scaleTargetRef"), "spec.scaleTargetRef", causes);
    ForEachItem(Find(*spec, "metrics"), "spec.metrics",
                [&](const Json& metric, const std::string& at) { ValidateMetric(metric, at, causes); });
    ValidateRules(Find(*spec, {"behavior", "scaleUp"}), "spec.behavior.scaleUp", causes);
    ValidateRules(Find(*spec, {"behavior", "scaleDown"}), "spec.behavior.scaleDown", causes);
  }

 private:
  static void Default(Json& autoscaler, JsonAllocator& allocator) {
    Json* spec = FindMutable(autoscaler, "spec");
    if (spec == nullptr || !spec->IsObject()) return;
    DefaultMetrics(*spec, allocator);
    Json* behavior = FindMutable(*spec, "behavior");
    if (behavior == nullptr || !behavior->IsObject()) return;
    DefaultRules(*behavior, true, allocator);
    DefaultRules(*behavior, false, allocator);
  }

  static void ValidateBounds(const Json& spec, Causes& causes) {
    const Json* least = Find(spec, "minReplicas");
    const Json* most = Find(spec, "maxReplicas");
    const bool bounded = !IsAbsent(least) && least->IsInt64();
    if (bounded && least->GetInt64() < 1) {
      causes.Invalid("spec.minReplicas", *least, "must be greater than or equal to 1");
    }
    if (IsAbsent(most) || !most->IsInt64()) return;
    if (most->GetInt64() < 1) causes.Invalid("spec.maxReplicas", *most, "must be greater than 0");
    if (bounded && most->GetInt64() < least->GetInt64()) {
      causes.Invalid("spec.maxReplicas", *most, "must be greater than or equal to `minReplicas`");
    }
  }
};

}  // namespace

void AddAutoscalerStrategies(StrategyMap& strategies) {
  strategies[{"autoscaling", "horizontalpodautoscalers"}] = std::make_unique<AutoscalerStrategy>();
}

}  // namespace croft::server
