#include "tools/cluster/state.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "api/base/file.h"
#include "api/object/json.h"

namespace croft::cluster {
namespace {

namespace fs = std::filesystem;

Json ToJson(const MemberState& member, JsonAllocator& allocator) {
  Json json(rapidjson::kObjectType);
  SetString(json, "name", member.member.name, allocator);
  SetString(json, "address", member.member.address, allocator);
  Set(json, "server", Json(member.member.server), allocator);
  Set(json, "pid", Json(member.init.pid), allocator);
  Set(json, "started", Json(member.init.started), allocator);
  SetString(json, "boot", member.init.boot, allocator);
  return json;
}

MemberState FromJson(const Json& json) {
  MemberState member;
  member.member.name = FindString(json, {"name"});
  member.member.address = FindString(json, {"address"});
  member.member.server = FindBool(json, {"server"});
  member.init.pid = static_cast<int>(FindInt(json, {"pid"}));
  member.init.started = static_cast<uint64_t>(FindInt(json, {"started"}));
  member.init.boot = FindString(json, {"boot"});
  return member;
}

Status Failed(const std::string& doing, const fs::path& path) {
  const std::string text = "can't " + doing + " " + path.string() + ": " + std::strerror(errno);
  return errno == ENOENT ? Status::NotFound(text) : Status::Internal(text);
}

}  // namespace

MemberState* ClusterState::Find(const std::string& member) {
  for (MemberState& candidate : members) {
    if (candidate.member.name == member) return &candidate;
  }
  return nullptr;
}

Result<ClusterState> LoadState(const Layout& layout) {
  const Result<std::string> text = ReadFile(layout.state_file());
  if (text.status().IsNotFound()) {
    return Status::NotFound("there is no cluster \"" + layout.name +
                            "\": \"croft cluster list\" shows those there are");
  }
  if (!text.ok()) return text.status();
  const Result<JsonDocument> json = ParseJson(*text);
  const Json* members = json.ok() ? Find(*json, "members") : nullptr;
  ClusterState state;
  if (json.ok()) state.index = static_cast<int>(FindInt(*json, {"index"}));
  if (members == nullptr || !members->IsArray() || state.index < 1 || state.index > kMaxIndex) {
    return Status::Internal(layout.state_file().string() + " is damaged: delete the cluster and create it again");
  }
  state.name = layout.name;
  for (const Json& member : members->GetArray()) state.members.push_back(FromJson(member));
  return state;
}

Status SaveState(const Layout& layout, const ClusterState& state) {
  JsonDocument document(rapidjson::kObjectType);
  JsonAllocator& allocator = document.GetAllocator();
  SetString(document, "name", state.name, allocator);
  Set(document, "index", Json(state.index), allocator);
  Json members(rapidjson::kArrayType);
  for (const MemberState& member : state.members) members.PushBack(ToJson(member, allocator), allocator);
  Set(document, "members", std::move(members), allocator);
  return WriteFileAtomic(layout.state_file(), WritePrettyJson(document) + "\n", 0600);
}

Result<DirectoryLock> DirectoryLock::Take(const fs::path& dir) {
  UniqueFd fd(open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return Failed("open", dir);
  while (flock(fd.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return Failed("lock", dir);
  }
  struct stat held, named;
  if (fstat(fd.get(), &held) != 0 || stat(dir.c_str(), &named) != 0 || held.st_ino != named.st_ino) {
    return Status::NotFound(dir.string() + " was removed");
  }
  return DirectoryLock(std::move(fd));
}

}  // namespace croft::cluster
