#include "operator/agent/volume_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace croft::agent {
namespace {

namespace fs = std::filesystem;

constexpr char kData[] = "..data";

Status Failed(const std::string& what, const std::string& path) {
  return Status::Internal(what + " " + path + ": " + std::strerror(errno));
}

Status WriteNew(const std::string& path, const FileContent& content, std::optional<gid_t> gid) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return Failed("creating", path);
  Status status = Status::Ok();
  for (size_t done = 0; done < content.bytes.size();) {
    const ssize_t n = write(fd, content.bytes.data() + done, content.bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      status = Failed("writing", path);
      break;
    }
    done += static_cast<size_t>(n);
  }
  int mode = content.mode & 0777;
  if (gid) {
    // The group reads what the owner reads.
    mode |= (mode & 0400) >> 3;
    if (fchown(fd, static_cast<uid_t>(-1), *gid) != 0 && status.ok()) status = Failed("changing the group of", path);
  }
  if (fchmod(fd, static_cast<mode_t>(mode)) != 0 && status.ok()) status = Failed("changing the mode of", path);
  close(fd);
  return status;
}

// True when the tree that is shown has these bytes.
bool Shows(const std::string& directory, const FileTree& files) {
  const std::map<std::string, std::string> now = ReadTree(directory);
  if (now.size() != files.size()) return false;
  for (const auto& [path, content] : files) {
    const auto it = now.find(path);
    if (it == now.end() || it->second != content.bytes) return false;
  }
  return fs::exists(fs::path(directory) / kData);
}

std::string TopLevel(const std::string& path) {
  return path.substr(0, path.find('/'));
}

}  // namespace

Status CheckRelativePath(const std::string& path) {
  if (path.empty() || path[0] == '/') return Status::Invalid("path \"" + path + "\" must be relative and not empty");
  for (const fs::path& part : fs::path(path)) {
    if (part == "..") return Status::Invalid("path \"" + path + "\" must not contain '..'");
  }
  return Status::Ok();
}

Status WriteTree(const std::string& directory, const FileTree& files, std::optional<gid_t> gid) {
  static std::atomic<uint64_t> counter{0};
  for (const auto& [path, content] : files) CROFT_RETURN_IF_ERROR(CheckRelativePath(path));
  if (Shows(directory, files)) return Status::Ok();
  const fs::path root(directory);
  std::error_code error;
  // 1. The new tree, where no reader looks.
  std::string name;
  do {
    name = ".." + std::to_string(getpid()) + "_" + std::to_string(++counter);
  } while (fs::exists(root / name));
  const fs::path fresh = root / name;
  if (mkdir(fresh.c_str(), 0755) != 0) return Failed("creating", fresh);
  for (const auto& [path, content] : files) {
    fs::create_directories((fresh / path).parent_path(), error);
    if (Status status = WriteNew(fresh / path, content, gid); !status.ok()) {
      fs::remove_all(fresh, error);
      return status;
    }
  }
  // 2. The switch.
  const fs::path old = fs::read_symlink(root / kData, error);
  const fs::path next = root / "..data_next";
  unlink(next.c_str());
  if (symlink(name.c_str(), next.c_str()) != 0) return Failed("linking", next);
  if (rename(next.c_str(), (root / kData).c_str()) != 0) return Failed("linking", root / kData);
  // 3. The names, which only change when keys come or go.
  std::set<std::string> names;
  for (const auto& [path, content] : files) names.insert(TopLevel(path));
  for (const std::string& top : names) {
    const fs::path link = root / top, target = fs::path(kData) / top;
    if (fs::read_symlink(link, error) == target) continue;
    fs::remove_all(link, error);
    if (symlink(target.c_str(), link.c_str()) != 0) return Failed("linking", link);
  }
  for (const auto& entry : fs::directory_iterator(root, error)) {
    const std::string shown = entry.path().filename();
    if (shown.rfind("..", 0) != 0 && !names.contains(shown)) fs::remove_all(entry.path(), error);
  }
  if (!old.empty()) fs::remove_all(root / old, error);
  return Status::Ok();
}

std::map<std::string, std::string> ReadTree(const std::string& directory) {
  std::map<std::string, std::string> files;
  std::error_code error;
  const fs::path root = fs::path(directory) / kData;
  const fs::path data = fs::canonical(root, error);
  if (error) return files;
  for (const auto& entry : fs::recursive_directory_iterator(data, error)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream bytes;
    bytes << in.rdbuf();
    files[fs::relative(entry.path(), data)] = bytes.str();
  }
  return files;
}

Status WriteFile(const std::string& path, const std::string& bytes, int mode) {
  const std::string next = path + ".next";
  unlink(next.c_str());
  CROFT_RETURN_IF_ERROR(WriteNew(next, {bytes, mode}, std::nullopt));
  if (rename(next.c_str(), path.c_str()) != 0) return Failed("replacing", path);
  return Status::Ok();
}

}  // namespace croft::agent
