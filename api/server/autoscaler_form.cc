#include "api/server/autoscaler_form.h"

#include <array>
#include <string>
#include <string_view>

namespace croft::server {
namespace {

constexpr const char* kMetrics = "autoscaling.alpha.kubernetes.io/metrics";
constexpr const char* kCurrentMetrics = "autoscaling.alpha.kubernetes.io/current-metrics";
constexpr const char* kConditions = "autoscaling.alpha.kubernetes.io/conditions";
constexpr const char* kBehavior = "autoscaling.alpha.kubernetes.io/behavior";

// Where a value of a metric's source stands in v2, and what the annotations call it. The nested object is `target` of
// a wanted metric and `current` of a seen one.
struct Name {
  std::string_view v2, v1;
};
struct SourceNames {
  std::string_view source;
  std::string_view metric_name, metric_selector;  // of v1; empty: the metric has no name of its own
  std::array<Name, 3> wanted, seen;
};
constexpr std::array kSources = {
    SourceNames{"object",
                "metricName",
                "selector",
                {{{"value", "targetValue"}, {"averageValue", "averageValue"}, {}}},
                {{{"value", "currentValue"}, {"averageValue", "averageValue"}, {}}}},
    SourceNames{"pods",
                "metricName",
                "selector",
                {{{"averageValue", "targetAverageValue"}, {}, {}}},
                {{{"averageValue", "currentAverageValue"}, {}, {}}}},
    SourceNames{"external",
                "metricName",
                "metricSelector",
                {{{"value", "targetValue"}, {"averageValue", "targetAverageValue"}, {}}},
                {{{"value", "currentValue"}, {"averageValue", "currentAverageValue"}, {}}}},
    SourceNames{"resource",
                "",
                "",
                {{{"averageUtilization", "targetAverageUtilization"}, {"averageValue", "targetAverageValue"}, {}}},
                {{{"averageUtilization", "currentAverageUtilization"}, {"averageValue", "currentAverageValue"}, {}}}},
    SourceNames{"containerResource",
                "",
                "",
                {{{"averageUtilization", "targetAverageUtilization"}, {"averageValue", "targetAverageValue"}, {}}},
                {{{"averageUtilization", "currentAverageUtilization"}, {"averageValue", "currentAverageValue"}, {}}}},
};

void Move(Json& from, std::string_view key, Json& to, std::string_view name, JsonAllocator& allocator) {
  Json* found = FindMutable(from, key);
  if (found == nullptr) return;
  Json value = std::move(*found);
  Erase(from, key);
  Set(to, name, std::move(value), allocator);
}

// One source of a metric in the annotations' shape.
void Flatten(Json& source, const SourceNames& names, bool wanted, JsonAllocator& allocator) {
  const std::string_view nested = wanted ? "target" : "current";
  Json values;
  if (Json* found = FindMutable(source, nested)) values = std::move(*found);
  Erase(source, nested);
  for (const auto& [v2, v1] : wanted ? names.wanted : names.seen) {
    if (!v2.empty() && values.IsObject()) Move(values, v2, source, v1, allocator);
  }
  if (names.source == "object") Move(source, "describedObject", source, "target", allocator);
  if (names.metric_name.empty()) return;
  Json metric;
  if (Json* found = FindMutable(source, "metric")) metric = std::move(*found);
  Erase(source, "metric");
  if (!metric.IsObject()) return;
  Move(metric, "name", source, names.metric_name, allocator);
  Move(metric, "selector", source, names.metric_selector, allocator);
}

// The kind of target that v1 tells by which value is there.
std::string_view TargetType(const Json& target, std::string_view source) {
  if (Find(target, "averageUtilization") != nullptr) return "Utilization";
  if (Find(target, "averageValue") != nullptr) return "AverageValue";
  return source == "object" || source == "external" ? "Value" : "AverageValue";
}

void Nest(Json& source, const SourceNames& names, bool wanted, JsonAllocator& allocator) {
  Json values(rapidjson::kObjectType);
  for (const auto& [v2, v1] : wanted ? names.wanted : names.seen) {
    if (!v2.empty()) Move(source, v1, values, v2, allocator);
  }
  if (wanted) SetString(values, "type", TargetType(values, names.source), allocator);
  if (names.source == "object") Move(source, "target", source, "describedObject", allocator);
  if (!names.metric_name.empty()) {
    Json metric(rapidjson::kObjectType);
    Move(source, names.metric_name, metric, "name", allocator);
    Move(source, names.metric_selector, metric, "selector", allocator);
    Set(source, "metric", std::move(metric), allocator);
  }
  Set(source, wanted ? "target" : "current", std::move(values), allocator);
}

template <class Change>
void ForEachSource(Json& metrics, const Change& change) {
  if (!metrics.IsArray()) return;
  for (Json& metric : metrics.GetArray()) {
    for (const SourceNames& names : kSources) {
      Json* source = FindMutable(metric, names.source);
      if (source != nullptr && source->IsObject()) change(*source, names);
    }
  }
}

// The annotation with the behavior has its keys with capitals.
void Recase(Json& value, bool upper, JsonAllocator& allocator) {
  if (value.IsArray()) {
    for (Json& item : value.GetArray()) Recase(item, upper, allocator);
  }
  if (!value.IsObject()) return;
  for (auto& member : value.GetObject()) {
    std::string key(AsView(member.name));
    if (!key.empty()) {
      const char first = key[0];
      if (upper && first >= 'a' && first <= 'z') key[0] = static_cast<char>(first - 32);
      if (!upper && first >= 'A' && first <= 'Z') key[0] = static_cast<char>(first + 32);
    }
    member.name = MakeString(key, allocator);
    Recase(member.value, upper, allocator);
  }
}

bool IsCpu(const Json& metric, const char* nested) {
  return FindString(metric, {"type"}) == "Resource" && FindString(metric, {"resource", "name"}) == "cpu" &&
         Find(metric, {"resource", nested, "averageUtilization"}) != nullptr;
}

// The first CPU metric of a list as the number that v1 has for it.
const Json* CpuOf(const Json* metrics, const char* nested) {
  if (metrics == nullptr || !metrics->IsArray()) return nullptr;
  for (const Json& metric : metrics->GetArray()) {
    if (IsCpu(metric, nested)) return &metric;
  }
  return nullptr;
}

void Annotate(Json& object, const char* key, const Json& value, JsonAllocator& allocator) {
  Json& annotations = Ensure(Ensure(object, "metadata", allocator), "annotations", allocator);
  SetString(annotations, key, WriteJson(value), allocator);
}

// What an annotation holds, taken out; null when there is none, or none that can be read.
JsonDocument TakeAnnotation(Json& object, const char* key) {
  Json* metadata = FindMutable(object, "metadata");
  Json* annotations = metadata == nullptr ? nullptr : FindMutable(*metadata, "annotations");
  if (annotations == nullptr || !annotations->IsObject()) return {};
  const std::string text(FindString(*annotations, {key}));
  Erase(*annotations, key);
  if (annotations->ObjectEmpty()) Erase(*metadata, "annotations");
  if (text.empty()) return {};
  Result<JsonDocument> value = ParseJson(text);
  return value.ok() ? std::move(*value) : JsonDocument();
}

void SpecToV1(Json& object, Json& spec, JsonAllocator& allocator) {
  const Json* cpu = CpuOf(Find(spec, "metrics"), "target");
  Json others(rapidjson::kArrayType);
  if (const Json* metrics = Find(spec, "metrics"); metrics != nullptr && metrics->IsArray()) {
    for (const Json& metric : metrics->GetArray()) {
      if (&metric != cpu) others.PushBack(Copy(metric, allocator), allocator);
    }
  }
  Json percent;
  if (cpu != nullptr) percent = Copy(*Find(*cpu, {"resource", "target", "averageUtilization"}), allocator);
  if (!percent.IsNull()) Set(spec, "targetCPUUtilizationPercentage", std::move(percent), allocator);
  Erase(spec, "metrics");
  ForEachSource(others, [&](Json& source, const SourceNames& names) { Flatten(source, names, true, allocator); });
  if (!others.Empty()) Annotate(object, kMetrics, others, allocator);
  if (Json* behavior = FindMutable(spec, "behavior")) {
    Recase(*behavior, true, allocator);
    Annotate(object, kBehavior, *behavior, allocator);
    Erase(spec, "behavior");
  }
}

void StatusToV1(Json& object, Json& status, JsonAllocator& allocator) {
  if (Json* metrics = FindMutable(status, "currentMetrics"); metrics != nullptr && metrics->IsArray()) {
    Json percent;
    if (const Json* cpu = CpuOf(metrics, "current")) {
      percent = Copy(*Find(*cpu, {"resource", "current", "averageUtilization"}), allocator);
    }
    // All of them, the CPU metric included, whose raw value v1 has no field for.
    Json all = std::move(*metrics);
    Erase(status, "currentMetrics");
    if (!percent.IsNull()) Set(status, "currentCPUUtilizationPercentage", std::move(percent), allocator);
    ForEachSource(all, [&](Json& source, const SourceNames& names) { Flatten(source, names, false, allocator); });
    if (!all.Empty()) Annotate(object, kCurrentMetrics, all, allocator);
  }
  if (Json* conditions = FindMutable(status, "conditions"); conditions != nullptr) {
    if (conditions->IsArray() && !conditions->Empty()) Annotate(object, kConditions, *conditions, allocator);
    Erase(status, "conditions");
  }
}

// {type: Resource, resource: {name: cpu, NESTED: {averageUtilization: percent}}}
Json CpuMetric(Json percent, bool wanted, JsonAllocator& allocator) {
  Json metric(rapidjson::kObjectType);
  SetString(metric, "type", "Resource", allocator);
  Json& resource = Ensure(metric, "resource", allocator);
  SetString(resource, "name", "cpu", allocator);
  Json& values = Ensure(resource, wanted ? "target" : "current", allocator);
  if (wanted) SetString(values, "type", "Utilization", allocator);
  Set(values, "averageUtilization", std::move(percent), allocator);
  return metric;
}

Json TakeMember(Json& object, std::string_view key) {
  Json value;
  if (Json* found = FindMutable(object, key)) value = std::move(*found);
  Erase(object, key);
  return value;
}

void SpecToV2(Json& object, Json* spec, JsonAllocator& allocator) {
  const JsonDocument others = TakeAnnotation(object, kMetrics);
  JsonDocument behavior = TakeAnnotation(object, kBehavior);
  if (spec == nullptr || !spec->IsObject()) return;
  Json metrics(rapidjson::kArrayType);
  Json percent = TakeMember(*spec, "targetCPUUtilizationPercentage");
  if (!percent.IsNull()) metrics.PushBack(CpuMetric(std::move(percent), true, allocator), allocator);
  if (others.IsArray()) {
    Json rest = Copy(others, allocator);
    ForEachSource(rest, [&](Json& source, const SourceNames& names) { Nest(source, names, true, allocator); });
    for (Json& metric : rest.GetArray()) metrics.PushBack(std::move(metric), allocator);
  }
  if (!metrics.Empty()) Set(*spec, "metrics", std::move(metrics), allocator);
  if (!behavior.IsObject()) return;
  Json copy = Copy(behavior, allocator);
  Recase(copy, false, allocator);
  Set(*spec, "behavior", std::move(copy), allocator);
}

void StatusToV2(Json& object, Json* status, JsonAllocator& allocator) {
  const JsonDocument seen = TakeAnnotation(object, kCurrentMetrics);
  const JsonDocument conditions = TakeAnnotation(object, kConditions);
  if (status == nullptr || !status->IsObject()) return;
  Json percent = TakeMember(*status, "currentCPUUtilizationPercentage");
  if (seen.IsArray()) {
    Json all = Copy(seen, allocator);
    ForEachSource(all, [&](Json& source, const SourceNames& names) { Nest(source, names, false, allocator); });
    Set(*status, "currentMetrics", std::move(all), allocator);
  } else if (!percent.IsNull()) {
    Json all(rapidjson::kArrayType);
    all.PushBack(CpuMetric(std::move(percent), false, allocator), allocator);
    Set(*status, "currentMetrics", std::move(all), allocator);
  }
  if (conditions.IsArray()) Set(*status, "conditions", Copy(conditions, allocator), allocator);
}

}  // namespace

void AutoscalerToV1(Json& autoscaler, JsonAllocator& allocator) {
  Ensure(autoscaler, "metadata", allocator);  // before pointers into the object are kept
  Json* spec = FindMutable(autoscaler, "spec");
  if (spec != nullptr && spec->IsObject()) SpecToV1(autoscaler, *spec, allocator);
  Json* status = FindMutable(autoscaler, "status");
  if (status != nullptr && status->IsObject()) StatusToV1(autoscaler, *status, allocator);
}

void AutoscalerToV2(Json& autoscaler, JsonAllocator& allocator) {
  // Annotations are taken out first: that moves no members of the object itself.
  SpecToV2(autoscaler, FindMutable(autoscaler, "spec"), allocator);
  StatusToV2(autoscaler, FindMutable(autoscaler, "status"), allocator);
}

}  // namespace croft::server
