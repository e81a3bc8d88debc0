#include "operator/agent/pod_actions.h"

#include <algorithm>
#include <cstdio>

#include "api/types/host_ports.h"
#include "api/types/resources.h"
#include "operator/agent/container_spec.h"
#include "operator/agent/labels.h"
#include "operator/agent/pod_hooks.h"
#include "operator/agent/pod_images.h"

namespace croft::agent {
namespace {

constexpr Duration kRetryBase = std::chrono::seconds(1);
constexpr Duration kRetryMax = std::chrono::seconds(30);
constexpr std::chrono::seconds kPostStartTimeout(60);
// What a container gets to end after its preStop hook has used up the grace, as from the kubelet.
constexpr std::chrono::seconds kLeastGrace(2);

WallTime After(WallTime now, std::chrono::seconds delay) {
  return now + std::chrono::duration_cast<WallTime::duration>(delay);
}

}  // namespace

void PodParts::Event(const types::Pod& pod, const std::string& container, bool warning, const std::string& reason,
                     const std::string& message) const {
  types::ObjectReference about = runtime::ReferenceTo(types::TypeMeta{"v1", "Pod"}, pod.metadata);
  if (!container.empty()) about.field_path = "spec.containers{" + container + "}";
  tasks.Post([recorder = &events, about, warning, reason, message] {
    if (warning) {
      recorder->Warning(about, reason, message);
    } else {
      recorder->Normal(about, reason, message);
    }
  });
}

PodActions::PodActions(const PodParts& parts, Key key, const types::Pod* pod, const SandboxInfo* live)
    : parts_(parts), key_(std::move(key)), pod_(pod), uid_(pod == nullptr ? "" : pod->metadata.uid) {
  if (live != nullptr) live_ = *live;
}

Status PodActions::Do(const Action& action) {
  switch (action.kind) {
    case Action::Kind::kRemoveSandbox:
      return RemoveSandbox(action);
    case Action::Kind::kForget:
      return Forget(action);
    case Action::Kind::kCreateSandbox:
      return CreateSandbox(action);
    case Action::Kind::kAttach:
      return Attach();
    case Action::Kind::kPrepareVolumes:
      return PrepareVolumes();
    case Action::Kind::kStartContainer:
      return StartContainer(action);
    case Action::Kind::kStopContainer:
      return StopContainer(action);
    case Action::Kind::kRemoveContainer:
      CROFT_RETURN_IF_ERROR(parts_.runtime.RemoveContainer(action.container_id));
      if (pod_ != nullptr && !action.container.empty()) {
        std::remove(LogPath(parts_.settings.log_dir, *pod_, action.container, action.attempt).c_str());
      }
      return Status::Ok();
    case Action::Kind::kDeletePod:
      return DeletePod(action);
  }
  return Status::Ok();
}

Status PodActions::RemoveSandbox(const Action& action) {
  CROFT_RETURN_IF_ERROR(parts_.runtime.RemoveSandbox(action.sandbox_id));
  if (!action.detach) return Status::Ok();
  if (!action.ip.empty()) CROFT_RETURN_IF_ERROR(parts_.net.DetachPod(action.pod_uid, action.ip));
  parts_.addresses.Release(action.pod_uid);
  parts_.host_ports.Close(action.pod_uid);
  return Status::Ok();
}

Status PodActions::Forget(const Action& action) {
  CROFT_RETURN_IF_ERROR(parts_.volumes.Remove(action.pod_uid));
  parts_.addresses.Release(action.pod_uid);
  parts_.host_ports.Close(action.pod_uid);
  parts_.records.Erase(key_, action.pod_uid);
  return Status::Ok();
}

Status PodActions::CreateSandbox(const Action& action) {
  std::string ip = action.ip;
  if (!pod_->spec.host_network && ip.empty()) {
    Result<std::string> allocated = parts_.addresses.Allocate(uid_);
    if (!allocated.ok()) return FailPod("FailedCreatePodSandBox", allocated.status());
    ip = *allocated;
  }
  Result<SandboxInfo> made = parts_.runtime.CreateSandbox(MakeSandboxSpec(*pod_, action.attempt, ip, action.restarts));
  if (!made.ok()) return FailPod("FailedCreatePodSandBox", made.status());
  live_ = std::move(*made);
  return Status::Ok();
}

Status PodActions::Attach() {
  if (!pod_->spec.host_network) {
    const Status status = parts_.net.AttachPod(live_.pid, uid_, Ip());
    if (!status.ok()) return FailPod("FailedCreatePodSandBox", status.Annotate("setting up the pod's network"));
    parts_.addresses.Adopt(uid_, Ip());
    if (!types::HostPorts(pod_->spec).empty()) {
      const Status opened = parts_.host_ports.Open(uid_);
      if (!opened.ok()) return FailPod("FailedCreatePodSandBox", opened.Annotate("setting up the pod's host ports"));
    }
  }
  Update([&](PodRecord& record) {
    record.attached = live_.id;
    record.pod_failure.reset();
  });
  return Status::Ok();
}

Status PodActions::PrepareVolumes() {
  const Status status = parts_.volumes.Prepare(parts_.Facts(*pod_, Ip()), parts_.config);
  const bool refresh = parts_.records.Get(key_).prepared == live_.id;
  if (!status.ok() && !refresh) {
    return FailPod("FailedMount", status,
                   status.reason() == Reason::kInvalid ? "CreateContainerConfigError" : std::string());
  }
  // What could not be refreshed stays as it was; containers go on with it.
  if (!status.ok()) parts_.Event(*pod_, {}, true, "FailedMount", status.message());
  Update([&](PodRecord& record) {
    record.prepared = live_.id;
    record.prepared_at = Now();
    record.pod_failure.reset();
  });
  return Status::Ok();
}

Status PodActions::StartContainer(const Action& action) {
  const types::Container* container = FindContainer(action.container);
  if (container == nullptr) return Status::Internal("no container " + action.container);
  if (!EnsureImage(parts_, key_, *pod_, *container, action.attempt)) return Status::Ok();

  const PodFacts facts = parts_.Facts(*pod_, Ip());
  Result<Environment> environment = MakeEnvironment(facts, *container, parts_.config);
  if (!environment.ok()) return FailContainer(*container, "CreateContainerConfigError", environment.status());
  Result<std::vector<MountSpec>> mounts = parts_.volumes.Mounts(facts, *container, *environment);
  if (!mounts.ok()) return FailContainer(*container, "CreateContainerConfigError", mounts.status());
  Result<ContainerSpec> spec = MakeContainerSpec(facts, *container, live_, action.attempt, *environment,
                                                 std::move(*mounts), parts_.settings.log_dir);
  if (!spec.ok()) return FailContainer(*container, "CreateContainerConfigError", spec.status());

  Result<std::string> id = parts_.runtime.CreateContainer(*spec);
  if (!id.ok()) return FailContainer(*container, "CreateContainerError", id.status());
  parts_.Event(*pod_, container->name, false, "Created", "Created container " + container->name);
  if (Status status = parts_.runtime.StartContainer(*id); !status.ok()) {
    const Status removed = parts_.runtime.RemoveContainer(*id);
    return FailContainer(*container, "RunContainerError", removed.ok() ? status : status.Annotate(removed.message()));
  }
  Update([&](PodRecord& record) {
    record.failures.erase(container->name);
    record.images.erase(container->name);
    if (action.crash) record.crashes[container->name] = *action.crash;
  });
  parts_.Event(*pod_, container->name, false, "Started", "Started container " + container->name);
  if (container->lifecycle && container->lifecycle->post_start) RunPostStart(*container, *id);
  return Status::Ok();
}

void PodActions::RunPostStart(const types::Container& container, const std::string& id) {
  parts_.tasks.Post([parts = &parts_, key = key_, pod = *pod_, container, id, ip = Ip()] {
    const Status status = RunHandler(*parts, *container.lifecycle->post_start, container, id, ip, kPostStartTimeout);
    if (status.ok()) return;
    parts->Event(pod, container.name, true, "FailedPostStartHook", "PostStartHook failed: " + status.message());
    const std::chrono::seconds grace = GracePeriod(pod, parts->context.clock.Now());
    if (!parts->runtime.StopContainer(id, grace).ok()) parts->enqueue(key);
  });
}

Status PodActions::StopContainer(const Action& action) {
  const types::Container* container = FindContainer(action.container);
  Update([&](PodRecord& record) { record.stops[action.container_id] = {After(Now(), action.grace)}; });
  parts_.Event(*pod_, action.container, false, "Killing", action.why);
  if (container == nullptr || !container->lifecycle || !container->lifecycle->pre_stop || action.grace.count() == 0) {
    return parts_.runtime.StopContainer(action.container_id, action.grace);
  }
  // The hook runs beside, since it may take all of the grace; the container is asked to end when it is over.
  parts_.tasks.Post([parts = &parts_, key = key_, pod = *pod_, container = *container, id = action.container_id,
                     grace = action.grace, ip = Ip()] {
    const WallTime begin = parts->context.clock.Now();
    const Status status = RunHandler(*parts, *container.lifecycle->pre_stop, container, id, ip, grace);
    if (!status.ok()) {
      parts->Event(pod, container.name, true, "FailedPreStopHook", "PreStopHook failed: " + status.message());
    }
    const auto used = std::chrono::duration_cast<std::chrono::seconds>(parts->context.clock.Now() - begin);
    if (parts->runtime.StopContainer(id, std::max(kLeastGrace, grace - used)).ok()) return;
    parts->records.Update(key, pod.metadata.uid, [&](PodRecord& record) { record.stops.erase(id); });
    parts->enqueue(key);
  });
  return Status::Ok();
}

Status PodActions::DeletePod(const Action& action) {
  const Status status = parts_.context.client.Delete(
      resources::kPods, key_, {.uid = action.pod_uid, .grace_period_seconds = 0, .propagation_policy = {}});
  // Gone, or another pod has the name by now: both are what was wanted.
  return status.IsNotFound() || status.IsConflict() ? Status::Ok() : status;
}

Status PodActions::FailPod(const char* event, const Status& why, const std::string& reason) {
  parts_.Event(*pod_, {}, true, event, why.message());
  Update([&](PodRecord& record) {
    const Failure* before = record.pod_failure ? &*record.pod_failure : nullptr;
    record.pod_failure = NextFailure(before, reason, why.message(), Now(), kRetryBase, kRetryMax);
  });
  return why;
}

Status PodActions::FailContainer(const types::Container& container, const std::string& reason, const Status& why) {
  parts_.Event(*pod_, container.name, true, "Failed", "Error: " + why.message());
  const bool config = reason == "CreateContainerConfigError";
  Update([&](PodRecord& record) {
    const auto it = record.failures.find(container.name);
    record.failures[container.name] =
        NextFailure(it == record.failures.end() ? nullptr : &it->second, reason, why.message(), Now(),
                    config ? kRetryBase : kCrashBackoffBase, config ? kRetryMax : kCrashBackoffMax);
  });
  // Other containers of the pod need not wait for this one.
  return Status::Ok();
}

const types::Container* PodActions::FindContainer(const std::string& name) const {
  for (const auto* list : {&pod_->spec.containers, &pod_->spec.init_containers}) {
    for (const types::Container& container : *list) {
      if (container.name == name) return &container;
    }
  }
  return nullptr;
}

std::string PodActions::Ip() const {
  return labels::Get(live_.labels, labels::kPodIp);
}

}  // namespace croft::agent
