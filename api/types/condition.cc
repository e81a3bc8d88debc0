#include "api/types/condition.h"

#include <utility>

namespace croft::types {

Condition NewCondition(std::string type, bool holds, std::string reason, std::string message) {
  Condition condition;
  condition.type = std::move(type);
  condition.status = holds ? "True" : "False";
  condition.reason = std::move(reason);
  condition.message = std::move(message);
  return condition;
}

}  // namespace croft::types
