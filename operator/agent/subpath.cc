#include "operator/agent/subpath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "operator/agent/volume_files.h"

namespace croft::agent {
namespace {

namespace fs = std::filesystem;

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Fd OpenBeneath(int root, const std::string& path) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return Fd(static_cast<int>(syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
}

// Makes the directories of `path` that are missing, each beneath what was opened before it.
void MakeBeneath(int root, const std::string& path) {
  std::string done;
  for (const fs::path& part : fs::path(path)) {
    const Fd parent = done.empty() ? Fd(dup(root)) : OpenBeneath(root, done);
    done = done.empty() ? part.string() : done + "/" + part.string();
    if (parent.get() < 0) break;
    if (mkdirat(parent.get(), part.c_str(), 0755) != 0 && errno != EEXIST) break;
  }
}

}  // namespace

Result<std::string> BindSubPath(const std::string& root, const std::string& sub_path, const std::string& target) {
  CROFT_RETURN_IF_ERROR(CheckRelativePath(sub_path));
  const Fd base(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (base.get() < 0) return Status::Internal("opening volume " + root + ": " + std::strerror(errno));
  Fd found = OpenBeneath(base.get(), sub_path);
  if (found.get() < 0 && errno == ENOENT) {
    MakeBeneath(base.get(), sub_path);
    found = OpenBeneath(base.get(), sub_path);
  }
  if (found.get() < 0) {
    return Status::Invalid("subPath \"" + sub_path + "\" can't be opened within its volume: " + std::strerror(errno));
  }
  const std::string self = "/proc/self/fd/" + std::to_string(found.get());
  struct stat info {};
  if (fstat(found.get(), &info) != 0) return Status::Internal("subPath \"" + sub_path + "\": " + std::strerror(errno));
  std::error_code error;
  umount2(target.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
  // Never recursively: were the mount still there, that would empty the volume.
  if (unlink(target.c_str()) != 0) rmdir(target.c_str());
  fs::create_directories(S_ISDIR(info.st_mode) ? fs::path(target) : fs::path(target).parent_path(), error);
  if (!S_ISDIR(info.st_mode)) CROFT_RETURN_IF_ERROR(WriteFile(target, "", 0600));
  if (mount(self.c_str(), target.c_str(), nullptr, MS_BIND | MS_REC, nullptr) == 0) return target;
  if (errno != EPERM) return Status::Internal("binding subPath \"" + sub_path + "\": " + std::strerror(errno));
  return fs::read_symlink(self, error).string();
}

}  // namespace croft::agent
