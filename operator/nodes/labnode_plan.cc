#include "operator/nodes/labnode_plan.h"

#include <algorithm>

namespace croft::nodes {
namespace {

using types::Taint;

// What an earlier LabNode put on the Node: {"labels":["a"],"taints":["key:effect"]}.
struct Applied {
  std::vector<std::string> labels;
  std::vector<std::string> taints;
};

std::vector<std::string> Strings(const Json* list) {
  std::vector<std::string> out;
  if (list == nullptr || !list->IsArray()) return out;
  for (const Json& item : list->GetArray()) {
    if (item.IsString()) out.emplace_back(AsView(item));
  }
  return out;
}

Applied ReadApplied(const types::Node& node) {
  const auto it = node.metadata.annotations.find(kAppliedAnnotation);
  if (it == node.metadata.annotations.end()) return {};
  const Result<JsonDocument> parsed = ParseJson(it->second);
  if (!parsed.ok()) return {};
  return {Strings(Find(*parsed, "labels")), Strings(Find(*parsed, "taints"))};
}

std::string TaintId(const Taint& taint) {
  return taint.key + ":" + taint.effect;
}

std::string WriteApplied(const types::lab::LabNodeSpec& spec) {
  if (spec.labels.empty() && spec.taints.empty()) return {};
  JsonDocument document(rapidjson::kObjectType);
  auto& allocator = document.GetAllocator();
  Json labels(rapidjson::kArrayType), taints(rapidjson::kArrayType);
  for (const auto& [key, value] : spec.labels) labels.PushBack(MakeString(key, allocator), allocator);
  for (const Taint& taint : spec.taints) taints.PushBack(MakeString(TaintId(taint), allocator), allocator);
  document.AddMember("labels", labels, allocator);
  document.AddMember("taints", taints, allocator);
  return WriteJson(document);
}

bool Contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

void PlanNode(const LabNodeWorld& world, LabNodePlan* plan) {
  const types::Node& node = *world.node;
  const types::lab::LabNodeSpec& spec = world.lab_node.spec;
  const Applied before = ReadApplied(node);
  plan->applied = WriteApplied(spec);

  types::StringMap labels = node.metadata.labels;
  for (const std::string& key : before.labels) {
    if (!spec.labels.contains(key)) labels.erase(key);
  }
  for (const auto& [key, value] : spec.labels) labels[key] = value;
  if (labels != node.metadata.labels) plan->labels = labels;

  std::vector<Taint> taints;
  for (const Taint& taint : node.spec.taints) {
    const auto same = [&](const Taint& wanted) { return TaintId(wanted) == TaintId(taint); };
    const bool declared = std::any_of(spec.taints.begin(), spec.taints.end(), same);
    if (!declared && Contains(before.taints, TaintId(taint))) continue;
    if (!declared) taints.push_back(taint);
  }
  for (Taint taint : spec.taints) {
    for (const Taint& there : node.spec.taints) {
      if (TaintId(there) == TaintId(taint)) taint.time_added = there.time_added;
    }
    taints.push_back(taint);
  }
  const bool same = taints.size() == node.spec.taints.size() &&
                    std::is_permutation(taints.begin(), taints.end(), node.spec.taints.begin());
  if (!same) plan->taints = taints;

  // Availability rules the Node while it is not "active", and gives it free when it becomes so; a Node that a person
  // cordoned by hand stays as it is while its LabNode says "active" and always has.
  const bool active = spec.availability.empty() || spec.availability == "active";
  const bool was_held = world.lab_node.status.phase == "Paused" || world.lab_node.status.phase == "Draining" ||
                        world.lab_node.status.phase == "Drained";
  if (!active && !node.spec.unschedulable) plan->unschedulable = true;
  if (active && was_held && node.spec.unschedulable) plan->unschedulable = false;
}

}  // namespace

LabNodePlan Decide(const LabNodeWorld& world) {
  LabNodePlan plan;
  const types::lab::LabNodeSpec& spec = world.lab_node.spec;
  plan.status.observed_generation = world.lab_node.metadata.generation;
  plan.status.conditions = world.lab_node.status.conditions;
  plan.status.pods = static_cast<int32_t>(world.pods.size());
  if (!world.node) {
    plan.status.phase = "Pending";
    plan.ready = {.type = "Ready",
                  .status = "False",
                  .reason = "NotRegistered",
                  .message = "no agent has registered a node of this name yet; run 'croft agent' on the machine"};
    return plan;
  }
  PlanNode(world, &plan);
  if (spec.availability == "drain") {
    for (const types::Pod& pod : world.pods) {
      if (!pod.metadata.deleting()) plan.evict.push_back(pod.metadata.key());
    }
  }
  const bool ready = types::IsReady(*world.node);
  plan.status.node_name = world.node->metadata.name;
  plan.status.capacity = world.node->status.capacity;
  plan.status.allocatable = world.node->status.allocatable;
  plan.status.agent_version = world.node->status.node_info.kubelet_version.value_or("");
  plan.status.phase = !ready                         ? "NotReady"
                      : spec.availability == "pause" ? "Paused"
                      : spec.availability == "drain" ? (world.pods.empty() ? "Drained" : "Draining")
                                                     : "Ready";
  const types::Condition* node_ready = types::FindCondition(world.node->status.conditions, "Ready");
  plan.ready = {.type = "Ready",
                .status = ready ? "True" : "False",
                .reason = node_ready != nullptr ? node_ready->reason : "NotReady",
                .message = node_ready != nullptr ? node_ready->message : ""};
  return plan;
}

}  // namespace croft::nodes
