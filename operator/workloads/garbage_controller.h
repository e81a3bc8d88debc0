#pragma once

#include <vector>

#include "operator/workloads/garbage_graph.h"

namespace croft::workloads {

// Deletes what its owners left behind (background), deletes dependents before their owner (finalizer
// foregroundDeletion), and frees them instead (finalizer orphan). Owners that wait for each other in a circle let go of
// each other. Owners are found by uid; that one is gone is asked of the server itself before anything is deleted for
// it. Beside `resources`, the kinds that users post are collected, as their CustomResourceDefinitions come and go;
// while one is taken in, the others wait for a moment.
void AddGarbageCollector(runtime::Manager& manager, std::vector<CollectedResource> resources, int workers);

}  // namespace croft::workloads
