#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"
#include "api/object/json.h"

namespace croft {

// All documents of a YAML stream as JSON; empty documents are left out. Scalars are read as Kubernetes' clients read
// them (YAML 1.1 booleans yes/no/on/off only where plain, integers, floats, null; quoted scalars are strings).
// kBadRequest names line and column. Aliases are expanded up to a limit, so that a small text can't become a large
// tree; depth and size are limited as in ParseJson.
Result<std::vector<JsonDocument>> ParseYaml(std::string_view text);
// Exactly one document.
Result<JsonDocument> ParseYamlDocument(std::string_view text);

// Block-style YAML with two spaces, strings quoted only where they would read as something else.
std::string WriteYaml(const Json& value);

}  // namespace croft
