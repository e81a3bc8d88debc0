#pragma once

#include <vector>

#include "operator/workloads/garbage_controller.h"
#include "operator/workloads/namespace_controller.h"
#include "operator/workloads/pod_garbage_controller.h"

namespace croft::workloads {

struct Settings {
  // What is collected by owner, beside posted kinds; kinds that only own others belong in it too.
  std::vector<CollectedResource> collected = DefaultCollected();
  // What a namespace is emptied of. Must be set: only the server knows its kinds.
  NamespacedResources namespaced;
  PodGarbageSettings pod_garbage;
  int workers = 2;  // of each controller

  // What the controllers of this folder make and read; a server collects all the kinds that it has.
  static std::vector<CollectedResource> DefaultCollected();
};

// Adds all controllers of this folder. Before manager.Start().
void Install(runtime::Manager& manager, Settings settings);

}  // namespace croft::workloads
