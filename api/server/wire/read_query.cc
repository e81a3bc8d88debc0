#include "api/server/wire/read_query.h"

namespace croft::server {
namespace {

// What lists and watches take alike.
template <class Options>
Options ReadCommon(const Query& query) {
  Options options;
  options.label_selector = query.Get("labelSelector");
  options.field_selector = query.Get("fieldSelector");
  options.resource_version = query.Get("resourceVersion");
  options.resource_version_match = query.Get("resourceVersionMatch");
  options.continue_token = query.Get("continue");
  if (query.Has("sendInitialEvents")) options.send_initial_events = query.Flag("sendInitialEvents");
  return options;
}

}  // namespace

Result<ListOptions> ParseListOptions(const Query& query) {
  ListOptions options = ReadCommon<ListOptions>(query);
  const Result<std::optional<int64_t>> limit = query.Integer("limit");
  if (!limit.ok()) return limit.status();
  options.limit = limit->value_or(0);
  return options;
}

WatchOptions ParseWatchOptions(const Query& query) {
  return ReadCommon<WatchOptions>(query);
}

Status CheckInclude(const Query& query) {
  const std::string include = query.Get("includeObject");
  if (include.empty() || include == "None" || include == "Metadata" || include == "Object") return Status::Ok();
  return Status::BadRequest("unrecognized includeObject value: \"" + include + "\"");
}

IncludeObject IncludeOf(const Query& query) {
  const std::string include = query.Get("includeObject");
  if (include == "None") return IncludeObject::kNone;
  return include == "Object" ? IncludeObject::kObject : IncludeObject::kMetadata;
}

}  // namespace croft::server
