#pragma once

#include "operator/runtime/controller.h"

namespace croft::workloads {

// Keeps Endpoints and EndpointSlices of every core Service in step with its pods, and removes them with it. What a
// person made is not touched: slices of another manager, Endpoints without a Service, Endpoints of a Service without
// selector (which are mirrored into slices).
void AddEndpointsController(runtime::Manager& manager, int workers);

}  // namespace croft::workloads
