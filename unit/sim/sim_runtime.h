#pragma once

#include <memory>
#include <string>
#include <vector>

#include "unit/fakes/fake_runtime.h"
#include "unit/sim/journal.h"
#include "unit/sim/process.h"

namespace croft::sim {

// An agent's way to the containers of its node: calls fail now and then, and have no effect once the agent is dead.
// Tells the journal what is made and ended, and notes in `violations` when a container is started beside another of the
// same pod and name. All references outlive it. One-threaded.
class SimRuntime final : public agent::Runtime {
 public:
  struct Parts {
    fakes::FakeRuntime& containers;
    Random& random;
    const FaultRates& rates;
    Journal& journal;
    std::vector<std::string>& violations;
  };

  SimRuntime(Parts parts, std::shared_ptr<Process> process) : parts_(parts), process_(std::move(process)) {}

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
  std::string Version() override { return parts_.containers.Version(); }

 private:
  Status Begin();
  Status Tell(const std::string& what, const Status& status);
  void CheckSingle(const std::string& id);

  const Parts parts_;
  const std::shared_ptr<Process> process_;
};

}  // namespace croft::sim
