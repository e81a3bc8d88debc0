#include "operator/agent/podman/host_setup.h"

#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace croft::agent::podman {

namespace fs = std::filesystem;

std::string FindProgram(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream list(std::string(path == nullptr ? "" : path) + ":/usr/bin:/usr/sbin:/bin:/sbin:/usr/local/bin");
  for (std::string directory; std::getline(list, directory, ':');) {
    const std::string candidate = directory + "/" + name;
    if (!directory.empty() && access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

HostSetup ReadHostSetup() {
  HostSetup host;
  struct statfs info {};
  host.cgroup_v2 = statfs("/sys/fs/cgroup", &info) == 0 && info.f_type == CGROUP2_SUPER_MAGIC;
  struct statfs unified {};
  host.hybrid =
      !host.cgroup_v2 && statfs("/sys/fs/cgroup/unified", &unified) == 0 && unified.f_type == CGROUP2_SUPER_MAGIC;
  std::error_code error;
  host.systemd = fs::is_directory("/run/systemd/system", error);
  host.has_crun = !FindProgram("crun").empty();
  host.has_runc = !FindProgram("runc").empty();
  return host;
}

Result<std::string> ChooseRuntime(const HostSetup& host) {
  if (host.has_crun && !host.hybrid) return std::string("crun");
  if (host.has_runc) return std::string("runc");
  if (host.has_crun) {
    return Status::Unavailable("crun does not work where cgroups v1 and v2 are mixed: apt-get install runc");
  }
  return Status::Unavailable("neither crun nor runc is installed: apt-get install crun");
}

std::string ContainersConf(const HostSetup& host, const std::string& runtime) {
  std::ostringstream conf;
  conf << "[containers]\n"
       << "log_driver=\"k8s-file\"\n"
       << "base_hosts_file=\"none\"\n"
       << "[network]\n"
       << "network_backend=\"netavark\"\n"
       << "[engine]\n"
       << "runtime=\"" << runtime << "\"\n"
       << "cgroup_manager=\"" << (host.systemd ? "systemd" : "cgroupfs") << "\"\n"
       << "events_logger=\"file\"\n"
       // How long the monitor of an exec outlives it, in which its exit code can be asked for. Five minutes by default:
       // two processes for each probe, and removing the container waits for them.
       << "exit_command_delay=1\n";
  return conf.str();
}

std::string StorageConf(const std::string& graph_root, const std::string& run_root) {
  return "[storage]\ndriver=\"overlay\"\nrunroot=\"" + run_root + "\"\ngraphroot=\"" + graph_root + "\"\n";
}

}  // namespace croft::agent::podman
