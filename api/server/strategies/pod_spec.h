#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/object/json.h"
#include "api/server/causes.h"

namespace croft::server {

// Fills in what a pod's spec gets by its own other fields, in pods and templates alike.
void DefaultPodSpec(Json& spec, JsonAllocator& allocator);
// What a schema can't refuse in a pod's spec at `path`. The names of `claim_templates`, a StatefulSet's, are those of
// volumes too.
void ValidatePodSpec(const Json& spec, const std::string& path, Causes& causes, const Json* claim_templates = nullptr);
// A label selector in object form: operators against values, syntax of keys and values.
void ValidateLabelSelector(const Json& selector, const std::string& path, Causes& causes);

// Why a pod's spec may not become another.
inline constexpr const char* kPodUpdates =
    "pod updates may not change fields other than `spec.containers[*].image`, `spec.initContainers[*].image`, "
    "`spec.activeDeadlineSeconds`, `spec.tolerations` (only additions to existing tolerations), "
    "`spec.terminationGracePeriodSeconds`";

// Adds what is odd, and taken all the same, about a pod's spec at `path`.
void WarnOfPodSpec(const Json& spec, const std::string& path, std::vector<std::string>& warnings);

// Calls `each` for every container of a spec with its path: init containers first.
void ForEachContainer(const Json& spec, const std::string& path,
                      const std::function<void(const Json& container, const std::string& path)>& each);

}  // namespace croft::server
