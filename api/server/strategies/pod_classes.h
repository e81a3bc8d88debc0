#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/server/strategies/strategy.h"

// What classes that exist give to the objects that name them, or that name none.
namespace croft::server {

// 'pods "a" is forbidden: why', with details.
Status ForbiddenObject(std::string_view group, std::string_view resource, std::string_view name, std::string_view why);

struct PriorityClass {
  std::string name;
  int64_t value = 0;
  std::string preemption_policy;
};
// The class of pods that name none; none when no class is marked so.
std::optional<PriorityClass> DefaultPriorityClass(const store::Store& store);

// A new pod's priority, and what its runtime class adds. kForbidden, as Kubernetes answers, when a class does not
// exist or the pod contradicts it.
Status ApplyPodClasses(Json& pod, StrategyContext& context);

// The storage class of claims that name none; empty when no class is marked so. Of several the newest.
std::string DefaultStorageClass(const store::Store& store);

}  // namespace croft::server
