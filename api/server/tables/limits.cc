#include <algorithm>

#include "api/object/selector.h"
#include "api/server/autoscaler_form.h"
#include "api/server/tables/cells.h"

// Autoscalers, budgets, quotas, network policies, and classes.
namespace croft::server {
namespace {

constexpr size_t kShownMetrics = 2;
constexpr const char* kDefaultStorage = "storageclass.kubernetes.io/is-default-class";

std::string TextAt(const Json* object, std::string_view key, std::string otherwise) {
  const Json* value = object == nullptr ? nullptr : Find(*object, key);
  if (value == nullptr || value->IsNull()) return otherwise;
  return value->IsString() ? std::string(AsView(*value)) : WriteJson(*value);
}

Cell TargetReference(const Json& autoscaler, WallTime) {
  return Cell::Of(std::string(FindString(autoscaler, {"spec", "scaleTargetRef", "kind"})) + "/" +
                  std::string(FindString(autoscaler, {"spec", "scaleTargetRef", "name"})));
}

// What is seen of the metric at `index`, an object of values; the lists of wanted and seen metrics go together.
const Json* SeenAt(const Json& autoscaler, rapidjson::SizeType index, std::string_view source) {
  const Json* seen = Find(autoscaler, {"status", "currentMetrics"});
  if (seen == nullptr || !seen->IsArray() || index >= seen->Size()) return nullptr;
  return Find((*seen)[index], {source, "current"});
}

// "cpu: 12%/80%", "<unknown>/10", "3/5 (avg)".
std::string MetricText(const Json& autoscaler, const Json& metric, rapidjson::SizeType index) {
  std::string source(FindString(metric, {"type"}));
  if (!source.empty()) source[0] = static_cast<char>(source[0] >= 'A' && source[0] <= 'Z' ? source[0] + 32 : source[0]);
  const Json* target = Find(metric, {source, "target"});
  if (target == nullptr) return "<unknown type>";
  const Json* seen = SeenAt(autoscaler, index, source);
  const auto pair = [&](const char* field, const char* unit) {
    std::string now = TextAt(seen, field, "");
    now = now.empty() ? "<unknown>" : now + unit;
    return now + "/" + TextAt(target, field, "<auto>") + unit;
  };
  const bool averaged = Find(*target, "averageValue") != nullptr;
  if (source == "resource" || source == "containerResource") {
    const std::string text = averaged ? pair("averageValue", "") : pair("averageUtilization", "%");
    return std::string(FindString(metric, {source, "name"})) + ": " + text;
  }
  if (source == "pods") return pair("averageValue", "");
  return averaged ? pair("averageValue", "") + " (avg)" : pair("value", "");
}

Cell Targets(const Json& shown, WallTime) {
  JsonDocument autoscaler;
  autoscaler.CopyFrom(shown, autoscaler.GetAllocator());
  if (FindString(shown, {"apiVersion"}) == "autoscaling/v1") AutoscalerToV2(autoscaler, autoscaler.GetAllocator());
  const Json* metrics = Find(autoscaler, {"spec", "metrics"});
  if (Count(metrics) == 0 || !metrics->IsArray()) return Cell::Of("<none>");
  std::vector<std::string> texts;
  for (rapidjson::SizeType i = 0; i < metrics->Size(); ++i) texts.push_back(MetricText(autoscaler, (*metrics)[i], i));
  const size_t more = texts.size() - std::min(texts.size(), kShownMetrics);
  texts.resize(texts.size() - more);
  return Cell::Of(Joined(texts, ", ") + (more == 0 ? "" : " + " + std::to_string(more) + " more..."));
}

Cell LeastPods(const Json& autoscaler, WallTime) {
  return Cell::Of(TextAt(Find(autoscaler, "spec"), "minReplicas", "<unset>"));
}

Cell MostPods(const Json& autoscaler, WallTime) {
  return Cell::Of(FindInt(autoscaler, {"spec", "maxReplicas"}));
}

Cell PresentPods(const Json& autoscaler, WallTime) {
  return Cell::Of(FindInt(autoscaler, {"status", "currentReplicas"}));
}

Cell LeastAvailable(const Json& budget, WallTime) {
  return Cell::Of(TextAt(Find(budget, "spec"), "minAvailable", "N/A"));
}

Cell MostUnavailable(const Json& budget, WallTime) {
  return Cell::Of(TextAt(Find(budget, "spec"), "maxUnavailable", "N/A"));
}

Cell AllowedDisruptions(const Json& budget, WallTime) {
  return Cell::Of(FindInt(budget, {"status", "disruptionsAllowed"}));
}

// "pods: 1/10, requests.cpu: 0/4": the limits of a quota, or all else that it has.
std::string QuotaText(const Json& quota, bool limits) {
  std::vector<std::string> texts;
  const Json* hard = Find(quota, {"status", "hard"});
  const Json* used = Find(quota, {"status", "used"});
  if (hard == nullptr || !hard->IsObject()) return "";
  for (const auto& member : hard->GetObject()) {
    const std::string name(AsView(member.name));
    if (name.starts_with("limits.") != limits) continue;
    texts.push_back(name + ": " + TextAt(used, name, "0") + "/" + TextAt(hard, name, ""));
  }
  std::sort(texts.begin(), texts.end());
  return Joined(texts, ", ");
}

Cell QuotaRequests(const Json& quota, WallTime) {
  return Cell::Of(QuotaText(quota, false));
}

Cell QuotaLimits(const Json& quota, WallTime) {
  return Cell::Of(QuotaText(quota, true));
}

Cell PolicySelector(const Json& policy, WallTime) {
  const Json* selector = Find(policy, {"spec", "podSelector"});
  if (selector == nullptr) return Cell::Of("<none>");
  const Result<LabelSelector> parsed = LabelSelector::FromJson(*selector);
  const std::string text = parsed.ok() ? parsed->ToString() : "";
  return Cell::Of(text.empty() ? "<none>" : text);
}

Cell StorageClassName(const Json& object, WallTime) {
  std::string name(FindString(object, {"metadata", "name"}));
  if (FindString(object, {"metadata", "annotations", kDefaultStorage}) == "true") name += " (default)";
  return Cell::Of(name);
}

Cell AllowsExpansion(const Json& object, WallTime) {
  return Cell::Flag(FindBool(object, {"allowVolumeExpansion"}));
}

Cell GlobalDefault(const Json& object, WallTime) {
  return Cell::Flag(FindBool(object, {"globalDefault"}));
}

std::string TextsOf(const Json* list, const char* field, std::string otherwise) {
  if (list == nullptr || !list->IsArray()) return otherwise;
  std::vector<std::string> texts;
  for (const Json& item : list->GetArray()) {
    texts.emplace_back(item.IsString() ? AsView(item) : FindString(item, {field}));
  }
  return texts.empty() ? otherwise : Joined(texts);
}

Cell TokenRequests(const Json& driver, WallTime) {
  return Cell::Of(TextsOf(Find(driver, {"spec", "tokenRequests"}), "audience", "<unset>"));
}

Cell LifecycleModes(const Json& driver, WallTime) {
  return Cell::Of(TextsOf(Find(driver, {"spec", "volumeLifecycleModes"}), "", "<none>"));
}

Cell DriverCount(const Json& node, WallTime) {
  return Cell::Of(Count(Find(node, {"spec", "drivers"})));
}

Cell AttachedVolume(const Json& attachment, WallTime) {
  return Cell::Of(FindString(attachment, {"spec", "source", "persistentVolumeName"}));
}

// "services/default/web", "gateways.example.com/a/b".
Cell HolderOfAddress(const Json& address, WallTime) {
  const Json* parent = Find(address, {"spec", "parentRef"});
  if (parent == nullptr || !parent->IsObject()) return Cell::Of("<none>");
  std::string text(FindString(*parent, {"resource"}));
  const std::string_view group = FindString(*parent, {"group"}), ns = FindString(*parent, {"namespace"});
  if (!group.empty()) text += "." + std::string(group);
  if (!ns.empty()) text += "/" + std::string(ns);
  return Cell::Of(text + "/" + std::string(FindString(*parent, {"name"})));
}

Cell ServiceRanges(const Json& object, WallTime) {
  return Cell::Of(TextsOf(Find(object, {"spec", "cidrs"}), "", ""));
}

Cell FreeCapacity(const Json& capacity, WallTime) {
  return Cell::Of(TextAt(&capacity, "capacity", "<unset>"));
}

}  // namespace

void AddLimitCells(CellFunctions& cells) {
  const std::string autoscalers = "autoscaling/horizontalpodautoscalers/";
  cells[autoscalers + "Reference"] = TargetReference;
  cells[autoscalers + "Targets"] = Targets;
  cells[autoscalers + "MinPods"] = LeastPods;
  cells[autoscalers + "MaxPods"] = MostPods;
  cells[autoscalers + "Replicas"] = PresentPods;
  const std::string budgets = "policy/poddisruptionbudgets/";
  cells[budgets + "Min Available"] = LeastAvailable;
  cells[budgets + "Max Unavailable"] = MostUnavailable;
  cells[budgets + "Allowed Disruptions"] = AllowedDisruptions;
  cells["/resourcequotas/Request"] = QuotaRequests;
  cells["/resourcequotas/Limit"] = QuotaLimits;
  cells["networking.k8s.io/networkpolicies/Pod-Selector"] = PolicySelector;
  cells["networking.k8s.io/ipaddresses/ParentRef"] = HolderOfAddress;
  cells["networking.k8s.io/servicecidrs/CIDRs"] = ServiceRanges;
  cells["scheduling.k8s.io/priorityclasses/Global-Default"] = GlobalDefault;
  cells["storage.k8s.io/storageclasses/Name"] = StorageClassName;
  cells["storage.k8s.io/storageclasses/AllowVolumeExpansion"] = AllowsExpansion;
  cells["storage.k8s.io/csidrivers/TokenRequests"] = TokenRequests;
  cells["storage.k8s.io/csidrivers/Modes"] = LifecycleModes;
  cells["storage.k8s.io/csinodes/Drivers"] = DriverCount;
  cells["storage.k8s.io/csistoragecapacities/Capacity"] = FreeCapacity;
  cells["storage.k8s.io/volumeattachments/PV"] = AttachedVolume;
}

}  // namespace croft::server
