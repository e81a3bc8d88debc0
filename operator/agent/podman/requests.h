#pragma once

#include "api/object/json.h"
#include "operator/agent/runtime.h"

namespace croft::agent::podman {

inline constexpr char kOwnerLabel[] = "croft.lab/owner";

// The body of POST /pods/create. `cgroup_parent` may be empty.
JsonDocument PodRequest(const SandboxSpec& spec, const std::string& owner, const std::string& cgroup_parent);

// The body of POST /containers/create.
JsonDocument ContainerRequest(const ContainerSpec& spec, const std::string& owner, int64_t log_bytes);

// The sandboxes of a reply to GET /containers/json, each from its infra container, with the others in it.
std::vector<SandboxInfo> ReadContainers(const Json& list);

}  // namespace croft::agent::podman
