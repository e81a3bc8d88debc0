#include "operator/agent/host_path.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace croft::agent {

Status PrepareHostPath(const std::string& volume, const types::HostPathVolume& path) {
  const std::string context = "volume \"" + volume + "\": hostPath " + path.path;
  if (path.path.empty() || path.path[0] != '/') return Status::Invalid(context + " must be absolute");
  if (path.type == "DirectoryOrCreate" || path.type.empty()) {
    std::error_code error;
    const bool there = std::filesystem::exists(path.path, error);
    // Without a type Podman would refuse a path that is not there; other runtimes make a directory.
    if (!there && !std::filesystem::create_directories(path.path, error)) {
      return Status::Internal(context + ": " + error.message());
    }
  }
  if (path.type == "FileOrCreate") {
    const int fd = open(path.path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return Status::Internal(context + ": " + std::strerror(errno));
    close(fd);
  }
  struct stat info {};
  if (stat(path.path.c_str(), &info) != 0) return Status::Invalid(context + ": " + std::strerror(errno));
  const struct {
    const char* type;
    bool matches;
    const char* what;
  } types[] = {{"Directory", S_ISDIR(info.st_mode), "a directory"},
               {"DirectoryOrCreate", S_ISDIR(info.st_mode), "a directory"},
               {"File", S_ISREG(info.st_mode), "a file"},
               {"FileOrCreate", S_ISREG(info.st_mode), "a file"},
               {"Socket", S_ISSOCK(info.st_mode), "a socket"},
               {"CharDevice", S_ISCHR(info.st_mode), "a character device"},
               {"BlockDevice", S_ISBLK(info.st_mode), "a block device"}};
  for (const auto& type : types) {
    if (path.type == type.type && !type.matches) return Status::Invalid(context + " is not " + type.what);
  }
  return Status::Ok();
}

}  // namespace croft::agent
