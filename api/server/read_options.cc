#include "api/server/read_options.h"

#include <charconv>

#include "api/server/causes.h"

namespace croft::server {
namespace {

constexpr const char* kMatch = "resourceVersionMatch";
constexpr const char* kTooLarge = "ResourceVersionTooLarge";

Status Refuse(Causes& causes) {
  if (causes.empty()) return Status::Ok();
  return Status::InvalidObject("meta.k8s.io", "ListOptions", "", causes.Take());
}

template <class Number>
Result<Number> Parse(std::string_view text, const char* function) {
  Number number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && stop == text.data() + text.size()) return number;
  const std::string why = error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax";
  return Status::BadRequest("strconv." + std::string(function) + ": parsing \"" + std::string(text) + "\": " + why);
}

}  // namespace

Status CheckListOptions(const ListOptions& options) {
  const std::string& match = options.resource_version_match;
  Causes causes;
  if (!match.empty()) {
    if (options.resource_version.empty()) {
      causes.Forbidden(kMatch, "resourceVersionMatch is forbidden unless resourceVersion is provided");
    }
    if (!options.continue_token.empty()) {
      causes.Forbidden(kMatch, "resourceVersionMatch is forbidden when continue is provided");
    }
    if (match != "Exact" && match != "NotOlderThan") {
      causes.NotSupported(kMatch, match, {"Exact", "NotOlderThan", ""});
    }
    if (match == "Exact" && options.resource_version == "0") {
      causes.Forbidden(kMatch, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
    }
  }
  if (options.send_initial_events) causes.Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
  return Refuse(causes);
}

Status CheckWatchOptions(const WatchOptions& options) {
  const std::string& match = options.resource_version_match;
  Causes causes;
  if (options.send_initial_events && match != "NotOlderThan") {
    causes.Forbidden(kMatch, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  }
  if (!match.empty()) {
    if (!options.send_initial_events) {
      causes.Forbidden(kMatch, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
    }
    if (match != "NotOlderThan") causes.NotSupported(kMatch, match, {"NotOlderThan"});
    if (!options.continue_token.empty()) {
      causes.Forbidden(kMatch, "resourceVersionMatch is forbidden when continue is provided");
    }
  }
  return Refuse(causes);
}

Status TooLargeRevision(uint64_t wanted, uint64_t current) {
  Status status = Status::Timeout("Timeout: Too large resource version: " + std::to_string(wanted) +
                                  ", current: " + std::to_string(current));
  StatusDetails details;
  details.causes.push_back({kTooLarge, "Too large resource version", ""});
  details.retry_after = std::chrono::seconds(1);
  return status.WithDetails(std::move(details));
}

bool IsTooLargeRevision(const Status& status) {
  const auto& causes = status.details().causes;
  return status.reason() == Reason::kTimeout && !causes.empty() && causes.front().type == kTooLarge;
}

Result<uint64_t> ParseUnsigned(std::string_view text) {
  return Parse<uint64_t>(text, "ParseUint");
}

Result<int64_t> ParseSigned(std::string_view text) {
  return Parse<int64_t>(text, "ParseInt");
}

}  // namespace croft::server
