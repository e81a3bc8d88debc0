#include "api/object/selector.h"
#include "api/server/tables/cells.h"

namespace croft::server {
namespace {

const Json* PodSpecOf(const Json& object) {
  const Json* spec = Find(object, {"spec", "template", "spec"});
  if (spec == nullptr) spec = Find(object, {"spec", "jobTemplate", "spec", "template", "spec"});
  return spec != nullptr ? spec : Find(object, {"template", "spec"});
}

std::string OfContainers(const Json& object, const char* field) {
  std::vector<std::string> values;
  const Json* spec = PodSpecOf(object);
  const Json* containers = spec == nullptr ? nullptr : Find(*spec, "containers");
  if (containers != nullptr && containers->IsArray()) {
    for (const Json& container : containers->GetArray()) values.emplace_back(FindString(container, {field}));
  }
  return values.empty() ? "<none>" : Joined(values);
}

Cell Containers(const Json& object, WallTime) {
  return Cell::Of(OfContainers(object, "name"));
}

Cell Images(const Json& object, WallTime) {
  return Cell::Of(OfContainers(object, "image"));
}

Cell Selector(const Json& object, WallTime) {
  const Json* selector = Find(object, {"spec", "selector"});
  if (selector == nullptr) return Cell::Of("<none>");
  const Result<LabelSelector> parsed = LabelSelector::FromJson(*selector);
  const std::string text = parsed.ok() ? parsed->ToString() : "";
  return Cell::Of(text.empty() ? "<none>" : text);
}

Cell ReadyOfWanted(const Json& object, WallTime) {
  return Cell::Of(std::to_string(FindInt(object, {"status", "readyReplicas"})) + "/" +
                  std::to_string(FindInt(object, {"spec", "replicas"})));
}

template <const char* const& Field>
Cell StatusNumber(const Json& object, WallTime) {
  return Cell::Of(FindInt(object, {"status", Field}));
}

constexpr const char* kReplicas = "replicas";
constexpr const char* kReady = "readyReplicas";
constexpr const char* kUpdated = "updatedReplicas";
constexpr const char* kAvailable = "availableReplicas";
constexpr const char* kDesiredScheduled = "desiredNumberScheduled";
constexpr const char* kCurrentScheduled = "currentNumberScheduled";
constexpr const char* kNumberReady = "numberReady";
constexpr const char* kUpdatedScheduled = "updatedNumberScheduled";
constexpr const char* kNumberAvailable = "numberAvailable";

Cell NodeSelector(const Json& object, WallTime) {
  const Json* spec = PodSpecOf(object);
  return Cell::Of(MapText(spec == nullptr ? nullptr : Find(*spec, "nodeSelector")));
}

Cell TemplateLabels(const Json& object, WallTime) {
  return Cell::Of(MapText(Find(object, {"template", "metadata", "labels"})));
}

Cell JobStatus(const Json& job, WallTime) {
  if (const Json* conditions = Find(job, {"status", "conditions"}); conditions != nullptr && conditions->IsArray()) {
    for (const Json& condition : conditions->GetArray()) {
      const std::string_view type = FindString(condition, {"type"});
      if (FindString(condition, {"status"}) != "True") continue;
      if (type == "Complete" || type == "Failed" || type == "Suspended") return Cell::Of(type);
    }
  }
  return Cell::Of(Find(job, {"metadata", "deletionTimestamp"}) != nullptr ? "Terminating" : "Running");
}

Cell JobCompletions(const Json& job, WallTime) {
  const std::string done = std::to_string(FindInt(job, {"status", "succeeded"}));
  if (Find(job, {"spec", "completions"}) != nullptr) {
    return Cell::Of(done + "/" + std::to_string(FindInt(job, {"spec", "completions"})));
  }
  const int64_t parallel = FindInt(job, {"spec", "parallelism"});
  return Cell::Of(parallel > 1 ? done + "/1 of " + std::to_string(parallel) : done + "/1");
}

Cell JobDuration(const Json& job, WallTime now) {
  const auto start = ParseTime(FindString(job, {"status", "startTime"}));
  if (!start) return Cell::Of("");
  const auto end = ParseTime(FindString(job, {"status", "completionTime"}));
  return Cell::Of(FormatAge(std::chrono::duration_cast<Duration>((end ? *end : now) - *start)));
}

Cell CronSuspend(const Json& job, WallTime) {
  return Cell::Of(FindBool(job, {"spec", "suspend"}) ? "True" : "False");
}

Cell CronActive(const Json& job, WallTime) {
  return Cell::Of(Count(Find(job, {"status", "active"})));
}

Cell CronLast(const Json& job, WallTime now) {
  const std::string_view last = FindString(job, {"status", "lastScheduleTime"});
  return Cell::Of(last.empty() ? "<none>" : AgeOf(last, now));
}

Cell CronZone(const Json& job, WallTime) {
  return Cell::Of(FindString(job, {"spec", "timeZone"}, "<none>"));
}

Cell RevisionController(const Json& object, WallTime) {
  const Json* owners = Find(object, {"metadata", "ownerReferences"});
  if (owners != nullptr && owners->IsArray()) {
    for (const Json& owner : owners->GetArray()) {
      if (!FindBool(owner, {"controller"})) continue;
      std::string kind(FindString(owner, {"kind"}));
      for (char& c : kind) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
      const auto group = std::string(FindString(owner, {"apiVersion"}));
      const size_t slash = group.find('/');
      if (slash != std::string::npos) kind += "." + group.substr(0, slash);
      return Cell::Of(kind + "/" + std::string(FindString(owner, {"name"})));
    }
  }
  return Cell::Of("<none>");
}

}  // namespace

void AddWorkloadCells(CellFunctions& cells) {
  for (const char* kind : {"apps/deployments", "apps/replicasets", "apps/statefulsets", "apps/daemonsets", "batch/jobs",
                           "batch/cronjobs", "/replicationcontrollers", "/podtemplates"}) {
    const std::string prefix(kind);
    cells[prefix + "/Containers"] = Containers;
    cells[prefix + "/Images"] = Images;
    cells[prefix + "/Selector"] = Selector;
  }
  cells["apps/deployments/Ready"] = ReadyOfWanted;
  cells["apps/deployments/Up-to-date"] = StatusNumber<kUpdated>;
  cells["apps/deployments/Available"] = StatusNumber<kAvailable>;
  cells["apps/replicasets/Current"] = StatusNumber<kReplicas>;
  cells["apps/replicasets/Ready"] = StatusNumber<kReady>;
  cells["/replicationcontrollers/Ready"] = StatusNumber<kReady>;
  cells["/podtemplates/Pod Labels"] = TemplateLabels;
  cells["apps/statefulsets/Ready"] = ReadyOfWanted;
  cells["apps/daemonsets/Desired"] = StatusNumber<kDesiredScheduled>;
  cells["apps/daemonsets/Current"] = StatusNumber<kCurrentScheduled>;
  cells["apps/daemonsets/Ready"] = StatusNumber<kNumberReady>;
  cells["apps/daemonsets/Up-to-date"] = StatusNumber<kUpdatedScheduled>;
  cells["apps/daemonsets/Available"] = StatusNumber<kNumberAvailable>;
  cells["apps/daemonsets/Node Selector"] = NodeSelector;
  cells["apps/controllerrevisions/Controller"] = RevisionController;
  cells["batch/jobs/Status"] = JobStatus;
  cells["batch/jobs/Completions"] = JobCompletions;
  cells["batch/jobs/Duration"] = JobDuration;
  cells["batch/cronjobs/Suspend"] = CronSuspend;
  cells["batch/cronjobs/Active"] = CronActive;
  cells["batch/cronjobs/Last Schedule"] = CronLast;
  cells["batch/cronjobs/Timezone"] = CronZone;
}

}  // namespace croft::server
