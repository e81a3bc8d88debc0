#pragma once

#include "operator/runtime/controller.h"

namespace croft::workloads {

struct PodGarbageSettings {
  Duration missing_node_grace = std::chrono::seconds(40);  // from the Node's deletion to that of its pods
  size_t finished_limit = 1000;                            // Succeeded and Failed pods that may stay
};

// Deletes pods that are bound to a node which is no more, terminating pods that never had a node, and the oldest
// finished pods beyond a limit.
void AddPodGarbageController(runtime::Manager& manager, PodGarbageSettings settings);

}  // namespace croft::workloads
