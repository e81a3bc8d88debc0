#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/base/status.h"
#include "api/object/json.h"

namespace croft::schema {

// Kubernetes' rules for the schema of a posted CustomResourceDefinition: every place has a type, nothing is referenced,
// combinators only restrict what the structure declares, list types fit their items. Causes name the place below
// `path`. What single keywords may hold is left to Compile.
std::vector<Cause> CheckStructural(const Json& schema, std::string_view path);

}  // namespace croft::schema
