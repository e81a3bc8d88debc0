#include "api/server/strategies/kinds.h"
#include "api/server/strategies/pod_spec.h"

namespace croft::server {
namespace {

constexpr size_t kMaxCronJobName = 52;  // its Jobs append eleven characters
constexpr int32_t kUnlimitedBackoff = 2147483647;

void SetIfAbsent(Json& object, std::string_view key, Json value, JsonAllocator& allocator) {
  const Json* found = Find(object, key);
  if (found == nullptr || found->IsNull()) Set(object, key, std::move(value), allocator);
}

Json* PodSpecOf(Json& job_spec) {
  Json* pod = FindMutable(job_spec, "template");
  return pod == nullptr ? nullptr : FindMutable(*pod, "spec");
}

void ValidateJobSpec(const Json& spec, const std::string& path, Causes& causes) {
  const Json* pod = Find(spec, {"template", "spec"});
  if (pod == nullptr || !pod->IsObject()) return;
  ValidatePodSpec(*pod, path + ".template.spec", causes);
  const std::string_view restart = FindString(*pod, {"restartPolicy"}, "Always");
  if (restart == "Always") {
    causes.Required(path + ".template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"");
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
  if (Json* pod = PodSpecOf(*spec)) DefaultPodSpec(*pod, allocator);
  if (FindBool(*spec, {"manualSelector"})) return Status::Ok();
  SetString(Ensure(Ensure(*spec, "selector", allocator), "matchLabels", allocator), "controller-uid", uid, allocator);
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
  for (const char* key : {"template", "selector", "completions", "completionMode"}) {
    const Json* before = Find(old, {"spec", key});
    const Json* after = Find(job, {"spec", key});
    if (before == nullptr && after == nullptr) continue;
    if (before == nullptr || after == nullptr || !Equal(*before, *after)) {
      const Json none;
      causes.Invalid(std::string("spec.") + key, after == nullptr ? none : *after, "field is immutable");
    }
  }
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
  if (!schedule.empty() && !IsSchedule(schedule)) {
    causes.Invalid("spec.schedule", schedule, "must be five fields of minute, hour, day, month and weekday");
  }
  if (const Json* spec = Find(job, {"spec", "jobTemplate", "spec"})) {
    ValidateJobSpec(*spec, "spec.jobTemplate.spec", causes);
  }
}

}  // namespace croft::server
