#pragma once

#include <string>

#include "api/base/result.h"

namespace croft::agent::podman {

// What of the machine decides how Podman is configured.
struct HostSetup {
  bool cgroup_v2 = false;  // unified; else v1, or v1 beside an empty v2
  bool hybrid = false;     // v1 with a v2 beside it, which crun refuses
  bool systemd = false;
  bool has_crun = false;
  bool has_runc = false;
};
HostSetup ReadHostSetup();

// The OCI runtime to use. kServiceUnavailable, with what to install, when there is none that works here.
Result<std::string> ChooseRuntime(const HostSetup& host);

// containers.conf for a service of our own. No limits on open files or processes are set: as soon as one is, Podman
// raises the other beyond what an unprivileged-resource root may grant, so containers inherit the service's.
std::string ContainersConf(const HostSetup& host, const std::string& runtime);
std::string StorageConf(const std::string& graph_root, const std::string& run_root);

// The path of a program in PATH or the usual system directories; empty when it is not installed.
std::string FindProgram(const std::string& name);

}  // namespace croft::agent::podman
