#include "api/server/strategies/pod_classes.h"

#include "api/server/strategies/fields.h"

namespace croft::server {
namespace {

constexpr const char* kPreempt = "PreemptLowerPriority";
constexpr const char* kDefaultStorage = "storageclass.kubernetes.io/is-default-class";

PriorityClass ReadPriorityClass(const Object& object) {
  const JsonDocument json = object.ToJson();
  return {object.name(), FindInt(json, {"value"}), std::string(FindString(json, {"preemptionPolicy"}, kPreempt))};
}

Status RefusePod(const Json& pod, std::string_view why) {
  std::string_view name = FindString(pod, {"metadata", "name"});
  return ForbiddenObject("", "pods", name, why);
}

Status ApplyPriority(Json& pod, Json& spec, StrategyContext& context) {
  auto& allocator = context.allocator;
  PriorityClass chosen{"", 0, kPreempt};
  const std::string name(FindString(spec, {"priorityClassName"}));
  if (!name.empty()) {
    const ObjectPtr found = context.store.Get({"scheduling.k8s.io", "priorityclasses"}, {"", name});
    if (found == nullptr) return RefusePod(pod, "no PriorityClass with name " + name + " was found");
    chosen = ReadPriorityClass(*found);
  } else if (auto everybody = DefaultPriorityClass(context.store)) {
    chosen = *std::move(everybody);
    SetString(spec, "priorityClassName", chosen.name, allocator);
  }
  const Json* priority = Find(spec, "priority");
  if (!IsAbsent(priority) && priority->IsInt64() && priority->GetInt64() != chosen.value) {
    return RefusePod(pod, "the integer value of priority (" + std::to_string(priority->GetInt64()) +
                              ") must not be provided in pod spec; priority admission controller computed " +
                              std::to_string(chosen.value) + " from the given PriorityClass name");
  }
  const std::string_view policy = FindString(spec, {"preemptionPolicy"});
  if (!policy.empty() && policy != chosen.preemption_policy) {
    return RefusePod(pod, "the string value of PreemptionPolicy (" + std::string(policy) +
                              ") must not be provided in pod spec; priority admission controller computed " +
                              chosen.preemption_policy + " from the given PriorityClass name");
  }
  SetIfAbsent(spec, "priority", Json(chosen.value), allocator);
  SetIfAbsent(spec, "preemptionPolicy", MakeString(chosen.preemption_policy, allocator), allocator);
  return Status::Ok();
}

// The class's node selector, joined with the pod's own; a label that both have must be the same.
Status JoinSelector(const Json& scheduling, Json& pod, Json& spec, JsonAllocator& allocator) {
  const Json* added = Find(scheduling, "nodeSelector");
  if (added == nullptr || !added->IsObject()) return Status::Ok();
  Json& selector = Ensure(spec, "nodeSelector", allocator);
  for (const auto& label : added->GetObject()) {
    const std::string key(AsView(label.name));
    const Json* own = Find(selector, key);
    if (!SameField(own, &label.value) && !IsAbsent(own)) {
      return RefusePod(pod, "conflict: runtimeClass.scheduling.nodeSelector[" + key + "] = " + TextOf(label.value) +
                                "; pod.spec.nodeSelector[" + key + "] = " + TextOf(*own));
    }
    if (IsAbsent(own)) Set(selector, key, Copy(label.value, allocator), allocator);
  }
  return Status::Ok();
}

void JoinTolerations(const Json& scheduling, Json& spec, JsonAllocator& allocator) {
  const Json* added = Find(scheduling, "tolerations");
  if (IsEmptyList(added)) return;
  if (IsAbsent(Find(spec, "tolerations"))) Set(spec, "tolerations", Json(rapidjson::kArrayType), allocator);
  Json* own = FindMutable(spec, "tolerations");
  if (!own->IsArray()) return;  // refused by the schema
  for (const Json& toleration : added->GetArray()) {
    bool known = false;
    for (const Json& present : own->GetArray()) known = known || Equal(present, toleration);
    if (!known) own->PushBack(Copy(toleration, allocator), allocator);
  }
}

Status ApplyRuntimeClass(Json& pod, Json& spec, StrategyContext& context) {
  auto& allocator = context.allocator;
  const std::string name(FindString(spec, {"runtimeClassName"}));
  const Json* own = Find(spec, "overhead");
  const bool says = own != nullptr && own->IsObject() && !own->ObjectEmpty();
  if (name.empty()) {
    if (!says) return Status::Ok();
    return RefusePod(pod, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
  }
  const ObjectPtr found = context.store.Get({"node.k8s.io", "runtimeclasses"}, {"", name});
  if (found == nullptr) return RefusePod(pod, "pod rejected: RuntimeClass \"" + name + "\" not found");
  const JsonDocument runtime = found->ToJson();
  const Json* overhead = Find(runtime, {"overhead", "podFixed"});
  if (says && (IsAbsent(overhead) || !Equal(*own, *overhead))) {
    return RefusePod(pod, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  }
  if (!IsAbsent(overhead)) Set(spec, "overhead", Copy(*overhead, allocator), allocator);
  const Json* scheduling = Find(runtime, "scheduling");
  if (IsAbsent(scheduling)) return Status::Ok();
  CROFT_RETURN_IF_ERROR(JoinSelector(*scheduling, pod, spec, allocator));
  JoinTolerations(*scheduling, spec, allocator);
  return Status::Ok();
}

}  // namespace

Status ForbiddenObject(std::string_view group, std::string_view resource, std::string_view name, std::string_view why) {
  std::string about(resource);
  if (!group.empty()) about += "." + std::string(group);
  Status status = Status::Forbidden(about + " \"" + std::string(name) + "\" is forbidden: " + std::string(why));
  return status.WithDetails({std::string(group), std::string(resource), std::string(name), {}, {}, {}});
}

std::optional<PriorityClass> DefaultPriorityClass(const store::Store& store) {
  const store::Snapshot classes = store.List({"scheduling.k8s.io", "priorityclasses"}, "");
  for (const ObjectPtr& object : classes.items) {
    // Every pod asks: classes that do not even have the field are not parsed.
    if (object->bytes().find("\"globalDefault\"") == std::string::npos) continue;
    if (FindBool(object->ToJson(), {"globalDefault"})) return ReadPriorityClass(*object);
  }
  return std::nullopt;
}

Status ApplyPodClasses(Json& pod, StrategyContext& context) {
  Json* spec = FindMutable(pod, "spec");
  if (spec == nullptr || !spec->IsObject()) return Status::Ok();
  CROFT_RETURN_IF_ERROR(ApplyPriority(pod, *spec, context));
  return ApplyRuntimeClass(pod, *spec, context);
}

std::string DefaultStorageClass(const store::Store& store) {
  std::string chosen, created;
  const store::Snapshot classes = store.List({"storage.k8s.io", "storageclasses"}, "");
  for (const ObjectPtr& object : classes.items) {
    const JsonDocument json = object->ToJson();
    if (FindString(json, {"metadata", "annotations", kDefaultStorage}) != "true") continue;
    const std::string_view time = FindString(json, {"metadata", "creationTimestamp"});
    if (!chosen.empty() && time <= created) continue;
    chosen = object->name();
    created = time;
  }
  return chosen;
}

}  // namespace croft::server
