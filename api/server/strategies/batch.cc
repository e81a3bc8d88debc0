#include <filesystem>

#include "api/server/strategies/fields.h"
#include "api/server/strategies/kinds.h"
#include "api/server/strategies/pod_spec.h"

namespace croft::server {
namespace {

constexpr size_t kMaxCronJobName = 52;  // its Jobs append eleven characters
constexpr int32_t kUnlimitedBackoff = 2147483647;
constexpr const char* kZones = "/usr/share/zoneinfo";

Json* PodSpecOf(Json& job_spec) {
  Json* pod = FindMutable(job_spec, "template");
  return pod == nullptr ? nullptr : FindMutable(*pod, "spec");
}

// What a template may still say otherwise while its Job waits to be started: where its Pods go.
JsonDocument WithoutPlaces(const Json& pod) {
  JsonDocument copy;
  copy.CopyFrom(pod, copy.GetAllocator());
  if (Json* metadata = FindMutable(copy, "metadata")) {
    for (const char* field : {"labels", "annotations"}) Erase(*metadata, field);
  }
  if (Json* spec = FindMutable(copy, "spec")) {
    for (const char* field : {"nodeSelector", "tolerations", "affinity", "schedulingGates"}) Erase(*spec, field);
  }
  return copy;
}

bool SameTemplate(const Json& old, const Json& job) {
  const Json* before = Find(old, {"spec", "template"});
  const Json* after = Find(job, {"spec", "template"});
  if (SameField(before, after)) return true;
  const bool waits = FindBool(old, {"spec", "suspend"}) && IsAbsent(Find(old, {"status", "startTime"}));
  return waits && before != nullptr && after != nullptr && Equal(WithoutPlaces(*before), WithoutPlaces(*after));
}

void ValidateIndexes(const Json& spec, const std::string& path, Causes& causes) {
  const bool indexed = FindString(spec, {"completionMode"}) == "Indexed";
  if (indexed && IsAbsent(Find(spec, "completions"))) {
    causes.Required(path + ".completions", "when completion mode is Indexed");
  }
  for (const char* field : {"backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"}) {
    const Json* given = Find(spec, field);
    if (indexed || IsAbsent(given)) continue;
    causes.Invalid(path + "." + field, *given, "requires indexed completion mode");
  }
}

// A zone of the machine's own table; where it has none, whatever could be one.
bool IsTimeZone(std::string_view zone) {
  if (zone == "Local" || zone.find("..") != std::string_view::npos || zone.starts_with("/")) return false;
  std::error_code error;
  if (!std::filesystem::exists(kZones, error)) return true;
  return std::filesystem::is_regular_file(std::string(kZones) + "/" + std::string(zone), error);
}

void ValidateJobSpec(const Json& spec, const std::string& path, Causes& causes) {
  ValidateIndexes(spec, path, causes);
  const Json* pod = Find(spec, {"template", "spec"});
  if (pod == nullptr || !pod->IsObject()) return;
  ValidatePodSpec(*pod, path + ".template.spec", causes);
  const std::string_view restart = FindString(*pod, {"restartPolicy"}, "Always");
  if (restart == "Always") {
    causes.Required(path + ".template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"");
  } else if (restart == "OnFailure" && !IsAbsent(Find(spec, "podFailurePolicy"))) {
    causes.Invalid(path + ".template.spec.restartPolicy", restart,
                   "only \"Never\" is supported when podFailurePolicy is specified");
  }
}

bool IsCronField(std::string_view field) {
  for (const char c : field) {
    const bool good = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '*' ||
                      c == ',' || c == '-' || c == '/' || c == '?';
    if (!good) return false;
  }
  return !field.empty();
}

// Five fields of cron's own characters, or one of its names.
bool IsSchedule(std::string_view schedule) {
  if (schedule.starts_with("@every ")) return ParseDuration(schedule.substr(7)).has_value();
  if (schedule.starts_with("@")) {
    for (const char* name : {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}) {
      if (schedule == name) return true;
    }
    return false;
  }
  int fields = 0;
  size_t start = 0;
  while (start < schedule.size()) {
    const size_t space = std::min(schedule.find(' ', start), schedule.size());
    if (space > start) {
      if (!IsCronField(schedule.substr(start, space - start))) return false;
      ++fields;
    }
    start = space + 1;
  }
  return fields == 5;
}

}  // namespace

const std::vector<std::vector<std::string>>& JobStrategy::assigned() const {
  static const std::vector<std::vector<std::string>> kPaths = {{"f:spec", "f:selector"},
                                                               {"f:spec", "f:template", "f:metadata", "f:labels"}};
  return kPaths;
}

Status JobStrategy::PrepareForCreate(Json& job, StrategyContext& context) const {
  auto& allocator = context.allocator;
  Ensure(job, "status", allocator);
  const std::string uid(FindString(job, {"metadata", "uid"}));
  const std::string name(FindString(job, {"metadata", "name"}));
  Json* spec = FindMutable(job, "spec");
  if (spec == nullptr || !spec->IsObject()) return Status::Ok();
  const bool alone = Find(*spec, "completions") == nullptr && Find(*spec, "parallelism") == nullptr;
  if (alone) SetIfAbsent(*spec, "completions", Json(1), allocator);
  SetIfAbsent(*spec, "parallelism", Json(1), allocator);
  const bool per_index = Find(*spec, "backoffLimitPerIndex") != nullptr;
  SetIfAbsent(*spec, "backoffLimit", Json(per_index ? kUnlimitedBackoff : 6), allocator);
  SetIfAbsent(*spec, "completionMode", MakeString("NonIndexed", allocator), allocator);
  SetIfAbsent(*spec, "suspend", Json(false), allocator);
  const char* replacement = IsAbsent(Find(*spec, "podFailurePolicy")) ? "TerminatingOrFailed" : "Failed";
  SetIfAbsent(*spec, "podReplacementPolicy", MakeString(replacement, allocator), allocator);
  if (Json* pod = PodSpecOf(*spec)) DefaultPodSpec(*pod, allocator);
  if (FindBool(*spec, {"manualSelector"})) return Status::Ok();
  SetString(Ensure(Ensure(*spec, "selector", allocator), "matchLabels", allocator),
            "batch.kubernetes.io/controller-uid", uid, allocator);
  Json* pod = FindMutable(*spec, "template");
  if (pod == nullptr || !pod->IsObject()) return Status::Ok();
  Json& labels = Ensure(Ensure(*pod, "metadata", allocator), "labels", allocator);
  SetString(labels, "controller-uid", uid, allocator);
  SetString(labels, "batch.kubernetes.io/controller-uid", uid, allocator);
  SetString(labels, "job-name", name, allocator);
  SetString(labels, "batch.kubernetes.io/job-name", name, allocator);
  return Status::Ok();
}

Status JobStrategy::PrepareForUpdate(const Json&, Json& job, StrategyContext& context) const {
  Json* spec = FindMutable(job, "spec");
  Json* pod = spec == nullptr ? nullptr : PodSpecOf(*spec);
  if (pod != nullptr) DefaultPodSpec(*pod, context.allocator);
  return Status::Ok();
}

void JobStrategy::Validate(const Json& job, Causes& causes) const {
  if (const Json* spec = Find(job, "spec")) ValidateJobSpec(*spec, "spec", causes);
}

void JobStrategy::ValidateUpdate(const Json& old, const Json& job, Causes& causes) const {
  const Json none;
  if (!SameTemplate(old, job)) {
    const Json* pod = Find(job, {"spec", "template"});
    causes.Invalid("spec.template", pod == nullptr ? none : *pod, "field is immutable");
  }
  for (const char* key : {"selector", "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy"}) {
    CheckImmutable(Find(old, {"spec", key}), Find(job, {"spec", key}), std::string("spec.") + key, causes);
  }
  // An indexed Job may grow and shrink when its parallelism goes with it.
  const Json* completions = Find(job, {"spec", "completions"});
  const bool elastic = FindString(job, {"spec", "completionMode"}) == "Indexed" &&
                       SameField(completions, Find(job, {"spec", "parallelism"}));
  if (!elastic) CheckImmutable(Find(old, {"spec", "completions"}), completions, "spec.completions", causes);
}

Status CronJobStrategy::PrepareForCreate(Json& job, StrategyContext& context) const {
  Ensure(job, "status", context.allocator);
  return PrepareForUpdate(job, job, context);
}

Status CronJobStrategy::PrepareForUpdate(const Json&, Json& job, StrategyContext& context) const {
  Json* spec = FindMutable(job, "spec");
  Json* made = spec == nullptr ? nullptr : FindMutable(*spec, "jobTemplate");
  Json* job_spec = made == nullptr ? nullptr : FindMutable(*made, "spec");
  Json* pod = job_spec == nullptr ? nullptr : PodSpecOf(*job_spec);
  if (pod != nullptr) DefaultPodSpec(*pod, context.allocator);
  return Status::Ok();
}

void CronJobStrategy::Validate(const Json& job, Causes& causes) const {
  const std::string_view name = FindString(job, {"metadata", "name"});
  if (name.size() > kMaxCronJobName) causes.Invalid("metadata.name", name, "must be no more than 52 characters");
  const std::string_view schedule = FindString(job, {"spec", "schedule"});
  if (schedule.find("TZ") != std::string_view::npos) {
    causes.Drop("spec.schedule");  // this says better what is wrong
    causes.Invalid("spec.schedule", schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
  } else if (!schedule.empty() && !IsSchedule(schedule)) {
    causes.Drop("spec.schedule");
    causes.Invalid("spec.schedule", schedule, "must be five fields of minute, hour, day, month and weekday");
  }
  const Json* zone = Find(job, {"spec", "timeZone"});
  if (!IsAbsent(zone) && zone->IsString() && !IsTimeZone(AsView(*zone))) {
    causes.Invalid("spec.timeZone", AsView(*zone), "unknown time zone " + std::string(AsView(*zone)));
  }
  if (const Json* spec = Find(job, {"spec", "jobTemplate", "spec"})) {
    ValidateJobSpec(*spec, "spec.jobTemplate.spec", causes);
  }
}

}  // namespace croft::server
