#pragma once

#include "api/object/json.h"

namespace croft::server {

// A HorizontalPodAutoscaler of autoscaling/v2 as v1 shows it, and back, without loss: what v1 has no field for is in
// the annotations that Kubernetes uses for it (autoscaling.alpha.kubernetes.io/metrics, current-metrics, conditions,
// behavior), in the older shapes that these have. apiVersion is left to the caller. Both take any JSON.
void AutoscalerToV1(Json& autoscaler, JsonAllocator& allocator);
void AutoscalerToV2(Json& autoscaler, JsonAllocator& allocator);

}  // namespace croft::server
