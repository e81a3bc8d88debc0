#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "api/base/executor.h"
#include "operator/agent/podman/client.h"
#include "operator/agent/podman/exit_watcher.h"
#include "operator/agent/runtime.h"
#include "operator/agent/task_group.h"

namespace croft::agent::podman {

struct PodmanSettings {
  std::string socket;  // of the API service: absolute path
  // Whose containers these are. Two agents that share one Podman never see each other's; a node keeps its own for life.
  std::string owner;
  std::string cgroup_parent{};           // below which pods have their cgroups ("/lab-n1"); empty: Podman's own
  int64_t log_bytes = 10 * 1024 * 1024;  // of one container's log
};

// Containers by Podman: one Podman pod per Pod, made without a network, its infra container started first and the
// others later. Restarts, probes and logs are the agent's. Ends are seen by pidfd; where a process can't be watched, by
// Podman's events. Thread-safe.
class PodmanRuntime final : public Runtime {
 public:
  // `executor` runs what waits beside calls: stopping containers, and Podman's own book-keeping after an end.
  static Result<std::unique_ptr<PodmanRuntime>> Create(PodmanSettings settings, Executor& executor, Clock& clock);
  ~PodmanRuntime() override;

  Result<std::vector<SandboxInfo>> List() override;
  Result<std::vector<SandboxInfo>> ListPod(const std::string& pod) override;
  Result<SandboxInfo> CreateSandbox(const SandboxSpec& spec) override;
  Status RemoveSandbox(const std::string& id) override;
  Result<std::string> CreateContainer(const ContainerSpec& spec) override;
  Status StartContainer(const std::string& id) override;
  Status StopContainer(const std::string& id, std::chrono::seconds grace) override;
  Status RemoveContainer(const std::string& id) override;
  Result<bool> HasImage(const std::string& image) override;
  Status PullImage(const std::string& image) override;
  Result<ExecResult> Exec(const std::string& id, const std::vector<std::string>& command,
                          std::chrono::seconds timeout) override;
  void OnExit(std::function<void(const types::StringMap& labels)> callback) override;
  std::string Version() override;

 private:
  PodmanRuntime(PodmanSettings settings, std::unique_ptr<Client> client, Executor& executor, Clock& clock);

  Result<std::vector<SandboxInfo>> ListBy(const std::string& filter);
  Status Kill(const std::string& id, const std::string& signal);
  void Watch(const ContainerInfo& container);
  void OnProcessEnd(const std::string& id);
  void Report(const std::string& id, int tries);
  void FollowEvents();
  void Tell(const types::StringMap& labels);
  void MarkOutOfMemory(ContainerInfo* container);

  const PodmanSettings settings_;
  const std::unique_ptr<Client> client_;
  Clock& clock_;
  std::mutex mutex_;
  std::function<void(const types::StringMap&)> on_exit_;    // guarded by mutex_, as all below
  std::map<std::string, types::StringMap> watched_labels_;  // by container id
  std::map<std::string, WallTime> lost_;                    // ended, but Podman never learnt how
  std::set<std::string> out_of_memory_;                     // killed by the kernel for memory
  std::unique_ptr<http::ResponseStream> events_;
  TaskGroup tasks_;
  ExitWatcher watcher_;
};

}  // namespace croft::agent::podman
