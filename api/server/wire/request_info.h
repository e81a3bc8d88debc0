#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/message.h"
#include "api/server/options.h"

namespace croft::server {

// The decoded pairs of a query.
class Query {
 public:
  explicit Query(std::string_view query) : pairs_(http::ParseQuery(query)) {}
  std::string Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  // "1", "true", or named without a value.
  bool Flag(std::string_view name) const;
  std::optional<int64_t> Number(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

// What a path under /api or /apis stands for.
struct RequestInfo {
  bool is_resource = false;  // else `path` is discovery or something else
  Target target;
  std::vector<std::string> segments;  // of the path, decoded
};

// None when the path is malformed.
std::optional<RequestInfo> ParsePath(std::string_view path);

}  // namespace croft::server
