#pragma once

#include <string>
#include <vector>

#include "api/base/status.h"
#include "api/object/json.h"
#include "api/server/causes.h"
#include "api/server/options.h"

namespace croft::server {

// Whether the values of dryRun ask for one; others than All are refused.
bool WantsDryRun(const std::vector<std::string>& stages, Causes& causes);

// DeleteOptions as a body, or an Eviction, has them: what is absent stays as it is. kBadRequest names what is of a
// wrong type, kInvalid a dryRun that is none.
Status ReadDeleteOptions(const Json& body, DeleteOptions* options);
// Keys that stand twice in YAML, as its decoder tells of them.
std::string YamlErrors(const StrictFindings& findings);
// What can not be asked for together, or at all.
Status CheckDeleteOptions(const DeleteOptions& options);

}  // namespace croft::server
