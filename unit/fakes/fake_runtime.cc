#include "unit/fakes/fake_runtime.h"

#include <algorithm>
#include <set>

#include "operator/agent/labels.h"

namespace croft::fakes {

using agent::ContainerInfo;
using agent::ContainerSpec;
using agent::RunState;
using agent::SandboxInfo;

class FakeRuntime::State : public std::enable_shared_from_this<State> {
 public:
  State(Executor& executor, Clock& clock) : executor_(executor), clock_(clock) {}

  struct Container {
    ContainerInfo info;
    ContainerSpec spec;
    int generation = 0;  // raised by every start and end, so that a timer knows whether it is still meant
  };
  struct Sandbox {
    SandboxInfo info;
    std::map<std::string, Container> containers;
  };

  // The failure that was ordered for this call, if any.
  Status Injected(Operation operation) {
    auto& queue = failures_[operation];
    if (queue.empty()) return Status::Ok();
    Status why = queue.front();
    queue.erase(queue.begin());
    return why;
  }

  Container* Find(const std::string& id) {
    for (auto& [sandbox_id, sandbox] : sandboxes_) {
      const auto it = sandbox.containers.find(id);
      if (it != sandbox.containers.end()) return &it->second;
    }
    return nullptr;
  }

  const Behaviour& BehaviourOf(const std::string& image) {
    static const Behaviour kNone;
    const auto it = images_.find(image);
    return it == images_.end() ? kNone : it->second;
  }

  SandboxInfo Snapshot(const Sandbox& sandbox) const {
    SandboxInfo info = sandbox.info;
    for (const auto& [id, container] : sandbox.containers) info.containers.push_back(container.info);
    return info;
  }

  // Ends a container; the callback comes from the executor, never from inside a call. Needs mutex_.
  void End(Container& container, int exit_code, bool oom) {
    if (container.info.state != RunState::kRunning) return;
    ++container.generation;
    container.info.state = RunState::kExited;
    container.info.exit_code = exit_code;
    container.info.oom_killed = oom;
    container.info.finished_at = clock_.Now();
    executor_.Post([state = shared_from_this(), labels = container.info.labels] {
      std::function<void(const types::StringMap&)> callback;
      {
        std::lock_guard lock(state->mutex_);
        callback = state->on_exit_;
      }
      if (callback) callback(labels);
    });
  }

  // Needs mutex_.
  void EndAfter(const Container& container, Duration delay, int exit_code) {
    executor_.PostAfter(
        delay, [state = shared_from_this(), id = container.info.id, generation = container.generation, exit_code] {
          std::lock_guard lock(state->mutex_);
          Container* found = state->Find(id);
          if (found != nullptr && found->generation == generation) state->End(*found, exit_code, false);
        });
  }

  Executor& executor_;
  Clock& clock_;
  std::mutex mutex_;  // guards all below
  std::function<void(const types::StringMap&)> on_exit_;
  std::function<agent::ExecResult(const types::StringMap&, const std::vector<std::string>&)> exec_;
  std::map<std::string, Behaviour> images_;
  std::set<std::string> local_;
  std::map<std::string, Sandbox> sandboxes_;  // by id, which grows with time
  std::map<Operation, std::vector<Status>> failures_;
  std::map<std::pair<std::string, std::string>, int> starts_;
  std::map<std::string, int> pulls_;
  std::map<std::pair<std::string, std::string>, ContainerSpec> specs_;
  int next_id_ = 0;

  // Ids sort in the order of creation.
  std::string NewId(const char* prefix) {
    std::string number = std::to_string(++next_id_);
    return prefix + std::string(8 - std::min<size_t>(8, number.size()), '0') + number;
  }
};

FakeRuntime::FakeRuntime(Executor& executor, Clock& clock) : state_(std::make_shared<State>(executor, clock)) {}

FakeRuntime::~FakeRuntime() {
  OnExit(nullptr);
}

void FakeRuntime::AddImage(const std::string& image, Behaviour behaviour) {
  std::lock_guard lock(state_->mutex_);
  state_->images_[image] = behaviour;
  state_->local_.insert(image);
}

void FakeRuntime::AddRemoteImage(const std::string& image, Behaviour behaviour) {
  std::lock_guard lock(state_->mutex_);
  state_->images_[image] = behaviour;
}

void FakeRuntime::RemoveImage(const std::string& image) {
  std::lock_guard lock(state_->mutex_);
  state_->images_.erase(image);
  state_->local_.erase(image);
}

void FakeRuntime::Fail(Operation operation, Status why, int times) {
  std::lock_guard lock(state_->mutex_);
  auto& queue = state_->failures_[operation];
  queue.insert(queue.end(), static_cast<size_t>(times), why);
}

void FakeRuntime::SetExec(
    std::function<agent::ExecResult(const types::StringMap&, const std::vector<std::string>&)> exec) {
  std::lock_guard lock(state_->mutex_);
  state_->exec_ = std::move(exec);
}

bool FakeRuntime::Kill(const std::string& pod, const std::string& container, int exit_code, bool oom) {
  std::lock_guard lock(state_->mutex_);
  for (auto& [sandbox_id, sandbox] : state_->sandboxes_) {
    for (auto& [id, found] : sandbox.containers) {
      if (found.info.state != RunState::kRunning || agent::labels::Get(found.info.labels, agent::labels::kPod) != pod ||
          agent::labels::Get(found.info.labels, agent::labels::kContainer) != container) {
        continue;
      }
      state_->End(found, exit_code, oom);
      return true;
    }
  }
  return false;
}

void FakeRuntime::Reboot() {
  std::lock_guard lock(state_->mutex_);
  for (auto& [sandbox_id, sandbox] : state_->sandboxes_) {
    sandbox.info.running = false;
    sandbox.info.pid = 0;
    for (auto& [id, container] : sandbox.containers) {
      ++container.generation;
      if (container.info.state == RunState::kRunning) container.info.state = RunState::kCreated;
    }
  }
}

int FakeRuntime::Starts(const std::string& pod, const std::string& container) const {
  std::lock_guard lock(state_->mutex_);
  int sum = 0;
  for (const auto& [name, count] : state_->starts_) {
    if ((pod.empty() || name.first == pod) && (container.empty() || name.second == container)) sum += count;
  }
  return sum;
}

int FakeRuntime::Pulls(const std::string& image) const {
  std::lock_guard lock(state_->mutex_);
  const auto it = state_->pulls_.find(image);
  return it == state_->pulls_.end() ? 0 : it->second;
}

std::vector<std::string> FakeRuntime::Running() const {
  std::lock_guard lock(state_->mutex_);
  std::vector<std::string> names;
  for (const auto& [sandbox_id, sandbox] : state_->sandboxes_) {
    for (const auto& [id, container] : sandbox.containers) {
      if (container.info.state != RunState::kRunning) continue;
      names.push_back(agent::labels::Get(container.info.labels, agent::labels::kPod) + "/" +
                      agent::labels::Get(container.info.labels, agent::labels::kContainer));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<ContainerSpec> FakeRuntime::Spec(const std::string& pod, const std::string& container) const {
  std::lock_guard lock(state_->mutex_);
  const auto it = state_->specs_.find({pod, container});
  if (it == state_->specs_.end()) return std::nullopt;
  return it->second;
}

size_t FakeRuntime::SandboxCount() const {
  std::lock_guard lock(state_->mutex_);
  return state_->sandboxes_.size();
}

Result<std::vector<SandboxInfo>> FakeRuntime::List() {
  return ListPod({});
}

Result<std::vector<SandboxInfo>> FakeRuntime::ListPod(const std::string& pod) {
  std::lock_guard lock(state_->mutex_);
  CROFT_RETURN_IF_ERROR(state_->Injected(Operation::kList));
  std::vector<SandboxInfo> all;
  for (const auto& [id, sandbox] : state_->sandboxes_) {
    if (pod.empty() || agent::labels::Get(sandbox.info.labels, agent::labels::kPod) == pod) {
      all.push_back(state_->Snapshot(sandbox));
    }
  }
  return all;
}

Result<SandboxInfo> FakeRuntime::CreateSandbox(const agent::SandboxSpec& spec) {
  std::lock_guard lock(state_->mutex_);
  CROFT_RETURN_IF_ERROR(state_->Injected(Operation::kCreateSandbox));
  for (const auto& [id, sandbox] : state_->sandboxes_) {
    if (sandbox.info.name == spec.name) return Status::AlreadyExists("the name " + spec.name + " is in use");
  }
  State::Sandbox sandbox;
  sandbox.info.id = state_->NewId("s");
  sandbox.info.name = spec.name;
  sandbox.info.running = true;
  sandbox.info.pid = 10'000 + state_->next_id_;
  sandbox.info.labels = spec.labels;
  SandboxInfo info = sandbox.info;
  state_->sandboxes_.emplace(info.id, std::move(sandbox));
  return info;
}

Status FakeRuntime::RemoveSandbox(const std::string& id) {
  std::lock_guard lock(state_->mutex_);
  CROFT_RETURN_IF_ERROR(state_->Injected(Operation::kRemoveSandbox));
  const auto it = state_->sandboxes_.find(id);
  if (it == state_->sandboxes_.end()) return Status::Ok();
  for (auto& [container_id, container] : it->second.containers) state_->End(container, 137, false);
  state_->sandboxes_.erase(it);
  return Status::Ok();
}

Result<std::string> FakeRuntime::CreateContainer(const ContainerSpec& spec) {
  std::lock_guard lock(state_->mutex_);
  CROFT_RETURN_IF_ERROR(state_->Injected(Operation::kCreate));
  if (!state_->local_.contains(spec.image)) return Status::NotFound("image " + spec.image + " is not on this node");
  const auto it = state_->sandboxes_.find(spec.sandbox_id);
  if (it == state_->sandboxes_.end()) return Status::Internal("no sandbox " + spec.sandbox_id);
  for (const auto& [id, other] : it->second.containers) {
    if (other.info.name == spec.name) return Status::AlreadyExists("the name " + spec.name + " is in use");
  }
  State::Container container;
  container.spec = spec;
  container.info.id = state_->NewId("c");
  container.info.name = spec.name;
  container.info.sandbox_id = spec.sandbox_id;
  container.info.image = spec.image;
  container.info.image_id = "sha256:" + spec.image;
  container.info.created_at = state_->clock_.Now();
  container.info.labels = spec.labels;
  state_->specs_[{agent::labels::Get(spec.labels, agent::labels::kPod),
                  agent::labels::Get(spec.labels, agent::labels::kContainer)}] = spec;
  const std::string id = container.info.id;
  it->second.containers.emplace(id, std::move(container));
  return id;
}

Status FakeRuntime::StartContainer(const std::string& id) {
  std::lock_guard lock(state_->mutex_);
  CROFT_RETURN_IF_ERROR(state_->Injected(Operation::kStart));
  State::Container* container = state_->Find(id);
  if (container == nullptr) return Status::NotFound("no container " + id);
  if (container->info.state == RunState::kRunning) return Status::Ok();
  if (!state_->sandboxes_[container->info.sandbox_id].info.running) {
    return Status::Internal("the sandbox of container " + id + " does not run");
  }
  const Behaviour& behaviour = state_->BehaviourOf(container->spec.image);
  if (behaviour.fails_to_start) return Status::Internal("exec: no such file or directory");
  ++container->generation;
  container->info.state = RunState::kRunning;
  container->info.started_at = state_->clock_.Now();
  ++state_->starts_[{agent::labels::Get(container->info.labels, agent::labels::kPod),
                     agent::labels::Get(container->info.labels, agent::labels::kContainer)}];
  if (behaviour.runs_for) state_->EndAfter(*container, *behaviour.runs_for, behaviour.exit_code);
  return Status::Ok();
}

Status FakeRuntime::StopContainer(const std::string& id, std::chrono::seconds grace) {
  std::lock_guard lock(state_->mutex_);
  CROFT_RETURN_IF_ERROR(state_->Injected(Operation::kStop));
  State::Container* container = state_->Find(id);
  if (container == nullptr || container->info.state != RunState::kRunning) return Status::Ok();
  const Behaviour& behaviour = state_->BehaviourOf(container->spec.image);
  const bool ends_in_time = !behaviour.ignores_term && behaviour.term_delay <= grace;
  state_->EndAfter(*container, ends_in_time ? behaviour.term_delay : Duration(grace), ends_in_time ? 143 : 137);
  return Status::Ok();
}

Status FakeRuntime::RemoveContainer(const std::string& id) {
  std::lock_guard lock(state_->mutex_);
  CROFT_RETURN_IF_ERROR(state_->Injected(Operation::kRemove));
  State::Container* container = state_->Find(id);
  if (container == nullptr) return Status::Ok();
  state_->End(*container, 137, false);
  state_->sandboxes_[container->info.sandbox_id].containers.erase(id);
  return Status::Ok();
}

Result<bool> FakeRuntime::HasImage(const std::string& image) {
  std::lock_guard lock(state_->mutex_);
  return state_->local_.contains(image);
}

Status FakeRuntime::PullImage(const std::string& image) {
  std::lock_guard lock(state_->mutex_);
  ++state_->pulls_[image];
  CROFT_RETURN_IF_ERROR(state_->Injected(Operation::kPull));
  if (!state_->images_.contains(image)) return Status::NotFound("no such image");
  state_->local_.insert(image);
  return Status::Ok();
}

Result<agent::ExecResult> FakeRuntime::Exec(const std::string& id, const std::vector<std::string>& command,
                                            std::chrono::seconds) {
  types::StringMap labels;
  std::function<agent::ExecResult(const types::StringMap&, const std::vector<std::string>&)> exec;
  {
    std::lock_guard lock(state_->mutex_);
    CROFT_RETURN_IF_ERROR(state_->Injected(Operation::kExec));
    const State::Container* container = state_->Find(id);
    if (container == nullptr || container->info.state != RunState::kRunning) {
      return Status::Internal("container " + id + " does not run");
    }
    labels = container->info.labels;
    exec = state_->exec_;
  }
  return exec ? exec(labels, command) : agent::ExecResult{};
}

void FakeRuntime::OnExit(std::function<void(const types::StringMap& labels)> callback) {
  std::lock_guard lock(state_->mutex_);
  state_->on_exit_ = std::move(callback);
}

}  // namespace croft::fakes
