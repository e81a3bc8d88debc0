#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/schema/definition.h"

namespace croft::schema {

// A document (OpenAPI 3.0) by its path below /openapi/v3: "api/v1" and "apis/apps/v1" are about the kinds of a group
// and version; "api", "apis", "apis/apps" and "version" about how clients learn of them. Null when there is none.
// `server_version` as in /version.
JsonDocument BuildOpenApiV3(const std::vector<const ResourceDefinition*>& kinds, std::string_view path,
                            std::string_view server_version);

// The hash by which a document is known to clients.
std::string OpenApiHash(std::string_view text);

// The index that /openapi/v3 answers: each document's URL with the hash of its text, so that clients may keep it for as
// long as the URL stays. Builds all documents one after the other: keep the result until a definition changes.
std::string BuildOpenApiV3Index(const std::vector<const ResourceDefinition*>& kinds, std::string_view server_version);

}  // namespace croft::schema
