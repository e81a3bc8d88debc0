#include "operator/agent/machine.h"

#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>

namespace croft::agent {
namespace {

std::string FirstLine(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

std::string OsImage() {
  std::ifstream in("/etc/os-release");
  const std::string key = "PRETTY_NAME=";
  for (std::string line; std::getline(in, line);) {
    if (line.rfind(key, 0) != 0) continue;
    std::string value = line.substr(key.size());
    if (value.size() > 1 && value.front() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return "Linux";
}

}  // namespace

Machine ReadMachine(const std::string& data_dir) {
  Machine machine;
  const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
  if (cpus > 0) machine.cpu_milli = cpus * 1000;
  struct sysinfo info {};
  if (sysinfo(&info) == 0) machine.memory_bytes = static_cast<int64_t>(info.totalram) * info.mem_unit;
  struct statvfs disk {};
  if (statvfs(data_dir.c_str(), &disk) == 0) {
    machine.disk_bytes = static_cast<int64_t>(disk.f_blocks) * static_cast<int64_t>(disk.f_frsize);
  }
  machine.machine_id = FirstLine("/etc/machine-id");
  machine.boot_id = FirstLine("/proc/sys/kernel/random/boot_id");
  utsname names{};
  if (uname(&names) == 0) {
    machine.kernel_version = names.release;
    const std::string arch = names.machine;
    machine.architecture = arch == "x86_64" ? "amd64" : arch == "aarch64" ? "arm64" : arch;
  }
  machine.os_image = OsImage();
  return machine;
}

}  // namespace croft::agent
