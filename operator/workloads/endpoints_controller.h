#pragma once

#include "operator/runtime/controller.h"

namespace croft::workloads {

// Keeps Endpoints and EndpointSlices of every core Service in step with its pods.
void AddEndpointsController(runtime::Manager& manager, int workers);

}  // namespace croft::workloads
