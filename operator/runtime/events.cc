#include "operator/runtime/events.h"

#include <algorithm>

#include "api/base/log.h"
#include "api/types/resources.h"

namespace croft::runtime {
namespace {

// Beyond this many different events the memory starts anew; the price is a second Event object for an old matter.
constexpr size_t kRemembered = 1024;
constexpr size_t kLongestMessage = 1024;  // Kubernetes' limit

}  // namespace

EventRecorder::EventRecorder(Context context, std::string component, std::string host)
    : context_(context), component_(std::move(component)), host_(std::move(host)) {}

void EventRecorder::Normal(const types::ObjectReference& about, std::string_view reason, std::string_view message) {
  Record(about, "Normal", reason, message);
}

void EventRecorder::Warning(const types::ObjectReference& about, std::string_view reason, std::string_view message) {
  Record(about, "Warning", reason, message);
}

void EventRecorder::Record(const types::ObjectReference& about, std::string_view type, std::string_view reason,
                           std::string_view message) {
  message = message.substr(0, kLongestMessage);
  const std::string ns = about.ns.empty() ? "default" : about.ns;
  const std::string now = FormatTime(context_.clock.Now());
  std::string what = about.kind;
  for (const std::string_view part : {std::string_view(ns), std::string_view(about.name), std::string_view(about.uid),
                                      std::string_view(about.field_path), type, reason, message}) {
    what.append("\n").append(part);
  }

  std::string name;
  int count = 0;
  {
    std::lock_guard lock(mutex_);
    if (const auto it = seen_.find(what); it != seen_.end()) {
      name = it->second.first;
      count = ++it->second.second;
    }
  }
  if (!name.empty()) {
    JsonDocument patch(rapidjson::kObjectType);
    patch.AddMember("count", count, patch.GetAllocator());
    SetString(patch, "lastTimestamp", now, patch.GetAllocator());
    const auto raised = context_.client.Patch(resources::kEvents, {ns, name}, client::PatchType::kMerge, patch);
    if (raised.ok() || !raised.status().IsNotFound()) return;
  }

  types::Event event;
  char suffix[20];
  std::snprintf(suffix, sizeof suffix, "%016llx", static_cast<unsigned long long>(context_.random.Next()));
  event.metadata.name = about.name + "." + suffix;
  event.metadata.ns = ns;
  event.involved_object = about;
  event.type = type;
  event.reason = reason;
  event.message = message;
  event.source = {component_, host_};
  event.first_timestamp = event.last_timestamp = now;
  event.count = 1;
  event.reporting_component = component_;
  event.reporting_instance = host_;
  const auto created = context_.client.Create(resources::kEvents, ns, types::ToJson(event));
  if (!created.ok()) {
    log::Debug("event lost", {{"object", about.name}, {"reason", reason}, {"why", created.status().message()}});
    return;
  }
  std::lock_guard lock(mutex_);
  if (seen_.size() >= kRemembered) seen_.clear();
  seen_[what] = {event.metadata.name, 1};
}

types::ObjectReference ReferenceTo(const Object& object) {
  const Meta& meta = object.meta();
  return {meta.api_version, meta.kind, meta.ns, meta.name, meta.uid, std::to_string(meta.revision), {}};
}

types::ObjectReference ReferenceTo(const types::TypeMeta& type, const types::ObjectMeta& meta) {
  return {type.api_version, type.kind, meta.ns, meta.name, meta.uid, meta.resource_version, {}};
}

bool SetCondition(std::vector<types::Condition>& conditions, types::Condition condition, WallTime now) {
  const auto it = std::find_if(conditions.begin(), conditions.end(),
                               [&](const types::Condition& c) { return c.type == condition.type; });
  if (it == conditions.end()) {
    if (condition.last_transition_time.empty()) condition.last_transition_time = FormatTime(now);
    conditions.push_back(std::move(condition));
    return true;
  }
  condition.last_transition_time = it->status == condition.status ? it->last_transition_time : FormatTime(now);
  // Told by whom the condition is about: another who sets it does not speak for him.
  if (condition.last_heartbeat_time.empty()) condition.last_heartbeat_time = it->last_heartbeat_time;
  if (condition == *it) return false;
  *it = std::move(condition);
  return true;
}

}  // namespace croft::runtime
