#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/message.h"
#include "api/server/options.h"

namespace croft::server {

// The decoded pairs of a query. Values are UTF-8; bytes that are none read as U+FFFD.
class Query {
 public:
  explicit Query(std::string_view query);
  std::string Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  std::vector<std::string> All(std::string_view name) const;  // of a name that may stand there several times
  // As Kubernetes reads a boolean: absent, "false" and "0" are false, all else is true, an empty value too.
  bool Flag(std::string_view name) const;
  // None when absent; kBadRequest when it is no number of 64 bits.
  Result<std::optional<int64_t>> Integer(std::string_view name) const;
  std::optional<int64_t> Number(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

// What a path under /api or /apis stands for.
struct RequestInfo {
  bool is_resource = false;  // else `path` is discovery or something else
  bool watch = false;        // the path itself asks for a watch: /api/v1/watch/pods
  Target target;
  std::vector<std::string> segments;  // of the path, decoded
};

// None when the path is malformed.
std::optional<RequestInfo> ParsePath(std::string_view path);

}  // namespace croft::server
