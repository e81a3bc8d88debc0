#include "api/server/forms.h"

#include <array>
#include <string_view>
#include <utility>

#include "api/server/autoscaler_form.h"

namespace croft::server {
namespace {

// What events.k8s.io/v1 calls otherwise than core/v1: the shown name, and the stored one.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kEventFields = {{
    {"deprecatedCount", "count"},
    {"deprecatedFirstTimestamp", "firstTimestamp"},
    {"deprecatedLastTimestamp", "lastTimestamp"},
    {"deprecatedSource", "source"},
    {"note", "message"},
    {"regarding", "involvedObject"},
    {"reportingController", "reportingComponent"},
}};

void Rename(Json& object, std::string_view from, std::string_view to, JsonAllocator& allocator) {
  Json* found = FindMutable(object, from);
  if (found == nullptr) return;
  Json value = std::move(*found);
  Erase(object, from);
  Set(object, to, std::move(value), allocator);
}

void StoreEvent(Json& event, JsonAllocator& allocator) {
  for (const auto& [shown, stored] : kEventFields) Rename(event, shown, stored, allocator);
  // Required there, and written even when they are empty.
  Ensure(event, "involvedObject", allocator);
  for (const char* text : {"reportingComponent", "reportingInstance"}) {
    if (Find(event, text) == nullptr) SetString(event, text, "", allocator);
  }
}

void ShowEvent(Json& event, JsonAllocator& allocator) {
  for (const auto& [shown, stored] : kEventFields) Rename(event, stored, shown, allocator);
  for (const char* text : {"reportingController", "reportingInstance"}) {
    if (FindString(event, {text}).empty()) Erase(event, text);
  }
}

const Form kNewerEvents = {{"", "events"}, "v1", StoreEvent, ShowEvent};
const Form kOlderAutoscalers = {
    {"autoscaling", "horizontalpodautoscalers"}, "autoscaling/v2", AutoscalerToV2, AutoscalerToV1, true};

}  // namespace

const Form* FindForm(const Served& served) {
  if (!served.def().builtin) return nullptr;
  if (served.def().group == "events.k8s.io" && served.def().plural == "events") return &kNewerEvents;
  return served.def().group == "autoscaling" && served.version->name == "v1" ? &kOlderAutoscalers : nullptr;
}

void ToCheckedForm(Served& served, Json& body, JsonAllocator& allocator) {
  const Form* form = FindForm(served);
  if (form == nullptr || !form->checked_as_stored) return;
  ToStoredForm(served, body, allocator);
  served.version = &served.def().StorageVersion();
}

void ToStoredForm(const Served& served, Json& object, JsonAllocator& allocator) {
  const Form* form = FindForm(served);
  if (form == nullptr) return;
  form->to_stored(object, allocator);
  SetString(object, "apiVersion", form->api_version, allocator);
}

void ToShownForm(const Served& served, Json& object, JsonAllocator& allocator) {
  const Form* form = FindForm(served);
  if (form == nullptr) return;
  form->to_shown(object, allocator);
  SetString(object, "apiVersion", ApiVersion(served.def().group, served.version->name), allocator);
}

void ToReadForm(const Served& served, Json& object, JsonAllocator& allocator) {
  ToShownForm(served, object, allocator);
  if (FindForm(served) == &kNewerEvents && Find(object, "eventTime") == nullptr) {
    Set(object, "eventTime", Json(), allocator);
  }
}

std::string StoredField(const Served& served, const std::string& field) {
  if (FindForm(served) == nullptr) return field;
  const std::string_view first = std::string_view(field).substr(0, field.find('.'));
  for (const auto& [shown, stored] : kEventFields) {
    if (first == shown) return std::string(stored) + field.substr(first.size());
  }
  return field;
}

}  // namespace croft::server
