#pragma once

#include <functional>
#include <vector>

#include "operator/runtime/controller.h"

namespace croft::workloads {

// The namespaced resources that the server knows at this moment, those of user's kinds included.
using NamespacedResources = std::function<std::vector<GroupVersionResource>()>;

// Empties a namespace that is being deleted, then takes off its finalizer `kubernetes`, with which it goes.
// Says in its conditions what it waits for.
void AddNamespaceController(runtime::Manager& manager, NamespacedResources resources, int workers);

}  // namespace croft::workloads
