#include "operator/nodes/scheduler.h"

#include <algorithm>

#include "api/base/log.h"
#include "api/types/resources.h"

namespace croft::nodes {
namespace {

using runtime::Outcome;
using std::chrono::seconds;

// A pod that fits nowhere is looked at again after this time even if no event comes.
constexpr Duration kUnschedulableRetry = seconds(30);

const types::TypeMeta kPodType{"v1", "Pod"};

}  // namespace

Scheduler::Scheduler(runtime::Context context, client::Informer& pods, client::Informer& nodes)
    : context_(context), pods_(pods), nodes_(nodes), events_(context, "default-scheduler") {}

Outcome Scheduler::Reconcile(const Key& key) {
  const ObjectPtr object = pods_.Get(key);
  if (object == nullptr || object->meta().deleting) return Outcome::Done();
  Result<types::Pod> pod = types::FromObject<types::Pod>(*object);
  if (!pod.ok()) return Outcome::Terminal(pod.status());
  if (!pod->spec.node_name.empty() || types::IsFinished(*pod)) return Outcome::Done();
  if (assumed_.contains(pod->metadata.uid)) return Outcome::After(seconds(1));  // bound; the cache is behind
  const bool ours = pod->spec.scheduler_name.empty() || pod->spec.scheduler_name == "default-scheduler";
  if (!ours) return Outcome::Done();

  const std::vector<PlacedPod> placed = PlacedPods();
  std::vector<Candidate> candidates;
  for (const ObjectPtr& node_object : nodes_.List()) {
    Result<types::Node> node = types::FromObject<types::Node>(*node_object);
    if (node.ok()) candidates.push_back({std::move(*node), {}});
  }
  for (const PlacedPod& other : placed) {
    for (Candidate& candidate : candidates) {
      if (candidate.node.metadata.name == other.pod.spec.node_name) candidate.pods.push_back(&other);
    }
  }
  const Placement placement = Place(Measure(*pod), candidates);
  if (placement.node.empty()) return SayUnschedulable(*pod, placement.reason);
  return Bind(*pod, placement.node);
}

std::vector<PlacedPod> Scheduler::PlacedPods() {
  std::vector<PlacedPod> placed;
  std::map<std::string, std::string> still_assumed;
  for (const ObjectPtr& object : pods_.List()) {
    Result<types::Pod> pod = types::FromObject<types::Pod>(*object);
    if (!pod.ok() || types::IsFinished(*pod)) continue;
    if (pod->spec.node_name.empty()) {
      const auto it = assumed_.find(pod->metadata.uid);
      if (it == assumed_.end()) continue;
      pod->spec.node_name = it->second;
      still_assumed.insert(*it);
    }
    placed.push_back(Measure(std::move(*pod)));
  }
  assumed_ = std::move(still_assumed);
  return placed;
}

Outcome Scheduler::Bind(const types::Pod& pod, const std::string& node) {
  JsonDocument binding(rapidjson::kObjectType);
  auto& allocator = binding.GetAllocator();
  SetString(binding, "apiVersion", "v1", allocator);
  SetString(binding, "kind", "Binding", allocator);
  Json& metadata = Ensure(binding, "metadata", allocator);
  SetString(metadata, "name", pod.metadata.name, allocator);
  SetString(metadata, "namespace", pod.metadata.ns, allocator);
  SetString(metadata, "uid", pod.metadata.uid, allocator);
  Json& target = Ensure(binding, "target", allocator);
  SetString(target, "apiVersion", "v1", allocator);
  SetString(target, "kind", "Node", allocator);
  SetString(target, "name", node, allocator);
  const auto bound = context_.client.CreateSubresource(resources::kPods, pod.metadata.key(), "binding", binding);
  if (!bound.ok()) {
    // Gone, or bound by an earlier try whose answer was lost: the next event tells.
    if (bound.status().IsNotFound()) return Outcome::Done();
    return Outcome::Retry(bound.status());
  }
  assumed_[pod.metadata.uid] = node;
  events_.Normal(runtime::ReferenceTo(kPodType, pod.metadata), "Scheduled",
                 "Successfully assigned " + pod.metadata.key().ToString() + " to " + node);
  return Outcome::Done();
}

Outcome Scheduler::SayUnschedulable(const types::Pod& pod, const std::string& why) {
  types::PodStatus status = pod.status;
  const bool changed = runtime::SetCondition(
      status.conditions, {.type = "PodScheduled", .status = "False", .reason = "Unschedulable", .message = why},
      context_.clock.Now());
  if (changed) {
    types::Pod patched;
    patched.status.conditions = status.conditions;
    JsonDocument patch(rapidjson::kObjectType);
    const JsonDocument whole = types::ToJson(patched);
    Set(patch, "status", Copy(*Find(whole, "status"), patch.GetAllocator()), patch.GetAllocator());
    const auto written =
        context_.client.Patch(resources::kPods, pod.metadata.key(), client::PatchType::kStrategic, patch, "status");
    if (!written.ok() && !written.status().IsNotFound()) return Outcome::Retry(written.status());
    events_.Warning(runtime::ReferenceTo(kPodType, pod.metadata), "FailedScheduling", why);
  }
  return Outcome::After(kUnschedulableRetry);
}

}  // namespace croft::nodes
