#pragma once

#include "operator/agent/env.h"
#include "operator/agent/runtime.h"

namespace croft::agent {

// Names in the runtime, unique on the node: "k8s_web_default_<uid>_0", "k8s_main_web_default_<uid>_3".
std::string SandboxName(const types::Pod& pod, int attempt);
std::string ContainerName(const types::Pod& pod, const std::string& container, int sandbox_attempt, int attempt);

// Where a container's output goes: LOGS/<ns>_<pod>_<uid>/<container>/<attempt>.log.
std::string PodLogDirectory(const std::string& log_dir, const std::string& ns, const std::string& pod,
                            const std::string& uid);
std::string LogPath(const std::string& log_dir, const types::Pod& pod, const std::string& container, int attempt);

// The sandbox of a pod; `ip` is empty with hostNetwork.
SandboxSpec MakeSandboxSpec(const types::Pod& pod, int attempt, const std::string& ip,
                            const std::map<std::string, int>& restarts);

// One start of a container. Command and arguments are expanded with its environment. kInvalid when runAsNonRoot can't
// be kept.
Result<ContainerSpec> MakeContainerSpec(const PodFacts& facts, const types::Container& container,
                                        const SandboxInfo& sandbox, int attempt, const Environment& environment,
                                        std::vector<MountSpec> mounts, const std::string& log_dir);

}  // namespace croft::agent
