#include "api/server/wire/request_info.h"

#include <charconv>

#include "api/object/utf8.h"
#include "api/server/read_options.h"

namespace croft::server {
namespace {

std::optional<std::vector<std::string>> Segments(std::string_view path) {
  std::vector<std::string> segments;
  size_t start = 0;
  while (start < path.size()) {
    const size_t slash = std::min(path.find('/', start), path.size());
    if (slash > start) {
      std::optional<std::string> segment = http::PercentDecode(path.substr(start, slash - start), false);
      if (!segment) return std::nullopt;
      segments.push_back(std::move(*segment));
    }
    start = slash + 1;
  }
  return segments;
}

}  // namespace

Query::Query(std::string_view query) : pairs_(http::ParseQuery(query)) {
  for (auto& [name, value] : pairs_) {
    if (!IsUtf8(value)) value = CleanUtf8(value);
  }
}

std::string Query::Get(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return {};
}

bool Query::Has(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return true;
  }
  return false;
}

std::vector<std::string> Query::All(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : pairs_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

bool Query::Flag(std::string_view name) const {
  if (!Has(name)) return false;
  const std::string value = Get(name);
  return value != "0" && !http::SameIgnoringCase(value, "false");
}

Result<std::optional<int64_t>> Query::Integer(std::string_view name) const {
  if (!Has(name)) return std::optional<int64_t>();
  const Result<int64_t> number = ParseSigned(Get(name));
  if (!number.ok()) return number.status();
  return std::optional<int64_t>(*number);
}

std::optional<int64_t> Query::Number(std::string_view name) const {
  const std::string value = Get(name);
  int64_t number = 0;
  const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (value.empty() || error != std::errc() || stop != value.data() + value.size()) return std::nullopt;
  return number;
}

// /api/v1/...                                  core
// /apis/GROUP/VERSION/...                      the others
// .../RESOURCE[/NAME[/SUBRESOURCE]]            cluster-scoped, or of all namespaces
// .../namespaces/NS/RESOURCE[/NAME[/SUB]]      of one namespace
// .../namespaces/NAME[/status|finalize]        a namespace itself
// and all of them after /watch, which asks for a watch (an older way, which clients still know).
std::optional<RequestInfo> ParsePath(std::string_view path) {
  std::optional<std::vector<std::string>> segments = Segments(path);
  if (!segments) return std::nullopt;
  RequestInfo info;
  info.segments = std::move(*segments);
  std::vector<std::string> s = info.segments;
  size_t at = 0;
  if (s.size() >= 3 && s[0] == "api") {
    info.target.gvr.version = s[1];
    at = 2;
  } else if (s.size() >= 4 && s[0] == "apis") {
    info.target.gvr.group = s[1];
    info.target.gvr.version = s[2];
    at = 3;
  } else {
    return info;
  }
  info.is_resource = true;
  if (s[at] == "watch" && s.size() > at + 1) {
    info.watch = true;
    s.erase(s.begin() + static_cast<std::ptrdiff_t>(at));
  }
  Target& target = info.target;
  const bool a_namespace_itself =
      s[at] == "namespaces" &&
      (s.size() <= at + 2 || (s.size() == at + 3 && (s[at + 2] == "status" || s[at + 2] == "finalize")));
  if (s[at] == "namespaces" && !a_namespace_itself) {
    target.ns = s[at + 1];
    at += 2;
  }
  target.gvr.resource = s[at];
  if (s.size() > at + 1) target.name = s[at + 1];
  if (s.size() > at + 2) target.subresource = s[at + 2];
  for (size_t i = at + 3; i < s.size(); ++i) target.subresource += "/" + s[i];
  return info;
}

}  // namespace croft::server
