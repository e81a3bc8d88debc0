#pragma once

#include "operator/runtime/controller.h"

namespace croft::workloads {

// Rolls each Deployment's template out through ReplicaSets, one per version.
void AddDeploymentController(runtime::Manager& manager, int workers);

}  // namespace croft::workloads
