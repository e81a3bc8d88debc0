#include "api/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace croft {
namespace {

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() { Close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool ok() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  bool Close() {
    if (fd_ < 0) return true;
    return close(std::exchange(fd_, -1)) == 0;
  }

 private:
  int fd_;
};

std::string_view Remedy(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "; free some space there";
    case EACCES:
    case EPERM:
      return "; check its owner and mode";
    case EROFS:
      return "; choose a place that can be written";
    default:
      return "";
  }
}

Status Failed(std::string_view what, const std::string& path) {
  const int error = errno;
  std::string text = "cannot " + std::string(what) + " " + path + ": " + std::strerror(error);
  text += Remedy(error);
  return {error == ENOENT ? Reason::kNotFound : Reason::kInternalError, std::move(text)};
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

std::string Parent(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<std::string> ReadFile(const std::string& path, size_t limit) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return Failed("read", path);
  std::string bytes;
  char buffer[16 * 1024];
  for (;;) {
    const ssize_t n = read(file.fd(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed("read", path);
    if (n == 0) return bytes;
    bytes.append(buffer, static_cast<size_t>(n));
    if (bytes.size() > limit) {
      return Status(Reason::kRequestEntityTooLarge, path + " is larger than " + std::to_string(limit) + " bytes");
    }
  }
}

Status WriteFileAtomic(const std::string& path, std::string_view bytes, unsigned mode) {
  std::string temporary = path + ".XXXXXX";
  File file(mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600 until fchmod
  if (!file.ok()) return Failed("write", path);
  // 1. The bytes are on disk before the name points to them; 2. the name is changed at one stroke; 3. the directory,
  // which holds the name, is on disk too.
  if (!WriteAll(file.fd(), bytes) || fchmod(file.fd(), mode) != 0 || fsync(file.fd()) != 0 || !file.Close() ||
      rename(temporary.c_str(), path.c_str()) != 0) {
    Status status = Failed("write", path);
    unlink(temporary.c_str());
    return status;
  }
  const File directory(open(Parent(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.ok() || fsync(directory.fd()) != 0) return Failed("write", path);
  return Status::Ok();
}

Status MakeDirs(const std::string& path, unsigned mode) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return Status::Ok();
    errno = ENOTDIR;
    return Failed("make directory", path);
  }
  if (const std::string parent = Parent(path); parent != path) CROFT_RETURN_IF_ERROR(MakeDirs(parent, mode));
  if (mkdir(path.c_str(), mode) == 0) {
    if (chmod(path.c_str(), mode) == 0) return Status::Ok();
  } else if (errno == EEXIST) {
    return Status::Ok();
  }
  return Failed("make directory", path);
}

}  // namespace croft
