#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/base/executor.h"
#include "operator/agent/runtime.h"

namespace croft::fakes {

// What containers of an image do.
struct Behaviour {
  std::optional<Duration> runs_for;  // ends by itself after that; none: runs until it is stopped
  int exit_code = 0;                 // of ending by itself
  bool ignores_term = false;         // is killed when the grace is over (exit code 137)
  Duration term_delay{};             // how long it takes to end on SIGTERM (exit code 143)
  bool fails_to_start = false;
};

// A node's containers in memory: sandboxes and containers live, end by the clock and remember how often they were
// started. Outlives the agents that use it, as Podman does. Works on any Executor; with a single-threaded one in
// simulated time it is deterministic. Thread-safe.
//   runtime.AddImage("web:1");
//   runtime.AddImage("job:1", {.runs_for = std::chrono::seconds(5)});
class FakeRuntime final : public agent::Runtime {
 public:
  enum class Operation { kList, kCreateSandbox, kRemoveSandbox, kCreate, kStart, kStop, kRemove, kPull, kExec };

  FakeRuntime(Executor& executor, Clock& clock);
  ~FakeRuntime() override;

  // The image is on the node.
  void AddImage(const std::string& image, Behaviour behaviour = {});
  // The image can be pulled (each pull takes no time); what can't fails with "no such image".
  void AddRemoteImage(const std::string& image, Behaviour behaviour = {});
  void RemoveImage(const std::string& image);
  // The next `times` calls of `operation` fail with `why`.
  void Fail(Operation operation, Status why, int times = 1);
  // What exec answers: by container label croft.lab/container and command. Unset: exit code 0, no output.
  void SetExec(std::function<agent::ExecResult(const types::StringMap& labels, const std::vector<std::string>&)> exec);

  // Ends a running container as if its process had died. False when there is none of that pod and name.
  bool Kill(const std::string& pod, const std::string& container, int exit_code, bool oom = false);
  // The machine restarts: nothing runs, sandboxes and containers are still listed, as Podman lists them.
  void Reboot();

  // How often any container of that pod ("ns/name") and container name was started; of all containers when empty.
  int Starts(const std::string& pod = {}, const std::string& container = {}) const;
  int Pulls(const std::string& image) const;
  // Containers that run now, "ns/name/container", in order.
  std::vector<std::string> Running() const;
  // The spec with which the newest container of that name was created.
  std::optional<agent::ContainerSpec> Spec(const std::string& pod, const std::string& container) const;
  size_t SandboxCount() const;

  Result<std::vector<agent::SandboxInfo>> List() override;
  Result<std::vector<agent::SandboxInfo>> ListPod(const std::string& pod) override;
  Result<agent::SandboxInfo> CreateSandbox(const agent::SandboxSpec& spec) override;
  Status RemoveSandbox(const std::string& id) override;
  Result<std::string> CreateContainer(const agent::ContainerSpec& spec) override;
  Status StartContainer(const std::string& id) override;
  Status StopContainer(const std::string& id, std::chrono::seconds grace) override;
  Status RemoveContainer(const std::string& id) override;
  Result<bool> HasImage(const std::string& image) override;
  Status PullImage(const std::string& image) override;
  Result<agent::ExecResult> Exec(const std::string& id, const std::vector<std::string>& command,
                                 std::chrono::seconds timeout) override;
  void OnExit(std::function<void(const types::StringMap& labels)> callback) override;
  std::string Version() override { return "fake://1.0"; }

 private:
  class State;  // shared with posted tasks
  std::shared_ptr<State> state_;
};

}  // namespace croft::fakes
