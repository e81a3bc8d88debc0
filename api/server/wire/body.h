#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"
#include "api/http/message.h"
#include "api/object/json.h"
#include "api/server/options.h"
#include "api/server/wire/request_info.h"

namespace croft::server {

// The body of a request as JSON: application/json (or no type), application/yaml, or the protobuf form
// of Kubernetes' own kinds. kUnsupportedMediaType else.
Result<JsonDocument> DecodeBody(const http::Request& request);

// Keys that stand twice in one object of a JSON text, as paths ("spec.replicas").
std::vector<std::string> FindDuplicateFields(std::string_view json);

// Options of the query string, refused with the causes that Kubernetes names.
Result<WriteOptions> ParseWriteOptions(const Query& query);
}  // namespace croft::server
