#include "operator/nodes/lifecycle_controller.h"

#include <algorithm>

#include "api/base/log.h"
#include "api/types/lab.h"
#include "api/types/resources.h"

namespace croft::nodes {
namespace {

using runtime::Outcome;
using std::chrono::seconds;

constexpr Duration kNotReadyAfter = seconds(6);
// When this process did not look at a node for longer than this, it was itself too slow: the silence is forgiven.
constexpr Duration kOwnPause = seconds(4);
const types::TypeMeta kNodeType{"v1", "Node"};
const types::TypeMeta kPodType{"v1", "Pod"};

}  // namespace

LifecycleController::LifecycleController(runtime::Context context, Informers informers)
    : context_(context), informers_(informers), events_(context, "node-controller") {}

Outcome LifecycleController::Reconcile(const Key& key) {
  const ObjectPtr object = informers_.nodes.Get(key);
  if (object == nullptr) {
    seen_.erase(key.name);
    return Outcome::Done();
  }
  Result<types::Node> node = types::FromObject<types::Node>(*object);
  if (!node.ok()) return Outcome::Terminal(node.status());

  const NodeVerdict verdict = Judge(HealthOf(*node), context_.clock.Now());
  if (const Status written = WriteVerdict(*node, verdict); !written.ok()) {
    return written.IsNotFound() ? Outcome::Done() : Outcome::Retry(written);
  }
  const Result<Duration> next = TendPods(*node, verdict);
  if (!next.ok()) return Outcome::Retry(next.status());

  Duration wait = seconds(2);  // looking often is what tells our own pauses from a node's silence
  if (verdict.look_again > Duration::zero()) wait = std::min(wait, verdict.look_again);
  if (*next > Duration::zero()) wait = std::min(wait, *next);
  return Outcome::After(wait);
}

// A node tells that it lives by its Lease and by its own status. Were the Lease alone to count, an agent that can write
// the one but not the other would say Ready as often as this says Unknown, without a pause.
std::string LifecycleController::SignOf(const types::Node& node) const {
  std::string sign;
  if (const ObjectPtr lease = informers_.leases.Get({"kube-node-lease", node.metadata.name})) {
    const Result<types::Lease> parsed = types::FromObject<types::Lease>(*lease);
    if (parsed.ok()) sign = parsed->spec.renew_time;
  }
  const types::Condition* ready = types::FindCondition(node.status.conditions, "Ready");
  return ready == nullptr ? sign : sign + " " + ready->last_heartbeat_time;
}

Duration LifecycleController::SilenceOf(const types::Node& node) {
  const SteadyTime now = context_.clock.Steady();
  const std::string sign = SignOf(node);
  auto [it, fresh] = seen_.try_emplace(node.metadata.name, Seen{sign, now, now});
  Seen& seen = it->second;
  const bool paused = now - seen.looked > kOwnPause;
  if (fresh || paused || seen.sign != sign) {
    seen.sign = sign;
    seen.at = now;
  }
  seen.looked = now;
  return std::chrono::duration_cast<Duration>(now - seen.at);
}

NodeHealth LifecycleController::HealthOf(const types::Node& node) {
  NodeHealth health{node, SilenceOf(node), kNotReadyAfter, Duration::zero()};
  const ObjectPtr object = informers_.lab_nodes.Get({"", node.metadata.name});
  if (object == nullptr) return health;
  const Result<types::lab::LabNode> lab_node = types::FromObject<types::lab::LabNode>(*object);
  if (!lab_node.ok()) return health;
  const types::lab::Failover& failover = lab_node->spec.failover;
  health.not_ready_after = ParseDuration(failover.not_ready_after).value_or(kNotReadyAfter);
  health.replace_after = ParseDuration(failover.replace_after).value_or(Duration::zero());
  return health;
}

Status LifecycleController::WriteVerdict(const types::Node& node, const NodeVerdict& verdict) {
  types::Node wanted;
  if (verdict.taints_changed) {
    // resourceVersion guards against a taint that somebody set meanwhile: a merge patch replaces the list.
    wanted.metadata.resource_version = node.metadata.resource_version;
    wanted.spec.taints = verdict.taints;
    JsonDocument patch = types::ToJson(wanted);
    if (verdict.taints.empty())
      Set(Ensure(patch, "spec", patch.GetAllocator()), "taints", Json(), patch.GetAllocator());
    Erase(patch, "apiVersion");
    Erase(patch, "kind");
    Erase(patch, "status");
    const auto written =
        context_.client.Patch(resources::kNodes, node.metadata.key(), client::PatchType::kMerge, patch);
    if (!written.ok()) return written.status();
  }
  if (verdict.conditions_changed) {
    types::Node status;
    status.status.conditions = verdict.conditions;
    JsonDocument patch(rapidjson::kObjectType);
    const JsonDocument whole = types::ToJson(status);
    Set(patch, "status", Copy(*Find(whole, "status"), patch.GetAllocator()), patch.GetAllocator());
    const auto written =
        context_.client.Patch(resources::kNodes, node.metadata.key(), client::PatchType::kStrategic, patch, "status");
    if (!written.ok()) return written.status();
    log::Warn("node is silent", {{"node", node.metadata.name}});
    events_.Warning(runtime::ReferenceTo(kNodeType, node.metadata), "NodeNotReady",
                    "Node " + node.metadata.name + " status is now: NodeNotReady");
  }
  return Status::Ok();
}

Result<Duration> LifecycleController::TendPods(const types::Node& node, const NodeVerdict& verdict) {
  Duration next = Duration::zero();
  for (const ObjectPtr& object : informers_.pods.ByIndex(kByNode, node.metadata.name)) {
    Result<types::Pod> pod = types::FromObject<types::Pod>(*object);
    if (!pod.ok() || types::IsFinished(*pod)) continue;
    if (verdict.silent && types::IsReady(*pod)) {
      const Status marked = MarkNotReady(*pod);
      if (!marked.ok() && !marked.IsNotFound()) return marked;
    }
    if (pod->metadata.deleting()) continue;
    const std::optional<Duration> stay = StayOn(*pod, verdict.taints, context_.clock.Now());
    if (!stay) continue;
    if (*stay > Duration::zero()) {
      next = next == Duration::zero() ? *stay : std::min(next, *stay);
      continue;
    }
    events_.Normal(runtime::ReferenceTo(kPodType, pod->metadata), "TaintManagerEviction",
                   "Marking for deletion Pod " + pod->metadata.key().ToString());
    client::DeleteOptions options;
    options.uid = pod->metadata.uid;
    const Status deleted = context_.client.Delete(resources::kPods, pod->metadata.key(), options);
    if (!deleted.ok() && !deleted.IsNotFound() && !deleted.IsConflict()) return deleted;
  }
  return next;
}

Status LifecycleController::MarkNotReady(const types::Pod& pod) {
  types::Pod wanted;
  wanted.status.conditions = pod.status.conditions;
  runtime::SetCondition(wanted.status.conditions, {.type = "Ready", .status = "False", .reason = "NodeNotReady"},
                        context_.clock.Now());
  JsonDocument patch(rapidjson::kObjectType);
  const JsonDocument whole = types::ToJson(wanted);
  Set(patch, "status", Copy(*Find(whole, "status"), patch.GetAllocator()), patch.GetAllocator());
  return context_.client.Patch(resources::kPods, pod.metadata.key(), client::PatchType::kStrategic, patch, "status")
      .status();
}

}  // namespace croft::nodes
