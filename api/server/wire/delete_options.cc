#include "api/server/wire/delete_options.h"

#include "api/server/causes.h"
#include "api/server/wire/body.h"

namespace croft::server {
namespace {

Status ReadDryRun(std::string_view value, DeleteOptions* options) {
  if (value == "All") {
    options->dry_run = true;
    return Status::Ok();
  }
  Causes causes;
  causes.NotSupported("dryRun", value, {"All"});
  return Status::InvalidObject("meta.k8s.io", "DeleteOptions", "", causes.Take());
}

Status WrongType(std::string_view field, std::string_view want) {
  return Status::BadRequest("DeleteOptions: " + std::string(field) + ": must be " + std::string(want));
}

// The member at `path`, null where it is absent; kBadRequest when `is` does not hold for it.
Result<const Json*> Read(const Json& body, std::initializer_list<std::string_view> path, bool (Json::*is)() const,
                         std::string_view want) {
  const Json* found = Find(body, path);
  if (found == nullptr || found->IsNull()) return static_cast<const Json*>(nullptr);
  if (!(found->*is)()) return WrongType(*(path.end() - 1), want);
  return found;
}

Status ReadText(const Json& body, std::initializer_list<std::string_view> path, std::string* out) {
  const Result<const Json*> text = Read(body, path, &Json::IsString, "a string");
  if (!text.ok()) return text.status();
  if (*text != nullptr) *out = AsView(**text);
  return Status::Ok();
}

// Older clients send the kind of the group that they delete from; what matters is its name.
Status CheckKind(const Json& body) {
  const std::string_view kind = FindString(body, {"kind"}, "DeleteOptions");
  if (kind.empty() || kind == "DeleteOptions") return Status::Ok();
  return Status::BadRequest("no kind \"" + std::string(kind) + "\" is registered for version \"" +
                            std::string(FindString(body, {"apiVersion"})) +
                            "\" where DeleteOptions are expected: the body of a delete is DeleteOptions or nothing");
}

Status ReadBody(const Json& body, DeleteOptions* options) {
  if (!body.IsObject()) return Status::BadRequest("DeleteOptions must be a JSON object");
  CROFT_RETURN_IF_ERROR(CheckKind(body));
  const auto grace = Read(body, {"gracePeriodSeconds"}, &Json::IsInt64, "a number of 64 bits");
  if (!grace.ok()) return grace.status();
  if (*grace != nullptr) options->grace_period_seconds = (*grace)->GetInt64();
  const auto orphan = Read(body, {"orphanDependents"}, &Json::IsBool, "true or false");
  if (!orphan.ok()) return orphan.status();
  if (*orphan != nullptr) options->orphan_dependents = (*orphan)->GetBool();
  CROFT_RETURN_IF_ERROR(ReadText(body, {"propagationPolicy"}, &options->propagation_policy));
  const auto preconditions = Read(body, {"preconditions"}, &Json::IsObject, "an object");
  if (!preconditions.ok()) return preconditions.status();
  CROFT_RETURN_IF_ERROR(ReadText(body, {"preconditions", "uid"}, &options->uid));
  CROFT_RETURN_IF_ERROR(ReadText(body, {"preconditions", "resourceVersion"}, &options->resource_version));
  const auto dry_run = Read(body, {"dryRun"}, &Json::IsArray, "a list of strings");
  if (!dry_run.ok()) return dry_run.status();
  if (*dry_run == nullptr) return Status::Ok();
  for (const Json& stage : (*dry_run)->GetArray()) {
    if (!stage.IsString()) return WrongType("dryRun", "a list of strings");
    CROFT_RETURN_IF_ERROR(ReadDryRun(AsView(stage), options));
  }
  return Status::Ok();
}

}  // namespace

Result<DeleteOptions> ParseDeleteOptions(const http::Request& request, const Query& query) {
  DeleteOptions options;
  if (!request.body.empty()) {
    const Result<JsonDocument> body = DecodeBody(request);
    if (!body.ok()) return body.status();
    CROFT_RETURN_IF_ERROR(ReadBody(*body, &options));
  }
  if (query.Has("dryRun")) CROFT_RETURN_IF_ERROR(ReadDryRun(query.Get("dryRun"), &options));
  if (!options.grace_period_seconds) {
    const Result<std::optional<int64_t>> grace = query.Integer("gracePeriodSeconds");
    if (!grace.ok()) return grace.status();
    options.grace_period_seconds = *grace;
  }
  if (!options.orphan_dependents && query.Has("orphanDependents")) {
    options.orphan_dependents = query.Flag("orphanDependents");
  }
  if (options.propagation_policy.empty()) options.propagation_policy = query.Get("propagationPolicy");
  return options;
}

}  // namespace croft::server
