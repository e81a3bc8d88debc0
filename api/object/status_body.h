#pragma once

#include <string>

#include "api/base/status.h"

namespace croft {

// A status as the JSON of a meta/v1 Status, which is what every refusal of the API carries: reason, code, and what
// the details name. A success may have details too: what was deleted.
std::string StatusBody(const Status& status);

}  // namespace croft
