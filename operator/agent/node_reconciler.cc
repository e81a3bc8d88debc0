#include "operator/agent/node_reconciler.h"

#include <set>

#include "api/base/log.h"
#include "api/types/resources.h"
#include "operator/agent/labels.h"

namespace croft::agent {
namespace {

using runtime::Outcome;

constexpr Duration kStatusAnyway = std::chrono::minutes(5);
// A name that no pod can have: asking for it tells whether the runtime answers at all.
constexpr char kNoPod[] = "-/-";

WallTime LastHeartbeat(const types::NodeStatus& status) {
  const types::Condition* ready = types::FindCondition(status.conditions, "Ready");
  if (ready == nullptr) return {};
  return ParseTime(ready->last_heartbeat_time).value_or(WallTime());
}

}  // namespace

Outcome NodeReconciler::Reconcile(const Key& key) {
  if (key.name != parts_.settings.node_name) return Outcome::Done();
  const WallTime now = parts_.context.clock.Now();
  const ObjectPtr object = nodes_.Get(key);
  types::Node node;
  if (object != nullptr) {
    Result<types::Node> parsed = types::FromObject<types::Node>(*object);
    if (!parsed.ok()) return Outcome::Terminal(parsed.status());
    node = std::move(*parsed);
  }
  if (!node.spec.pod_cidr.empty()) {
    if (Status status = parts_.addresses.SetCidr(node.spec.pod_cidr); !status.ok()) return Outcome::Terminal(status);
  }
  const Status answers = parts_.runtime.ListPod(kNoPod).status();
  if (answers.ok() && runtime_version_.empty()) runtime_version_ = parts_.runtime.Version();
  const types::NodeStatus status =
      MakeNodeStatus(parts_.settings, node.status, runtime_version_, answers.ok() ? "" : answers.message(), now);
  Status written = Status::Ok();
  if (object == nullptr) {
    written = Register(status);
  } else if (Differs(status, node.status) || now - LastHeartbeat(node.status) >= kStatusAnyway) {
    written = WriteStatus(node, status);
  }
  if (!written.ok()) return Outcome::Retry(written.Annotate("reporting node " + key.name));
  return Outcome::After(parts_.settings.node_interval);
}

Status NodeReconciler::Register(const types::NodeStatus& status) {
  const JsonDocument node = types::ToJson(MakeNode(parts_.settings, status));
  const Status created = parts_.context.client.Create(resources::kNodes, {}, node).status();
  if (created.ok()) log::Info("node registered", {{"node", parts_.settings.node_name}});
  // A server that keeps status to its subresource drops it on create; the watch brings us back to write it.
  return created.IsAlreadyExists() ? Status::Ok() : created;
}

Status NodeReconciler::WriteStatus(const types::Node& node, const types::NodeStatus& status) {
  types::Node next;
  next.status = status;
  const JsonDocument whole = types::ToJson(next);
  JsonDocument patch(rapidjson::kObjectType);
  auto& allocator = patch.GetAllocator();
  Json meta(rapidjson::kObjectType);
  SetString(meta, "uid", node.metadata.uid, allocator);
  Set(patch, "metadata", std::move(meta), allocator);
  Set(patch, "status", Copy(*Find(whole, "status"), allocator), allocator);
  return parts_.context.client
      .Patch(resources::kNodes, node.metadata.key(), client::PatchType::kStrategic, patch, "status")
      .status();
}

Outcome Sweeper::Reconcile(const Key&) {
  Result<std::vector<SandboxInfo>> sandboxes = parts_.runtime.List();
  if (!sandboxes.ok()) return Outcome::Retry(sandboxes.status().Annotate("listing containers"));
  if (!parts_.adopted) {
    for (const SandboxInfo& sandbox : *sandboxes) {
      parts_.addresses.Adopt(labels::Get(sandbox.labels, labels::kPodUid), labels::Get(sandbox.labels, labels::kPodIp));
    }
    parts_.adopted = true;
    log::Info("containers adopted", {{"node", parts_.settings.node_name}, {"sandboxes", sandboxes->size()}});
  }
  std::set<std::string> uids;
  for (const SandboxInfo& sandbox : *sandboxes) {
    uids.insert(labels::Get(sandbox.labels, labels::kPodUid));
    const Key key = labels::PodKey(sandbox.labels);
    const ObjectPtr pod = pods_.Get(key);
    const bool known = pod != nullptr && pod->meta().uid == labels::Get(sandbox.labels, labels::kPodUid);
    if (!known && !key.name.empty()) parts_.enqueue(key);
  }
  for (const ObjectPtr& pod : pods_.List()) uids.insert(pod->meta().uid);
  for (const std::string& uid : parts_.volumes.Pods()) {
    if (uids.contains(uid)) continue;
    if (Status status = parts_.volumes.Remove(uid); !status.ok()) {
      log::Warn("files of a pod that is gone stay", {{"uid", uid}, {"reason", status.message()}});
    }
  }
  return Outcome::After(parts_.settings.sweep_interval);
}

}  // namespace croft::agent
