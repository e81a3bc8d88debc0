#include "api/server/strategies/ephemeral_containers.h"

#include <set>

#include "api/server/strategies/fields.h"
#include "api/server/strategies/pod_spec.h"

namespace croft::server {
namespace {

constexpr const char* kField = "spec.ephemeralContainers";

const Json* ListOf(const Json& pod) {
  return Find(pod, {"spec", "ephemeralContainers"});
}

const Json* FindNamed(const Json* list, std::string_view name) {
  if (list == nullptr || !list->IsArray()) return nullptr;
  for (const Json& container : list->GetArray()) {
    if (FindString(container, {"name"}) == name) return &container;
  }
  return nullptr;
}

// What is there has been started: it stays as it is.
void CheckKept(const Json& old, const Json& pod, Causes& causes) {
  ForEachItem(ListOf(old), kField, [&](const Json& before, const std::string&) {
    const std::string name(FindString(before, {"name"}));
    const Json* after = FindNamed(ListOf(pod), name);
    if (after == nullptr) {
      causes.Forbidden(kField, "existing ephemeral containers \"" + name + "\" may not be removed\n");
    } else if (!Equal(before, *after)) {
      causes.Forbidden(kField, "existing ephemeral containers \"" + name + "\" may not be changed\n");
    }
  });
}

void CheckEach(const Json& pod, Causes& causes) {
  std::set<std::string> names;
  if (const Json* spec = Find(pod, "spec")) {
    ForEachContainer(*spec, "spec", [&](const Json& container, const std::string&) {
      names.emplace(FindString(container, {"name"}));
    });
  }
  ForEachItem(ListOf(pod), kField, [&](const Json& container, const std::string& at) {
    const std::string_view name = FindString(container, {"name"});
    if (names.contains(std::string(name))) causes.Duplicate(at + ".name", name);
    if (FindString(container, {"image"}).empty()) causes.Required(at + ".image");
    const std::string_view target = FindString(container, {"targetContainerName"});
    if (!target.empty() && !names.contains(std::string(target))) {
      causes.NotFound(at + ".targetContainerName", target);
    }
    for (const char* key : {"ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"}) {
      if (!IsAbsent(Find(container, key))) causes.Forbidden(at + "." + key, "cannot be set for an Ephemeral Container");
    }
    for (const char* key : {"limits", "requests"}) {
      if (IsAbsent(Find(container, {"resources", key}))) continue;
      causes.Forbidden(at + ".resources", "cannot be set for an Ephemeral Container");
      break;
    }
  });
}

}  // namespace

Status CheckEphemeralContainers(const Json* old, const Json& pod, const StrategyContext& context) {
  Causes causes;
  if (old == nullptr) {
    if (!IsEmptyList(ListOf(pod))) causes.Forbidden(kField, "cannot be set on create");
  } else if (context.subresource == "ephemeralcontainers") {
    CheckKept(*old, pod, causes);
    CheckEach(pod, causes);
  } else if (!SameField(ListOf(*old), ListOf(pod))) {
    causes.Forbidden("spec", kPodUpdates);
  }
  if (causes.empty()) return Status::Ok();
  return Status::InvalidObject("", "Pod", FindString(pod, {"metadata", "name"}), causes.Take());
}

}  // namespace croft::server
