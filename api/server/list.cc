#include <algorithm>
#include <charconv>

#include "api/base/base64.h"
#include "api/server/resource_service.h"

namespace croft::server {
namespace {

// Where the next page begins: after `after`, of a list that was begun at `revision`.
struct Continue {
  uint64_t revision = 0;
  Key after;
};

// The list goes on from the present state and not from the one of its first page: objects that were there all the time
// are listed exactly once, since pages follow the order of keys.
std::string EncodeContinue(const Continue& at) {
  JsonDocument json(rapidjson::kObjectType);
  auto& allocator = json.GetAllocator();
  SetString(json, "v", "croft/v1", allocator);
  SetString(json, "rv", std::to_string(at.revision), allocator);
  SetString(json, "ns", at.after.ns, allocator);
  SetString(json, "name", at.after.name, allocator);
  return Base64Encode(WriteJson(json));
}

Result<Continue> DecodeContinue(const std::string& token) {
  const Status malformed = Status::BadRequest("continue key is not valid");
  const std::optional<std::string> text = Base64Decode(token);
  if (!text) return malformed;
  Result<JsonDocument> json = ParseJson(*text);
  if (!json.ok() || FindString(*json, {"v"}) != "croft/v1") return malformed;
  Result<uint64_t> revision = ParseRevision(std::string(FindString(*json, {"rv"})));
  if (!revision.ok()) return malformed;
  return Continue{*revision, {std::string(FindString(*json, {"ns"})), std::string(FindString(*json, {"name"}))}};
}

Status CheckVersionOptions(const ListOptions& options, uint64_t wanted, uint64_t current) {
  const std::string& match = options.resource_version_match;
  if (!match.empty() && match != "Exact" && match != "NotOlderThan") {
    return Status::BadRequest("resourceVersionMatch: Unsupported value: \"" + match +
                              "\": supported values: \"Exact\", \"NotOlderThan\"");
  }
  if (!match.empty() && options.resource_version.empty()) {
    return Status::BadRequest("resourceVersionMatch is forbidden unless resourceVersion is provided");
  }
  if (wanted > current) {
    return Status::Timeout("Too large resource version: " + std::to_string(wanted) +
                           ", current: " + std::to_string(current));
  }
  if (match == "Exact" && wanted != current && options.continue_token.empty()) {
    return Status::Expired("The provided resource version is no longer available; list without resourceVersionMatch");
  }
  return Status::Ok();
}

}  // namespace

Result<ListResult> ResourceService::List(const Identity& who, const Target& target, const ListOptions& options) {
  Result<Served> served = Admit(who, target, "list");
  if (!served.ok()) return served.status();
  CROFT_RETURN_IF_ERROR(CheckScope(*served, target, false));
  Result<Selectors> selectors = ParseSelectors(*served, options.label_selector, options.field_selector);
  if (!selectors.ok()) return selectors.status();
  Result<uint64_t> wanted = ParseRevision(options.resource_version);
  if (!wanted.ok()) return wanted.status();
  if (options.limit < 0) return Status::BadRequest("limit: must not be negative");

  store::Snapshot snapshot = parts_.store.List(ResourceOf(*served), target.ns);
  CROFT_RETURN_IF_ERROR(CheckVersionOptions(options, *wanted, snapshot.revision));

  ListResult result;
  result.revision = snapshot.revision;
  auto begin = snapshot.items.begin();
  if (!options.continue_token.empty()) {
    Result<Continue> from = DecodeContinue(options.continue_token);
    if (!from.ok()) return from.status();
    result.revision = from->revision;
    begin = std::upper_bound(snapshot.items.begin(), snapshot.items.end(), from->after,
                             [](const Key& key, const ObjectPtr& object) { return key < object->key(); });
  }
  const size_t limit = options.limit > 0 ? static_cast<size_t>(options.limit) : SIZE_MAX;
  auto it = begin;
  for (; it != snapshot.items.end() && result.items.size() < limit; ++it) {
    if (selectors->empty() || selectors->Matches(**it)) result.items.push_back(InVersion(*served, *it));
  }
  // A page may be full while nothing more matches: then there is no next one.
  if (!selectors->empty()) {
    while (it != snapshot.items.end() && !selectors->Matches(**it)) ++it;
  }
  if (it == snapshot.items.end()) return result;
  result.continue_token = EncodeContinue({result.revision, result.items.back()->key()});
  if (selectors->empty()) result.remaining = snapshot.items.end() - it;
  return result;
}

}  // namespace croft::server
