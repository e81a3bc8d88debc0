#pragma once

#include <string>

#include "api/types/meta.h"

namespace croft::types {

// "True" or "False"; the times are left to who sets it.
Condition NewCondition(std::string type, bool holds, std::string reason, std::string message);

}  // namespace croft::types
