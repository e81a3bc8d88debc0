#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/base/result.h"
#include "api/types/core.h"

// Containers as the agent sees them: the one interface to Podman, faked with a memory in the simulated lab.
namespace croft::agent {

struct MountSpec {
  std::string source;       // absolute path on the node; empty for a tmpfs
  std::string destination;  // absolute path in the container
  bool read_only = false;
  std::string size;  // of a tmpfs: bytes as text; empty: no limit
};

struct SandboxSpec {
  std::string name;      // unique on the node
  std::string hostname;  // within its own uts namespace; with host_network the node's name stands
  bool host_network = false;
  types::StringMap labels;
};

struct ContainerSpec {
  std::string name;  // unique on the node
  std::string sandbox_id;
  std::string image;
  std::vector<std::string> entrypoint;  // empty: the image's
  std::vector<std::string> command;     // arguments; empty with an empty entrypoint: the image's
  std::vector<std::pair<std::string, std::string>> env;
  std::string working_dir;
  types::StringMap labels;
  std::vector<MountSpec> mounts;
  std::string log_path;
  int64_t memory_bytes = 0;      // limit; 0: none
  int64_t cpu_milli = 0;         // limit in thousandths of a core; 0: none
  int64_t cpu_shares_milli = 0;  // request in thousandths of a core
  std::optional<types::SecurityContext> security;
  types::PodSecurityContext pod_security;
  bool tty = false;
  bool stdin_open = false;
};

enum class RunState { kCreated, kRunning, kExited };

struct ContainerInfo {
  std::string id;
  std::string name;
  std::string sandbox_id;
  std::string image;
  std::string image_id;
  RunState state = RunState::kCreated;
  int exit_code = 0;
  bool oom_killed = false;
  int pid = 0;  // of its first process, while it runs
  WallTime created_at{};
  WallTime started_at{};
  WallTime finished_at{};
  types::StringMap labels;
};

struct SandboxInfo {
  std::string id;
  std::string name;
  bool running = false;  // its network namespace exists
  int pid = 0;           // the process that holds the namespaces; 0 when not running
  types::StringMap labels;
  std::vector<ContainerInfo> containers;  // without the sandbox's own
};

struct ExecResult {
  int exit_code = 0;
  std::string output;  // both streams, at most 10 KiB
};

// Drives the containers of one node. Calls block for as long as the runtime takes (some 100 ms), except where said.
// Thread-safe.
class Runtime {
 public:
  virtual ~Runtime() = default;

  // Everything that carries Croft's labels, running or not.
  virtual Result<std::vector<SandboxInfo>> List() = 0;
  // The same of one pod ("namespace/name", see labels.h), of whatever uid. Cheaper than List().
  virtual Result<std::vector<SandboxInfo>> ListPod(const std::string& pod) = 0;
  // Creates and starts the pod's namespaces, without an address. The id is in the result.
  virtual Result<SandboxInfo> CreateSandbox(const SandboxSpec& spec) = 0;
  // Removes the sandbox and all containers in it, killing what runs. Ok when it does not exist.
  virtual Status RemoveSandbox(const std::string& id) = 0;

  // Creates, does not start. kNotFound when the image is not there.
  virtual Result<std::string> CreateContainer(const ContainerSpec& spec) = 0;
  virtual Status StartContainer(const std::string& id) = 0;
  // Asks the container to end (SIGTERM) and kills it when the grace is over. Returns at once; the end shows in List()
  // and by the exit callback. Ok when it has ended already.
  virtual Status StopContainer(const std::string& id, std::chrono::seconds grace) = 0;
  virtual Status RemoveContainer(const std::string& id) = 0;

  virtual Result<bool> HasImage(const std::string& image) = 0;
  // The reason's message is what a person needs to see ("no such image", "access denied").
  virtual Status PullImage(const std::string& image) = 0;

  virtual Result<ExecResult> Exec(const std::string& id, const std::vector<std::string>& command,
                                  std::chrono::seconds timeout) = 0;

  // Called on any thread soon after a container of this node ended. Set once, before use.
  virtual void OnExit(std::function<void(const types::StringMap& labels)> callback) = 0;

  // "podman://4.3.1"
  virtual std::string Version() = 0;
};

}  // namespace croft::agent
