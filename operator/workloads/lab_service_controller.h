#pragma once

#include "operator/runtime/controller.h"

namespace croft::workloads {

// Makes of each lab Service a Deployment and a core Service of its name, with `expose` an Ingress and a Certificate as
// well, keeps them as declared, and gathers how they do.
void AddLabServiceController(runtime::Manager& manager, int workers);

}  // namespace croft::workloads
