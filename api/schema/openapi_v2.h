#pragma once

#include <string_view>
#include <vector>

#include "api/schema/definition.h"

namespace croft::schema {

// The document of /openapi/v2 (Swagger 2.0) about all served versions of these kinds. `version` is the server's, as in
// /version. Takes some milliseconds and megabytes: the caller keeps the encoded bytes, not the tree.
JsonDocument BuildOpenApiV2(const std::vector<const ResourceDefinition*>& kinds, std::string_view version);

}  // namespace croft::schema
