#include "tools/cluster/await.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <future>
#include <thread>

#include "api/base/file.h"
#include "tools/cluster/images.h"

namespace croft::cluster {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr milliseconds kSetUpPatience(20'000);
constexpr milliseconds kGlance(10);  // between looks at what only files tell
constexpr int kHopeless = 5;         // a child that ended so often in a row will not come up by itself
constexpr int kTailLines = 12;

// The end of a member's log, indented, to stand below a message.
std::string LogTail(const Layout& layout, const std::string& member) {
  const fs::path path = layout.log(member);
  const Result<std::string> text = ReadFile(path);
  if (!text.ok() || text->empty()) return "\n(" + path.string() + " is empty)";
  size_t begin = text->size() - 1;
  for (int lines = 0; lines < kTailLines && begin != std::string::npos && begin > 0; ++lines) {
    begin = text->rfind('\n', begin - 1);
  }
  std::string tail = "\nthe end of " + path.string() + ":\n" + text->substr(begin == std::string::npos ? 0 : begin + 1);
  while (tail.back() == '\n') tail.pop_back();
  for (size_t at = tail.find('\n', 1); at != std::string::npos; at = tail.find('\n', at + 1)) tail.insert(at + 1, "  ");
  return tail;
}

Status Interrupted() {
  return Status::Timeout("interrupted");
}

// Not ok when the member's child ends again and again.
Status CheckChild(const Layout& layout, const std::string& member) {
  const Result<std::string> note = ReadFile(FailuresFile(layout, member));
  if (!note.ok()) return Status::Ok();
  const size_t space = note->find(' ');
  if (space == std::string::npos || std::atoi(note->c_str()) < kHopeless) return Status::Ok();
  const std::string how = note->substr(space + 1, note->find('\n') - space - 1);
  return Status::Unavailable(member + " does not come up: its process " + how + ", again and again" +
                             LogTail(layout, member));
}

}  // namespace

fs::path FailuresFile(const Layout& layout, const std::string& member) {
  return layout.member_dir(member) / "failures";
}

Status AwaitSetUp(const Layout& layout, const std::string& member, int pipe) {
  std::string word;
  const auto deadline = std::chrono::steady_clock::now() + kSetUpPatience;
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd entry{pipe, POLLIN, 0};
    const int ready = poll(&entry, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return Status::Timeout(member + " does not set its namespaces up" + LogTail(layout, member));
    char buffer[512];
    const ssize_t got = read(pipe, buffer, sizeof buffer);
    if (got <= 0) break;
    word.append(buffer, static_cast<size_t>(got));
  }
  if (word == "ok") return Status::Ok();
  if (!word.empty()) return Status::Internal(member + " did not start: " + word);
  return Status::Internal(member + " did not start: its first process ended" + LogTail(layout, member));
}

Status AwaitToken(const Layout& layout, Deadline deadline, const std::stop_token& stop) {
  while (!fs::exists(layout.token_file())) {
    if (stop.stop_requested()) return Interrupted();
    CROFT_RETURN_IF_ERROR(CheckChild(layout, layout.server_name()));
    if (std::chrono::steady_clock::now() > deadline) {
      return Status::Timeout(layout.server_name() + " wrote no join token in time" +
                             LogTail(layout, layout.server_name()));
    }
    std::this_thread::sleep_for(kGlance);
  }
  return Status::Ok();
}

Status AwaitNodes(const HeldCluster& cluster, const ReadyNodes& ready, Deadline deadline, const std::stop_token& stop) {
  const Layout& layout = cluster.layout;
  while (true) {
    if (stop.stop_requested()) return Interrupted();
    const Result<std::vector<std::string>> names = ready(layout.kubeconfig());
    const bool late = std::chrono::steady_clock::now() > deadline;
    if (!names.ok() && late) {
      return Status::Timeout("the API does not answer in time: " + names.status().message() +
                             LogTail(layout, layout.server_name()));
    }
    bool all = names.ok();
    for (const MemberState& member : cluster.state.members) {
      const std::string& name = member.member.name;
      CROFT_RETURN_IF_ERROR(CheckChild(layout, name));
      if (member.member.server || !names.ok()) continue;
      if (std::find(names->begin(), names->end(), name) != names->end()) continue;
      all = false;
      if (late) return Status::Timeout("node " + name + " is not Ready in time" + LogTail(layout, name));
    }
    if (all) return Status::Ok();
    std::this_thread::sleep_for(kGlance);
  }
}

std::map<std::string, Status> LoadEverywhere(const HeldCluster& cluster, const fs::path& podman_socket,
                                             const fs::path& archive) {
  std::map<std::string, std::future<Status>> running;
  for (const auto& [member, init] : cluster.state.members) {
    if (member.server || !Alive(init)) continue;
    // By way of the node's own root: the socket may lie on a file system that only the node has mounted.
    const fs::path root = "/proc/" + std::to_string(init.pid) + "/root";
    const fs::path inside = cluster.layout.data_dir(member.name) / podman_socket;
    running.emplace(member.name, std::async(std::launch::async, LoadImage, root / inside.relative_path(), archive));
  }
  std::map<std::string, Status> failures;
  for (auto& [name, result] : running) {
    if (Status status = result.get(); !status.ok()) failures.emplace(name, std::move(status));
  }
  return failures;
}

}  // namespace croft::cluster
