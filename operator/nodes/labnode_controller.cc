#include "operator/nodes/labnode_controller.h"

#include "api/types/resources.h"
#include "operator/nodes/lifecycle_controller.h"

namespace croft::nodes {
namespace {

using runtime::Outcome;

const types::TypeMeta kLabNodeType{"croft.lab/v1", "LabNode"};

}  // namespace

LabNodeController::LabNodeController(runtime::Context context, client::Informer& lab_nodes, client::Informer& nodes,
                                     client::Informer& pods)
    : context_(context), lab_nodes_(lab_nodes), nodes_(nodes), pods_(pods), events_(context, "labnode-controller") {}

Outcome LabNodeController::Reconcile(const Key& key) {
  LabNodeWorld world;
  if (const ObjectPtr object = nodes_.Get(key)) {
    Result<types::Node> node = types::FromObject<types::Node>(*object);
    if (!node.ok()) return Outcome::Terminal(node.status());
    world.node = std::move(*node);
  }
  const ObjectPtr object = lab_nodes_.Get(key);
  if (object == nullptr)
    return world.node && !world.node->metadata.deleting() ? CreateFor(*world.node) : Outcome::Done();
  Result<types::lab::LabNode> lab_node = types::FromObject<types::lab::LabNode>(*object);
  if (!lab_node.ok()) return Outcome::Terminal(lab_node.status());
  if (lab_node->metadata.deleting()) return Outcome::Done();
  world.lab_node = std::move(*lab_node);
  for (const ObjectPtr& pod_object : pods_.ByIndex(LifecycleController::kByNode, key.name)) {
    Result<types::Pod> pod = types::FromObject<types::Pod>(*pod_object);
    if (pod.ok() && !types::IsFinished(*pod)) world.pods.push_back(std::move(*pod));
  }

  LabNodePlan plan = Decide(world);
  if (world.node) {
    const Status written = WriteNode(*world.node, plan);
    if (!written.ok() && !written.IsNotFound()) return Outcome::Retry(written);
  }
  for (const Key& pod : plan.evict) {
    const Status deleted = context_.client.Delete(resources::kPods, pod);
    if (!deleted.ok() && !deleted.IsNotFound()) return Outcome::Retry(deleted);
  }
  runtime::SetCondition(plan.status.conditions, plan.ready, context_.clock.Now());
  if (plan.status == world.lab_node.status) return Outcome::Done();
  const Status written = WriteStatus(world.lab_node, plan.status);
  if (!written.ok() && !written.IsNotFound()) return Outcome::Retry(written);
  if (plan.status.phase != world.lab_node.status.phase) {
    events_.Normal(runtime::ReferenceTo(kLabNodeType, world.lab_node.metadata), plan.status.phase,
                   "LabNode " + key.name + " is now " + plan.status.phase);
  }
  return Outcome::Done();
}

Outcome LabNodeController::CreateFor(const types::Node& node) {
  types::lab::LabNode lab_node;
  lab_node.metadata.name = node.metadata.name;
  lab_node.spec.address = types::FindAddress(node, "InternalIP");
  const auto made = context_.client.Create(resources::kLabNodes, "", types::ToJson(lab_node));
  if (!made.ok() && !made.status().IsAlreadyExists()) return Outcome::Retry(made.status());
  return Outcome::Done();
}

Status LabNodeController::WriteNode(const types::Node& node, const LabNodePlan& plan) {
  const auto remembered = node.metadata.annotations.find(kAppliedAnnotation);
  const std::string before = remembered == node.metadata.annotations.end() ? "" : remembered->second;
  if (!plan.labels && !plan.taints && !plan.unschedulable && before == plan.applied) return Status::Ok();

  JsonDocument patch(rapidjson::kObjectType);
  auto& allocator = patch.GetAllocator();
  Json& metadata = Ensure(patch, "metadata", allocator);
  SetString(metadata, "resourceVersion", node.metadata.resource_version, allocator);
  Json applied = plan.applied.empty() ? Json() : MakeString(plan.applied, allocator);
  Set(Ensure(metadata, "annotations", allocator), kAppliedAnnotation, std::move(applied), allocator);
  if (plan.labels) {
    Json& labels = Ensure(metadata, "labels", allocator);
    for (const auto& [key, value] : node.metadata.labels) {
      if (!plan.labels->contains(key)) Set(labels, key, Json(), allocator);
    }
    for (const auto& [key, value] : *plan.labels) SetString(labels, key, value, allocator);
  }
  if (plan.taints) {
    types::Node wanted;
    wanted.spec.taints = *plan.taints;
    const JsonDocument whole = types::ToJson(wanted);
    const Json* taints = Find(whole, {"spec", "taints"});
    Set(Ensure(patch, "spec", allocator), "taints", taints == nullptr ? Json() : Copy(*taints, allocator), allocator);
  }
  if (plan.unschedulable) {
    Json value = *plan.unschedulable ? Json(true) : Json();
    Set(Ensure(patch, "spec", allocator), "unschedulable", std::move(value), allocator);
  }
  return context_.client.Patch(resources::kNodes, node.metadata.key(), client::PatchType::kMerge, patch).status();
}

Status LabNodeController::WriteStatus(const types::lab::LabNode& lab_node, types::lab::LabNodeStatus status) {
  types::lab::LabNode wanted = lab_node;
  wanted.status = std::move(status);
  const JsonDocument whole = types::ToJson(wanted);
  JsonDocument patch(rapidjson::kObjectType);
  Set(patch, "status", Copy(*Find(whole, "status"), patch.GetAllocator()), patch.GetAllocator());
  return context_.client
      .Patch(resources::kLabNodes, lab_node.metadata.key(), client::PatchType::kMerge, patch, "status")
      .status();
}

}  // namespace croft::nodes
