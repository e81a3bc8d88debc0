#pragma once

#include <string>
#include <vector>

#include "api/object/json.h"

namespace croft::server {

// Names, as warnings, the fields of a pod's spec at `path` that are kept but that nothing in Croft acts on yet: what is
// declared without effect is said so, never silently ignored.
void WarnOfUnacted(const Json& spec, const std::string& path, std::vector<std::string>& warnings);

}  // namespace croft::server
