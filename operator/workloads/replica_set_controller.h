#pragma once

#include "operator/runtime/controller.h"

namespace croft::workloads {

// Keeps as many pods of each ReplicaSet as it asks for.
void AddReplicaSetController(runtime::Manager& manager, int workers);

}  // namespace croft::workloads
