#include "operator/network/netns.h"

#include <fcntl.h>
#include <sched.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <thread>

namespace croft::network {
namespace {

Result<UniqueFd> OpenNamespaceFile(const std::string& path, const std::string& whose) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.valid()) return fd;
  const std::string text = "can't open the network namespace of " + whose + ": " + std::strerror(errno);
  return errno == ENOENT || errno == ESRCH ? Status::NotFound(text) : Status::Internal(text);
}

}  // namespace

Result<UniqueFd> OpenNetns(int pid) {
  return OpenNamespaceFile("/proc/" + std::to_string(pid) + "/ns/net", "process " + std::to_string(pid));
}

Result<UniqueFd> CurrentNetns() {
  return OpenNamespaceFile("/proc/thread-self/ns/net", "this thread");
}

Result<UniqueFd> NewNetns() {
  Result<UniqueFd> made = Status::Internal("the thread that makes a network namespace did not run");
  std::thread([&made] {
    if (unshare(CLONE_NEWNET) != 0) {
      made =
          Status::Forbidden(std::string("can't make a network namespace: ") + std::strerror(errno) + "; run as root");
    } else {
      made = CurrentNetns();
    }
  }).join();
  return made;
}

Status RunInNetns(int netns, const std::function<Status()>& function) {
  Status status;
  std::thread([&] {
    if (setns(netns, CLONE_NEWNET) != 0) {
      status = Status::Internal(std::string("can't enter a network namespace: ") + std::strerror(errno));
    } else {
      status = function();
    }
  }).join();
  return status;
}

Status SetSysctl(const std::string& name, const std::string& value) {
  const std::string path = "/proc/sys/" + name;
  std::string present;
  std::ifstream(path) >> present;
  if (present == value) return Status::Ok();
  std::ofstream file(path);
  file << value << std::flush;
  if (file) return Status::Ok();
  return Status::Internal("can't set " + path + " to " + value + ": " + std::strerror(errno) +
                          "; is /proc/sys writable?");
}

}  // namespace croft::network
