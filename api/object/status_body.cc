#include "api/object/status_body.h"

#include "api/object/json.h"
#include "api/object/utf8.h"

namespace croft {
namespace {

// Clients look into the details of these without asking whether there are any.
bool AlwaysDetailed(Reason reason) {
  return reason == Reason::kNotFound || reason == Reason::kMethodNotAllowed || reason == Reason::kInvalid;
}

// Members that are empty are left out of details.
void WriteDetails(Json& status, const StatusDetails& details, bool always, JsonAllocator& allocator) {
  Json out(rapidjson::kObjectType);
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) SetString(out, key, value, allocator);
  };
  add("name", details.name);
  add("group", details.group);
  add("kind", details.kind);
  add("uid", details.uid);
  if (!details.causes.empty()) {
    Json causes(rapidjson::kArrayType);
    for (const Cause& cause : details.causes) {
      Json one(rapidjson::kObjectType);
      SetString(one, "reason", cause.type, allocator);
      SetString(one, "message", cause.message, allocator);
      SetString(one, "field", cause.field, allocator);
      causes.PushBack(std::move(one), allocator);
    }
    Set(out, "causes", std::move(causes), allocator);
  }
  if (details.retry_after) Set(out, "retryAfterSeconds", Json(int64_t{details.retry_after->count()}), allocator);
  if (always || !out.ObjectEmpty()) Set(status, "details", std::move(out), allocator);
}

}  // namespace

std::string StatusBody(const Status& status) {
  JsonDocument body(rapidjson::kObjectType);
  auto& allocator = body.GetAllocator();
  SetString(body, "kind", "Status", allocator);
  SetString(body, "apiVersion", "v1", allocator);
  Ensure(body, "metadata", allocator);
  SetString(body, "status", status.ok() ? "Success" : "Failure", allocator);
  if (!status.message().empty()) SetString(body, "message", status.message(), allocator);
  if (!ReasonName(status.reason()).empty()) SetString(body, "reason", ReasonName(status.reason()), allocator);
  WriteDetails(body, status.details(), AlwaysDetailed(status.reason()), allocator);
  if (!status.ok()) Set(body, "code", Json(status.code()), allocator);
  // Messages quote what clients sent, which may be anything.
  return CleanUtf8(WriteJson(body));
}

}  // namespace croft
