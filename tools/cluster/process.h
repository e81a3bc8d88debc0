#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "api/base/fd.h"
#include "api/base/result.h"

namespace croft::cluster {

// A process that is not mistaken for a later one with the same number: its start time, in ticks since boot, goes with
// it, and the boot itself.
struct ProcessId {
  int pid = 0;  // 0: none
  uint64_t started = 0;
  std::string boot;
  bool operator==(const ProcessId&) const = default;
};

// kNotFound when there is no such process, or it is dead and only unreaped.
Result<ProcessId> Identify(int pid);
bool Alive(const ProcessId& process);

// Kills them all at once, and returns when all are gone, with everything in the pid namespaces that they were the init
// of. kTimeout names those that would not go.
Status KillAll(const std::vector<ProcessId>& processes, std::chrono::milliseconds patience);

// Processes that were started as `... cluster-init PATH` with a path below `dir`, whoever remembers them.
std::vector<ProcessId> FindInits(const std::filesystem::path& dir);

// Starts argv[0] as the init of new network, mount, pid, uts and ipc namespaces, in a session of its own, with
// `arguments`, an empty environment, standard output and error in `log`, and of all descriptors only `fds` (ours, and
// its number there).
Result<ProcessId> StartInit(const std::vector<std::string>& arguments, const std::filesystem::path& log,
                            const std::vector<std::pair<int, int>>& fds);

}  // namespace croft::cluster
