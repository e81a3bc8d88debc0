#include "api/server/wire/delete_options.h"

#include "api/server/wire/body.h"
#include "api/server/write_options.h"

namespace croft::server {
namespace {

// Older clients send the kind of the group that they delete from; what matters is its name.
Status CheckKind(const Json& body) {
  const std::string_view kind = FindString(body, {"kind"}, "DeleteOptions");
  if (kind.empty() || kind == "DeleteOptions") return Status::Ok();
  return Status::BadRequest("no kind \"" + std::string(kind) + "\" is registered for version \"" +
                            std::string(FindString(body, {"apiVersion"})) +
                            "\" where DeleteOptions are expected: the body of a delete is DeleteOptions or nothing");
}

}  // namespace

Result<DeleteOptions> ParseDeleteOptions(const http::Request& request, const Query& query) {
  DeleteOptions options;
  if (!request.body.empty()) {
    const Result<JsonDocument> body = DecodeBody(request);
    if (!body.ok()) return body.status();
    CROFT_RETURN_IF_ERROR(CheckKind(*body));
    CROFT_RETURN_IF_ERROR(ReadDeleteOptions(*body, &options));
  }
  Causes causes;
  options.dry_run = WantsDryRun(query.All("dryRun"), causes) || options.dry_run;
  if (!causes.empty()) return Status::InvalidObject("meta.k8s.io", "DeleteOptions", "", causes.Take());
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
