#include "operator/agent/pod_reconciler.h"

#include <algorithm>

#include "api/types/resources.h"
#include "operator/agent/labels.h"

namespace croft::agent {
namespace {

using runtime::Outcome;

// While the API is away the pod is looked at again this soon, whatever else is due.
constexpr Duration kApiAway = std::chrono::seconds(1);
constexpr Duration kNotAdopted = std::chrono::milliseconds(100);

const types::ContainerStatus* FindStatus(const std::vector<types::ContainerStatus>& list, const std::string& name) {
  for (const types::ContainerStatus& status : list) {
    if (status.name == name) return &status;
  }
  return nullptr;
}

const types::ContainerStatus* FindStatus(const types::PodStatus& status, const std::string& name) {
  const types::ContainerStatus* found = FindStatus(status.container_statuses, name);
  return found != nullptr ? found : FindStatus(status.init_container_statuses, name);
}

bool IsOver(const types::Pod& pod) {
  return pod.metadata.deleting() || types::IsFinished(pod);
}

}  // namespace

Outcome PodReconciler::Reconcile(const Key& key) {
  if (!parts_.adopted) return Outcome::After(kNotAdopted);
  const WallTime now = parts_.context.clock.Now();

  const ObjectPtr object = pods_.Get(key);
  std::optional<types::Pod> pod;
  if (object != nullptr) {
    Result<types::Pod> parsed = types::FromObject<types::Pod>(*object);
    if (!parsed.ok()) return Outcome::Terminal(parsed.status());
    pod = std::move(*parsed);
    parts_.records.Begin(key, pod->metadata.uid, now);
    if (pod->metadata.deleting()) {
      parts_.records.Update(key, pod->metadata.uid, [&](PodRecord& record) {
        if (!record.deletion_seen) record.deletion_seen = now;
      });
    }
  }
  Observed observed;
  observed.pod = pod ? &*pod : nullptr;
  observed.node_ip = parts_.settings.address;
  observed.drain = parts_.settings.drain;
  Result<std::vector<SandboxInfo>> sandboxes = parts_.runtime.ListPod(key.ToString());
  if (!sandboxes.ok()) return Outcome::Retry(sandboxes.status().Annotate("listing containers"));
  observed.sandboxes = std::move(*sandboxes);
  observed.record = parts_.records.Get(key);
  SyncProbes(key, &observed);

  const Plan plan = Decide(observed, now);

  Status written = Status::Ok();
  if (plan.status) written = WriteStatus(observed, *plan.status, object->meta().revision);
  const bool over = pod && IsOver(*pod);
  // What a final status is made of must not go before it is told.
  if (!written.ok() && over) return Outcome::Retry(written);

  const PodView view = MakeView(observed);
  PodActions actions(parts_, key, observed.pod, view.live);
  bool deleted = false;
  for (const Action& action : plan.actions) {
    deleted = deleted || action.kind == Action::Kind::kDeletePod;
    if (Status status = actions.Do(action); !status.ok()) {
      // What the record tells of is written into the status next, and tried again when the record says.
      const std::optional<Failure> told = parts_.records.Get(key).pod_failure;
      if (told && told->retry_at > now) return Outcome::After(Duration::zero());
      return Outcome::Retry(status);
    }
  }
  if (!written.ok()) return Outcome::After(std::min(plan.again.value_or(kApiAway), kApiAway));
  if (deleted) return Outcome::Done();
  if (!plan.actions.empty()) return Outcome::After(Duration::zero());
  return plan.again ? Outcome::After(*plan.again) : Outcome::Done();
}

void PodReconciler::SyncProbes(const Key& key, Observed* observed) {
  std::vector<ProbeTarget> targets;
  if (observed->pod != nullptr && !types::IsFinished(*observed->pod)) {
    const types::Pod& pod = *observed->pod;
    const PodView view = MakeView(*observed);
    for (const ContainerView& container : view.containers) {
      const types::Container& spec = *container.spec;
      if (!container.running || (!spec.startup_probe && !spec.liveness_probe && !spec.readiness_probe)) continue;
      ProbeTarget target;
      target.pod = key;
      target.container_id = container.current->id;
      target.spec = spec;
      target.ip = pod.spec.host_network ? observed->node_ip : labels::Get(view.live->labels, labels::kPodIp);
      target.started_at = container.current->started_at;
      const types::ContainerStatus* reported = FindStatus(pod.status, spec.name);
      if (reported != nullptr && reported->container_id == "podman://" + target.container_id) {
        target.known_started = reported->started.value_or(false);
        target.known_ready = reported->ready.value_or(false);
      }
      targets.push_back(std::move(target));
    }
  }
  prober_.Sync(key, std::move(targets));
  observed->verdicts = prober_.Verdicts(key);
}

Status PodReconciler::WriteStatus(const Observed& observed, const types::PodStatus& status, uint64_t cached_revision) {
  const types::Pod& pod = *observed.pod;
  const PodRecord& record = observed.record;
  if (status == pod.status) return Status::Ok();
  // The cache may not show yet what was written last.
  if (record.written && *record.written == status && cached_revision < record.written_revision) return Status::Ok();

  types::Pod next;
  next.metadata.uid = pod.metadata.uid;  // another pod of that name is a conflict
  next.status = status;
  JsonDocument whole = types::ToJson(next);
  JsonDocument patch(rapidjson::kObjectType);
  auto& allocator = patch.GetAllocator();
  Json meta(rapidjson::kObjectType);
  SetString(meta, "uid", pod.metadata.uid, allocator);
  Set(patch, "metadata", std::move(meta), allocator);
  Set(patch, "status", Copy(*Find(whole, "status"), allocator), allocator);
  // A patch that leaves these out would leave them as they were.
  Json& body = *FindMutable(patch, "status");
  for (const char* field : {"reason", "message", "podIP", "podIPs"}) {
    if (Find(body, field) == nullptr && observed.record.written) Set(body, field, Json(), allocator);
  }
  // Conditions are merged one by one: what a condition no longer says must be taken off.
  if (Json* conditions = FindMutable(body, "conditions")) {
    for (Json& condition : conditions->GetArray()) {
      for (const char* field : {"reason", "message"}) {
        if (Find(condition, field) == nullptr) Set(condition, field, Json(), allocator);
      }
    }
  }
  Result<ObjectPtr> result =
      parts_.context.client.Patch(resources::kPods, pod.metadata.key(), client::PatchType::kStrategic, patch, "status");
  if (result.status().IsNotFound() || result.status().IsConflict()) return Status::Ok();  // the watch will tell
  if (!result.ok()) return result.status().Annotate("writing the pod's status");
  parts_.records.Update(pod.metadata.key(), pod.metadata.uid, [&](PodRecord& changed) {
    changed.written = status;
    changed.written_revision = (*result)->meta().revision;
  });
  TellBackOffs(observed, status);
  return Status::Ok();
}

void PodReconciler::TellBackOffs(const Observed& observed, const types::PodStatus& status) {
  for (const auto* list : {&status.init_container_statuses, &status.container_statuses}) {
    for (const types::ContainerStatus& container : *list) {
      if (!container.state.waiting) continue;
      const std::string& reason = container.state.waiting->reason;
      if (reason != "CrashLoopBackOff" && reason != "ImagePullBackOff") continue;
      const types::ContainerStatus* before =
          FindStatus(observed.record.written ? *observed.record.written : observed.pod->status, container.name);
      if (before != nullptr && before->state == container.state) continue;
      parts_.Event(*observed.pod, container.name, true, "BackOff",
                   reason == "CrashLoopBackOff" ? "Back-off restarting failed container " + container.name +
                                                      " in pod " + observed.pod->metadata.name + "_" +
                                                      observed.pod->metadata.ns + "(" + observed.pod->metadata.uid + ")"
                                                : "Back-off pulling image \"" + container.image + "\"");
    }
  }
}

}  // namespace croft::agent
