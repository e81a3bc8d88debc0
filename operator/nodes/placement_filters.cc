#include "operator/nodes/placement_filters.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "api/object/selector.h"
#include "api/types/host_ports.h"

namespace croft::nodes {
namespace {

int64_t Quantity(const types::StringMap& resources, const std::string& name) {
  const auto it = resources.find(name);
  return it == resources.end() ? 0 : types::ParseQuantityMilli(it->second).value_or(0);
}

std::string TaintReason(const PlacedPod& pod, const types::Node& node) {
  if (node.spec.unschedulable &&
      !Tolerates(pod.pod.spec.tolerations, {"node.kubernetes.io/unschedulable", "", "NoSchedule", ""})) {
    return "node(s) were unschedulable";
  }
  for (const types::Taint& taint : node.spec.taints) {
    if (taint.effect != "NoSchedule" && taint.effect != "NoExecute") continue;
    if (Tolerates(pod.pod.spec.tolerations, taint)) continue;
    return "node(s) had untolerated taint {" + taint.key + ": " + taint.value + "}";
  }
  return {};
}

std::optional<int64_t> Integer(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// One expression of a node selector term: In, NotIn, Exists, DoesNotExist, Gt, Lt.
bool Holds(const Json& expression, const std::string* value) {
  const std::string_view op = FindString(expression, {"operator"});
  if (op == "Exists") return value != nullptr;
  if (op == "DoesNotExist") return value == nullptr;
  const Json* values = Find(expression, "values");
  if (values == nullptr || !values->IsArray()) return false;
  const auto listed = [&] {
    return value != nullptr && std::any_of(values->Begin(), values->End(),
                                           [&](const Json& item) { return item.IsString() && AsView(item) == *value; });
  };
  if (op == "In") return listed();
  if (op == "NotIn") return !listed();
  if (value == nullptr || values->Size() != 1 || !(*values)[0].IsString()) return false;
  const auto have = Integer(*value), want = Integer(AsView((*values)[0]));
  if (!have || !want) return false;
  return op == "Gt" ? *have > *want : op == "Lt" && *have < *want;
}

bool TermHolds(const Json& term, const types::Node& node) {
  bool any = false;
  for (const char* part : {"matchExpressions", "matchFields"}) {
    const Json* expressions = Find(term, part);
    if (expressions == nullptr || !expressions->IsArray()) continue;
    for (const Json& expression : expressions->GetArray()) {
      any = true;
      const std::string key(FindString(expression, {"key"}));
      const std::string* value = nullptr;
      if (part == std::string_view("matchFields")) {
        if (key == "metadata.name") value = &node.metadata.name;
      } else if (const auto it = node.metadata.labels.find(key); it != node.metadata.labels.end()) {
        value = &it->second;
      }
      if (!Holds(expression, value)) return false;
    }
  }
  return any;  // an empty term matches nothing
}

bool SelectorHolds(const PlacedPod& pod, const types::Node& node) {
  for (const auto& [key, value] : pod.pod.spec.node_selector) {
    const auto it = node.metadata.labels.find(key);
    if (it == node.metadata.labels.end() || it->second != value) return false;
  }
  if (pod.pod.spec.affinity.empty()) return true;
  const Result<JsonDocument> affinity = ParseJson(pod.pod.spec.affinity.bytes);
  if (!affinity.ok()) return true;
  const Json* terms =
      Find(*affinity, {"nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"});
  if (terms == nullptr || !terms->IsArray()) return true;
  return std::any_of(terms->Begin(), terms->End(), [&](const Json& term) { return TermHolds(term, node); });
}

bool PortsCollide(const PlacedPod& pod, const Candidate& candidate) {
  const std::vector<types::ContainerPort> mine = types::HostPorts(pod.pod.spec);
  if (mine.empty()) return false;
  return std::any_of(candidate.pods.begin(), candidate.pods.end(), [&](const PlacedPod* other) {
    for (const types::ContainerPort& theirs : types::HostPorts(other->pod.spec)) {
      for (const types::ContainerPort& port : mine) {
        if (types::HostPortsCollide(port, theirs)) return true;
      }
    }
    return false;
  });
}

Labels LabelsOf(const types::Pod& pod) {
  return {pod.metadata.labels.begin(), pod.metadata.labels.end()};
}

// core/v1 TopologySpreadConstraint with whenUnsatisfiable=DoNotSchedule: after placing, the node's domain may have at
// most maxSkew matching pods more than the emptiest domain.
bool SpreadHolds(const PlacedPod& pod, const Candidate& candidate, const std::vector<Candidate>& all) {
  if (pod.pod.spec.topology_spread_constraints.empty()) return true;
  const Result<JsonDocument> constraints = ParseJson(pod.pod.spec.topology_spread_constraints.bytes);
  if (!constraints.ok() || !constraints->IsArray()) return true;
  for (const Json& constraint : constraints->GetArray()) {
    if (FindString(constraint, {"whenUnsatisfiable"}) != "DoNotSchedule") continue;
    const std::string key(FindString(constraint, {"topologyKey"}));
    const Json* selector_json = Find(constraint, "labelSelector");
    const Result<LabelSelector> selector =
        selector_json == nullptr ? Result<LabelSelector>(LabelSelector()) : LabelSelector::FromJson(*selector_json);
    const auto mine = candidate.node.metadata.labels.find(key);
    if (!selector.ok() || mine == candidate.node.metadata.labels.end()) return false;
    std::map<std::string, int64_t> counts;
    for (const Candidate& other : all) {
      const auto domain = other.node.metadata.labels.find(key);
      if (domain == other.node.metadata.labels.end() || !SelectorHolds(pod, other.node)) continue;
      int64_t& count = counts[domain->second];
      for (const PlacedPod* there : other.pods) {
        const bool same_namespace = there->pod.metadata.ns == pod.pod.metadata.ns;
        count += same_namespace && !there->pod.metadata.deleting() && selector->Matches(LabelsOf(there->pod));
      }
    }
    int64_t least = counts.empty() ? 0 : counts.begin()->second;
    for (const auto& [domain, count] : counts) least = std::min(least, count);
    if (counts[mine->second] + 1 - least > FindInt(constraint, {"maxSkew"}, 1)) return false;
  }
  return true;
}

}  // namespace

Free FreeOn(const Candidate& candidate) {
  const types::StringMap& all = candidate.node.status.allocatable;
  Free free{Quantity(all, "cpu"), Quantity(all, "memory"), Quantity(all, "pods") / 1000};
  for (const PlacedPod* pod : candidate.pods) {
    free.cpu_milli -= pod->cpu_milli;
    free.memory_milli -= pod->memory_milli;
    free.pods -= 1;
  }
  return free;
}

std::string WhyNot(const PlacedPod& pod, const Candidate& candidate, const std::vector<Candidate>& all) {
  if (std::string reason = TaintReason(pod, candidate.node); !reason.empty()) return reason;
  if (!SelectorHolds(pod, candidate.node)) return "node(s) didn't match Pod's node affinity/selector";
  const Free free = FreeOn(candidate);
  if (free.pods < 1) return "Too many pods";
  if (pod.cpu_milli > 0 && pod.cpu_milli > free.cpu_milli) return "Insufficient cpu";
  if (pod.memory_milli > 0 && pod.memory_milli > free.memory_milli) return "Insufficient memory";
  if (PortsCollide(pod, candidate)) return "node(s) didn't have free ports for the requested pod ports";
  if (!SpreadHolds(pod, candidate, all)) return "node(s) didn't match pod topology spread constraints";
  return {};
}

}  // namespace croft::nodes
