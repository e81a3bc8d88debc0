#include "operator/workloads/rollout.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "api/base/id.h"

namespace croft::workloads {
namespace {

// Annotations that are about the Deployment itself and mean nothing, or something else, on its ReplicaSets.
const std::set<std::string> kNotInherited = {"kubectl.kubernetes.io/last-applied-configuration",
                                             kRevision,
                                             kRevisionHistory,
                                             kDesiredReplicas,
                                             kMaxReplicas,
                                             "deprecated.deployment.rollback.to"};

int32_t Resolve(const std::optional<types::IntOrString>& value, int32_t of, bool up) {
  if (value && !value->is_string) return static_cast<int32_t>(std::clamp<int64_t>(value->number, 0, INT32_MAX));
  const std::string text = value ? value->text : "25%";
  int64_t percent = 0;
  std::from_chars(text.data(), text.data() + text.size(), percent);
  return static_cast<int32_t>((percent * of + (up ? 99 : 0)) / 100);
}

// JSON with sorted members and without nulls.
void WriteCanonical(const Json& value, bool labels, std::string* out) {
  if (value.IsArray()) {
    out->push_back('[');
    for (const Json& item : value.GetArray()) {
      WriteCanonical(item, false, out);
      out->push_back(',');
    }
    out->push_back(']');
  } else if (value.IsObject()) {
    std::vector<std::pair<std::string_view, const Json*>> members;
    for (const auto& member : value.GetObject()) {
      if (member.value.IsNull() || (labels && AsView(member.name) == kTemplateHash)) continue;
      members.emplace_back(AsView(member.name), &member.value);
    }
    std::sort(members.begin(), members.end());
    out->push_back('{');
    for (const auto& [name, member] : members) {
      out->append(1, '"').append(name).append("\":");
      WriteCanonical(*member, false, out);
      out->push_back(',');
    }
    out->push_back('}');
  } else {
    out->append(WriteJson(value));
  }
}

std::string Canonical(const types::RawJson& pod_template) {
  std::string out;
  const auto json = ParseJson(pod_template.bytes);
  if (!json.ok()) return pod_template.bytes;
  static const Json kNothing(rapidjson::kObjectType);
  const auto part = [&](std::initializer_list<std::string_view> path, bool labels) {
    const Json* found = Find(*json, path);
    WriteCanonical(found != nullptr && found->IsObject() ? *found : kNothing, labels, &out);
  };
  // Of the metadata only labels and annotations reach the pods.
  part({"metadata", "labels"}, true);
  part({"metadata", "annotations"}, false);
  part({"spec"}, false);
  return out;
}

}  // namespace

Limits ResolveLimits(const types::DeploymentSpec& spec) {
  const int32_t wanted = spec.replicas.value_or(1);
  if (spec.strategy.type == "Recreate") return {};
  const types::RollingUpdate update = spec.strategy.rolling_update.value_or(types::RollingUpdate{});
  Limits limits{Resolve(update.max_surge, wanted, true), Resolve(update.max_unavailable, wanted, false)};
  if (limits.surge == 0 && limits.unavailable == 0) limits.unavailable = 1;
  limits.unavailable = std::min(limits.unavailable, wanted);
  return limits;
}

bool SameTemplate(const types::RawJson& a, const types::RawJson& b) {
  return Canonical(a) == Canonical(b);
}

std::string TemplateHash(const types::RawJson& pod_template, int32_t collisions) {
  std::string text = Canonical(pod_template);
  if (collisions > 0) text += "#" + std::to_string(collisions);
  return SafeEncode(StableHash(text));
}

types::RawJson WithHashLabel(const types::RawJson& pod_template, const std::string& hash) {
  auto json = ParseJson(pod_template.bytes);
  if (!json.ok() || !json->IsObject()) return pod_template;
  auto& allocator = json->GetAllocator();
  SetString(Ensure(Ensure(*json, "metadata", allocator), "labels", allocator), kTemplateHash, hash, allocator);
  return {WriteJson(*json)};
}

types::RawJson WithHashSelector(const types::RawJson& selector, const std::string& hash) {
  auto json = ParseJson(selector.bytes);
  if (!json.ok() || !json->IsObject()) return selector;
  SetString(Ensure(*json, "matchLabels", json->GetAllocator()), kTemplateHash, hash, json->GetAllocator());
  return {WriteJson(*json)};
}

int64_t NumberIn(const types::StringMap& annotations, const char* name, int64_t otherwise) {
  const auto it = annotations.find(name);
  if (it == annotations.end()) return otherwise;
  int64_t number = otherwise;
  std::from_chars(it->second.data(), it->second.data() + it->second.size(), number);
  return number;
}

void SyncAnnotations(const types::StringMap& deployment, int64_t revision, types::StringMap* set) {
  for (const auto& [name, value] : deployment) {
    if (!kNotInherited.contains(name)) (*set)[name] = value;
  }
  const int64_t before = NumberIn(*set, kRevision);
  if (before >= revision) return;
  if (before > 0) {
    std::string& history = (*set)[kRevisionHistory];
    if (!history.empty()) history += ",";
    history += std::to_string(before);
  }
  (*set)[kRevision] = std::to_string(revision);
}

int32_t Proportion(int32_t replicas, int32_t annotated_max, int32_t wanted, int32_t surge, int32_t to_add,
                   int32_t added) {
  if (replicas == 0 || to_add == 0 || to_add == added) return 0;
  const int32_t allowed = to_add - added;
  int32_t fraction = -replicas;
  if (wanted > 0 && annotated_max > 0) {
    const double size = static_cast<double>(replicas) * (wanted + surge) / annotated_max;
    fraction = static_cast<int32_t>(std::lround(size)) - replicas;
  }
  return to_add > 0 ? std::min(fraction, allowed) : std::max(fraction, allowed);
}

}  // namespace croft::workloads
