#include "unit/sim/sim_runtime.h"

#include "operator/agent/labels.h"

namespace croft::sim {

using agent::RunState;

Status SimRuntime::Begin() {
  CROFT_RETURN_IF_ERROR(process_->BeginCall());
  if (Strikes(parts_.random, parts_.rates.runtime)) return Status::Unavailable("the container runtime does not answer");
  return Status::Ok();
}

Status SimRuntime::Tell(const std::string& what, const Status& status) {
  parts_.journal.Add(process_->name(), status.ok() ? what : what + ": " + status.message());
  return status;
}

void SimRuntime::CheckSingle(const std::string& id) {
  const auto sandboxes = parts_.containers.List();
  if (!sandboxes.ok()) return;
  std::string started;
  for (const auto& sandbox : *sandboxes) {
    for (const auto& container : sandbox.containers) {
      if (container.id != id) continue;
      started = agent::labels::Get(container.labels, agent::labels::kPod) + "/" +
                agent::labels::Get(container.labels, agent::labels::kContainer);
    }
  }
  int running = 0;
  for (const std::string& name : parts_.containers.Running()) running += name == started;
  if (running > 1) parts_.violations.push_back(process_->name() + " runs " + started + " twice at once");
}

Result<std::vector<agent::SandboxInfo>> SimRuntime::List() {
  CROFT_RETURN_IF_ERROR(Begin());
  return parts_.containers.List();
}

Result<std::vector<agent::SandboxInfo>> SimRuntime::ListPod(const std::string& pod) {
  CROFT_RETURN_IF_ERROR(Begin());
  return parts_.containers.ListPod(pod);
}

Result<agent::SandboxInfo> SimRuntime::CreateSandbox(const agent::SandboxSpec& spec) {
  CROFT_RETURN_IF_ERROR(Begin());
  auto result = parts_.containers.CreateSandbox(spec);
  CROFT_RETURN_IF_ERROR(Tell("make sandbox " + spec.name, result.status()));
  return result;
}

Status SimRuntime::RemoveSandbox(const std::string& id) {
  CROFT_RETURN_IF_ERROR(Begin());
  return Tell("remove sandbox " + id, parts_.containers.RemoveSandbox(id));
}

Result<std::string> SimRuntime::CreateContainer(const agent::ContainerSpec& spec) {
  CROFT_RETURN_IF_ERROR(Begin());
  auto result = parts_.containers.CreateContainer(spec);
  CROFT_RETURN_IF_ERROR(Tell("make container " + spec.name + " of " + spec.image, result.status()));
  return result;
}

Status SimRuntime::StartContainer(const std::string& id) {
  CROFT_RETURN_IF_ERROR(Begin());
  const Status status = Tell("start container " + id, parts_.containers.StartContainer(id));
  if (status.ok()) CheckSingle(id);
  return status;
}

Status SimRuntime::StopContainer(const std::string& id, std::chrono::seconds grace) {
  CROFT_RETURN_IF_ERROR(Begin());
  return Tell("stop container " + id, parts_.containers.StopContainer(id, grace));
}

Status SimRuntime::RemoveContainer(const std::string& id) {
  CROFT_RETURN_IF_ERROR(Begin());
  return Tell("remove container " + id, parts_.containers.RemoveContainer(id));
}

Result<bool> SimRuntime::HasImage(const std::string& image) {
  CROFT_RETURN_IF_ERROR(Begin());
  return parts_.containers.HasImage(image);
}

Status SimRuntime::PullImage(const std::string& image) {
  CROFT_RETURN_IF_ERROR(Begin());
  return Tell("pull " + image, parts_.containers.PullImage(image));
}

Result<agent::ExecResult> SimRuntime::Exec(const std::string& id, const std::vector<std::string>& command,
                                           std::chrono::seconds timeout) {
  CROFT_RETURN_IF_ERROR(Begin());
  return parts_.containers.Exec(id, command, timeout);
}

void SimRuntime::OnExit(std::function<void(const types::StringMap& labels)> callback) {
  parts_.containers.OnExit(std::move(callback));
}

}  // namespace croft::sim
