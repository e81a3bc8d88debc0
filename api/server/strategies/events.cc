#include <array>

#include "api/server/strategies/kinds.h"

// Events: core/v1 takes what older clients send, events.k8s.io/v1 what is complete.
namespace croft::server {
namespace {

constexpr size_t kMaxText = 128;
constexpr size_t kMaxMessage = 1024;

// What the two forms call otherwise.
struct Names {
  const char* about;
  const char* controller;
  const char* message;
};

const Names& NamesOf(EventStrategy::Form form) {
  static constexpr Names kCore = {"involvedObject", "reportingComponent", "message"};
  static constexpr Names kEvents = {"regarding", "reportingController", "note"};
  return form == EventStrategy::Form::kCore ? kCore : kEvents;
}

bool HasTime(const Json& event) {
  return !FindString(event, {"eventTime"}).empty();
}

void CheckText(const Json& event, const char* field, Causes& causes) {
  const std::string_view text = FindString(event, {field});
  if (text.empty()) {
    causes.Required(field);
  } else if (text.size() > kMaxText) {
    causes.Invalid(field, text, "can have at most " + std::to_string(kMaxText) + " characters");
  }
}

void CheckSeries(const Json& event, Causes& causes) {
  const Json* series = Find(event, "series");
  if (series == nullptr || !series->IsObject()) return;
  const int64_t count = FindInt(*series, {"count"});
  if (count < 2) causes.Invalid("series.count", count, "should be at least 2");
  if (FindString(*series, {"lastObservedTime"}).empty()) causes.Required("series.lastObservedTime");
}

// The namespace of an event is that of its object; what is of the cluster has its events in `default`.
bool NamespacesAgree(const Json& event, const Names& names) {
  const std::string_view ns = FindString(event, {"metadata", "namespace"});
  const std::string_view about = FindString(event, {names.about, "namespace"});
  if (!about.empty()) return ns == about;
  return ns.empty() || ns == "default" || (HasTime(event) && ns == "kube-system");
}

}  // namespace

Status EventStrategy::PrepareForCreate(Json& event, StrategyContext&) const {
  if (form_ == Form::kCore) return Status::Ok();
  Causes causes;
  CheckSeries(event, causes);
  const std::string_view type = FindString(event, {"type"});
  if (type != "Normal" && type != "Warning") {
    causes.Invalid("type", type, "must be `Normal` or `Warning`");
  }
  for (const char* field : {"deprecatedCount", "deprecatedFirstTimestamp", "deprecatedLastTimestamp"}) {
    const Json* found = Find(event, field);
    const bool unset = found == nullptr || found->IsNull() || (found->IsInt() && found->GetInt() == 0);
    if (!unset) causes.Invalid(field, *found, "needs to be unset");
  }
  const Json* source = Find(event, "deprecatedSource");
  if (source != nullptr && source->IsObject() && !source->ObjectEmpty()) {
    causes.Invalid("deprecatedSource", *source, "needs to be unset");
  }
  if (causes.empty()) return Status::Ok();
  return Status::InvalidObject("events.k8s.io", "Event", FindString(event, {"metadata", "name"}), causes.Take());
}

void EventStrategy::Validate(const Json& event, Causes& causes) const {
  const Names& names = NamesOf(form_);
  if (!NamespacesAgree(event, names)) {
    causes.Invalid(std::string(names.about) + ".namespace", FindString(event, {names.about, "namespace"}),
                   "does not match event.namespace");
  }
  if (!HasTime(event)) return;
  const std::string_view controller = FindString(event, {names.controller});
  if (controller.empty()) {
    causes.Required(names.controller);
  } else if (const std::string why = CheckQualifiedName(controller); !why.empty()) {
    causes.Invalid(names.controller, controller, why);
  }
  for (const char* field : {"reportingInstance", "action", "reason"}) CheckText(event, field, causes);
  const std::string_view message = FindString(event, {names.message});
  if (message.size() > kMaxMessage) {
    causes.Invalid(names.message, message, "can have at most " + std::to_string(kMaxMessage) + " characters");
  }
}

void EventStrategy::ValidateUpdate(const Json& old, const Json& event, Causes& causes) const {
  if (form_ == Form::kCore) return;
  if (!HasTime(old)) causes.Drop("eventTime");  // made in the older form, where it may be absent
  static constexpr std::array kFixed = {"regarding",
                                        "reason",
                                        "reportingController",
                                        "reportingInstance",
                                        "action",
                                        "type",
                                        "note",
                                        "deprecatedCount",
                                        "deprecatedFirstTimestamp",
                                        "deprecatedLastTimestamp",
                                        "deprecatedSource",
                                        "eventTime"};
  const Json absent;
  for (const char* field : kFixed) {
    const Json* before = Find(old, field);
    const Json* after = Find(event, field);
    if (Equal(before == nullptr ? absent : *before, after == nullptr ? absent : *after)) continue;
    causes.Invalid(field, after == nullptr ? absent : *after, "field is immutable");
  }
  const Json* before = Find(old, "series");
  const Json* after = Find(event, "series");
  if (after != nullptr && (before == nullptr || !Equal(*before, *after))) CheckSeries(event, causes);
}

}  // namespace croft::server
