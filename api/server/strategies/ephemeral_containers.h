#pragma once

#include "api/object/json.h"
#include "api/server/strategies/strategy.h"

namespace croft::server {

// Refuses what may not become of a pod's containers for debugging: they come by their own subresource alone, are only
// ever added, and have less to say than others. `old` is null for a pod that is new.
Status CheckEphemeralContainers(const Json* old, const Json& pod, const StrategyContext& context);

}  // namespace croft::server
