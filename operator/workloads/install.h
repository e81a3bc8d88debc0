#pragma once

#include <vector>

#include "operator/workloads/garbage_controller.h"
#include "operator/workloads/namespace_controller.h"
#include "operator/workloads/pod_garbage_controller.h"

namespace croft::workloads {

struct Settings {
  // What is collected by owner; kinds that only own others belong in it too.
  std::vector<CollectedResource> collected = DefaultCollected();
  // What a namespace is emptied of. Must be set: only the server knows its kinds.
  NamespacedResources namespaced;
  PodGarbageSettings pod_garbage;
  int workers = 2;  // of each controller

  // Croft's own and Kubernetes' kinds that are served now, but for Events and Leases, which nobody owns.
  static std::vector<CollectedResource> DefaultCollected();
};

// Adds all controllers of this folder. Before manager.Start().
void Install(runtime::Manager& manager, Settings settings);

}  // namespace croft::workloads
