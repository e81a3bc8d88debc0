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
// of Kubernetes' own kinds. kUnsupportedMediaType else. Keys that stand twice in one object are added to `findings`;
// their last value counts.
Result<JsonDocument> DecodeBody(const http::Request& request, StrictFindings* findings = nullptr);
// The same of a YAML text.
Result<JsonDocument> DecodeYaml(std::string_view text, StrictFindings* findings = nullptr);
// The same of a JSON text. Bytes that are no UTF-8 read as U+FFFD.
Result<JsonDocument> DecodeJson(std::string_view text, StrictFindings* findings = nullptr);
// The same of a JSON patch, with what its operations have beyond op, path, from and value.
Result<JsonDocument> DecodeJsonPatch(std::string_view text, StrictFindings* findings);

// Removes members of one name in one object but for the last; returns the paths of those that came again
// ("spec.replicas").
std::vector<std::string> RemoveDuplicateFields(Json& value);

// Options of the query string, refused with the causes that Kubernetes names.
// `kind` is what the options are called in refusals ("PatchOptions"); of a configuration to apply a manager is
// required.
Result<WriteOptions> ParseWriteOptions(const Query& query, const char* kind, bool apply = false);
// What a client is called that gives no fieldManager: its User-Agent up to the first "/".
std::string ManagerOfAgent(std::string_view user_agent);

}  // namespace croft::server
