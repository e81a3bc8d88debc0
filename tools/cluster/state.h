#pragma once

#include <string>
#include <vector>

#include "tools/cluster/layout.h"
#include "tools/cluster/process.h"

namespace croft::cluster {

struct MemberState {
  Member member;
  ProcessId init;  // the first process of its namespaces, when it was last started
};

// What cluster.json holds.
struct ClusterState {
  std::string name;
  int index = 0;
  std::vector<MemberState> members;  // the server first

  MemberState* Find(const std::string& member);
};

// kNotFound when there is no such cluster; kInternalError when its file is damaged.
Result<ClusterState> LoadState(const Layout& layout);
// Replaces the file as a whole, 0600.
Status SaveState(const Layout& layout, const ClusterState& state);

// An exclusive advisory lock on a directory, held as long as it lives.
class DirectoryLock {
 public:
  // Waits for whoever holds it. kNotFound when the directory does not exist, also when it was removed meanwhile.
  static Result<DirectoryLock> Take(const std::filesystem::path& dir);

 private:
  explicit DirectoryLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

// A cluster that nobody else changes meanwhile.
struct HeldCluster {
  DirectoryLock lock;
  Layout layout;
  ClusterState state;
};

}  // namespace croft::cluster
