#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/object/json.h"

namespace croft::server {

// The values at a JSONPath as printer columns use it: .a.b, .a[0], .a[-1], .a[*], ['a.b'], ..name is not supported,
// [?(@.type=="Ready")], [?(@.x!='y')]. A path that can't be read, or leads nowhere, has no values.
std::vector<const Json*> EvaluateJsonPath(const Json& root, std::string_view path);

}  // namespace croft::server
