#include "operator/agent/volumes.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "api/base/log.h"
#include "operator/agent/host_path.h"
#include "operator/agent/subpath.h"
#include "operator/agent/volume_content.h"

namespace croft::agent {
namespace {

namespace fs = std::filesystem;

bool IsMountPoint(const fs::path& path) {
  struct stat here {
  }, above{};
  return stat(path.c_str(), &here) == 0 && stat(path.parent_path().c_str(), &above) == 0 && here.st_dev != above.st_dev;
}

// Directories above the volumes are closed: containers see what is mounted for them, and nobody else need look.
Status MakeDirectory(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path.parent_path())) CROFT_RETURN_IF_ERROR(MakeDirectory(path.parent_path()));
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return Status::Internal("creating " + path.string() + ": " + std::strerror(errno));
  }
  return Status::Ok();
}

std::string ReadAll(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::optional<gid_t> FsGroup(const types::Pod& pod) {
  if (!pod.spec.security_context || !pod.spec.security_context->fs_group) return std::nullopt;
  return static_cast<gid_t>(*pod.spec.security_context->fs_group);
}

// Undoes the escapes of /proc/self/mountinfo ("\040").
std::string Unescape(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<std::string> MountsBelow(const std::string& directory) {
  std::vector<std::string> mounts;
  std::ifstream in("/proc/self/mountinfo");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string word;
    for (int i = 0; i < 5; ++i) words >> word;
    const std::string path = Unescape(word);
    if (path.rfind(directory + "/", 0) == 0) mounts.push_back(path);
  }
  return mounts;
}

// Removes a tree of ours, unmounting what is mounted in it. With a mount that stays nothing is removed: what it shows
// is not ours to delete.
Status RemoveTree(const std::string& directory) {
  std::error_code error;
  if (!fs::exists(directory, error)) return Status::Ok();
  const std::string real = fs::canonical(directory, error).string();
  std::vector<std::string> mounts = MountsBelow(real);
  std::reverse(mounts.begin(), mounts.end());
  for (const std::string& path : mounts) umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
  if (!MountsBelow(real).empty()) return Status::Internal("something is still mounted below " + real);
  fs::remove_all(real, error);
  return error ? Status::Internal("removing " + real + ": " + error.message()) : Status::Ok();
}

// The uid in "<ns>_<name>_<uid>"; empty when the directory is no pod's.
std::string UidOfLogs(const fs::path& directory) {
  const std::string name = directory.filename();
  const size_t last = name.rfind('_');
  return last == std::string::npos || name.find('_') == last ? "" : name.substr(last + 1);
}

Status MountTmpfs(const std::string& path, const std::string& options) {
  if (mount("tmpfs", path.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) == 0) return Status::Ok();
  return Status::Internal("mounting a tmpfs at " + path + ": " + std::strerror(errno));
}

}  // namespace

NodeVolumes::NodeVolumes(const std::string& data_dir, std::string log_dir, DnsSettings dns)
    : data_dir_(fs::absolute(data_dir).lexically_normal()), log_dir_(std::move(log_dir)), dns_(std::move(dns)) {}

Status NodeVolumes::MountRun() {
  std::lock_guard lock(mutex_);
  if (run_mounted_) return Status::Ok();
  const fs::path run = fs::path(data_dir_) / "run";
  CROFT_RETURN_IF_ERROR(MakeDirectory(run));
  if (!IsMountPoint(run)) {
    if (Status status = MountTmpfs(run, "mode=0700,size=64m"); !status.ok()) {
      log::Warn("files of Secrets are kept on disk", {{"reason", status.message()}});
    }
  }
  run_mounted_ = true;
  return Status::Ok();
}

std::string NodeVolumes::Directory(const std::string& pod_uid, const types::Volume& volume) const {
  const std::string root = IsSecret(volume) ? data_dir_ + "/run/pods/" : data_dir_ + "/pods/";
  return root + pod_uid + "/volumes/" + volume.name;
}

Status NodeVolumes::Prepare(const PodFacts& facts, ConfigSource& source) {
  CROFT_RETURN_IF_ERROR(CheckRelativePath(facts.pod.metadata.uid));
  CROFT_RETURN_IF_ERROR(WriteHostFiles(facts));
  for (const types::Volume& volume : facts.pod.spec.volumes) {
    CROFT_RETURN_IF_ERROR(PrepareVolume(facts, volume, source));
  }
  return Status::Ok();
}

Status NodeVolumes::PrepareVolume(const PodFacts& facts, const types::Volume& volume, ConfigSource& source) {
  CROFT_RETURN_IF_ERROR(CheckRelativePath(volume.name));
  if (volume.host_path) return PrepareHostPath(volume.name, *volume.host_path);
  if (volume.empty_dir) return PrepareEmptyDir(facts.pod, volume);
  Result<std::optional<FileTree>> content = VolumeContent(facts, volume, source);
  if (!content.ok()) return content.status().Annotate("MountVolume.SetUp failed for volume \"" + volume.name + "\"");
  if (!*content) {
    return Status::Invalid("volume \"" + volume.name + "\": " + VolumeKind(volume) + " is not supported");
  }
  if (IsSecret(volume)) CROFT_RETURN_IF_ERROR(MountRun());
  const fs::path directory = Directory(facts.pod.metadata.uid, volume);
  CROFT_RETURN_IF_ERROR(MakeDirectory(directory));
  chmod(directory.c_str(), 0755);
  return WriteTree(directory, **content, FsGroup(facts.pod));
}

Status NodeVolumes::PrepareEmptyDir(const types::Pod& pod, const types::Volume& volume) {
  const fs::path directory = Directory(pod.metadata.uid, volume);
  const bool fresh = !fs::exists(directory);
  CROFT_RETURN_IF_ERROR(MakeDirectory(directory));
  if (volume.empty_dir->medium == "Memory" && !IsMountPoint(directory)) {
    std::string options = "mode=1777";
    if (const auto milli = types::ParseQuantityMilli(volume.empty_dir->size_limit); milli && *milli > 0) {
      options += ",size=" + std::to_string(*milli / 1000);
    }
    CROFT_RETURN_IF_ERROR(MountTmpfs(directory, options));
  }
  if (!fresh) return Status::Ok();
  mode_t mode = 0777;
  if (const std::optional<gid_t> group = FsGroup(pod)) {
    mode = 02777;
    if (chown(directory.c_str(), static_cast<uid_t>(-1), *group) != 0) {
      return Status::Internal("volume \"" + volume.name + "\": changing its group: " + std::strerror(errno));
    }
  }
  if (chmod(directory.c_str(), mode) != 0) {
    return Status::Internal("volume \"" + volume.name + "\": changing its mode: " + std::strerror(errno));
  }
  return Status::Ok();
}

Status NodeVolumes::WriteHostFiles(const PodFacts& facts) {
  const std::string etc = data_dir_ + "/pods/" + facts.pod.metadata.uid + "/etc";
  CROFT_RETURN_IF_ERROR(MakeDirectory(etc));
  const struct {
    const char* name;
    std::string text;
  } files[] = {{"hosts", HostsFile(facts.pod, facts.pod_ip, dns_.domain, ReadAll("/etc/hosts"))},
               {"resolv.conf", ResolvConf(facts.pod, dns_, ReadAll(dns_.node_resolv_conf))}};
  for (const auto& file : files) {
    // A file that is bind-mounted must stay the same file: written once.
    const std::string path = etc + "/" + file.name;
    if (!fs::exists(path)) CROFT_RETURN_IF_ERROR(WriteFile(path, file.text, 0644));
  }
  return Status::Ok();
}

Result<std::vector<MountSpec>> NodeVolumes::Mounts(const PodFacts& facts, const types::Container& container,
                                                   const Environment& environment) {
  std::vector<MountSpec> mounts;
  const types::Pod& pod = facts.pod;
  const std::string pod_dir = data_dir_ + "/pods/" + pod.metadata.uid;
  int index = 0;
  for (const types::VolumeMount& wanted : container.volume_mounts) {
    const auto volume = std::find_if(pod.spec.volumes.begin(), pod.spec.volumes.end(),
                                     [&](const types::Volume& v) { return v.name == wanted.name; });
    if (volume == pod.spec.volumes.end()) {
      return Status::Invalid("volumeMounts: no volume is named \"" + wanted.name + "\"");
    }
    MountSpec mount;
    mount.source = volume->host_path ? volume->host_path->path : Directory(pod.metadata.uid, *volume);
    mount.destination = wanted.mount_path[0] == '/' ? wanted.mount_path : "/" + wanted.mount_path;
    mount.read_only = wanted.read_only || volume->config_map || volume->secret || VolumeKind(*volume) == "projected" ||
                      VolumeKind(*volume) == "downwardAPI";
    const std::string sub_path =
        wanted.sub_path_expr.empty() ? wanted.sub_path : Expand(wanted.sub_path_expr, environment);
    if (!sub_path.empty()) {
      const std::string below = pod_dir + "/subpaths/" + container.name;
      CROFT_RETURN_IF_ERROR(MakeDirectory(below));
      Result<std::string> bound = BindSubPath(mount.source, sub_path, below + "/" + std::to_string(index));
      if (!bound.ok()) return bound.status().Annotate("volume \"" + wanted.name + "\"");
      mount.source = *bound;
    }
    mounts.push_back(std::move(mount));
    ++index;
  }
  for (const char* file : {"hosts", "resolv.conf"}) {
    const std::string destination = std::string("/etc/") + file;
    const bool taken = std::any_of(mounts.begin(), mounts.end(),
                                   [&](const MountSpec& mount) { return mount.destination == destination; });
    if (!taken) mounts.push_back({.source = pod_dir + "/etc/" + file, .destination = destination, .size = {}});
  }
  return mounts;
}

Status NodeVolumes::Remove(const std::string& pod_uid) {
  CROFT_RETURN_IF_ERROR(CheckRelativePath(pod_uid));
  CROFT_RETURN_IF_ERROR(RemoveTree(data_dir_ + "/run/pods/" + pod_uid));
  CROFT_RETURN_IF_ERROR(RemoveTree(data_dir_ + "/pods/" + pod_uid));
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(log_dir_, error)) {
    if (UidOfLogs(entry.path()) == pod_uid) fs::remove_all(entry.path(), error);
  }
  return Status::Ok();
}

std::vector<std::string> NodeVolumes::Pods() {
  std::vector<std::string> uids;
  for (const std::string& root : {data_dir_ + "/pods", data_dir_ + "/run/pods"}) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(root, error)) uids.push_back(entry.path().filename());
  }
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(log_dir_, error)) {
    if (std::string uid = UidOfLogs(entry.path()); !uid.empty()) uids.push_back(std::move(uid));
  }
  std::sort(uids.begin(), uids.end());
  uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
  return uids;
}

}  // namespace croft::agent
