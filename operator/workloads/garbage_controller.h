#pragma once

#include <string>
#include <vector>

#include "operator/runtime/controller.h"

namespace croft::workloads {

// A resource whose objects are collected, and may be named as owners by `kind`.
struct CollectedResource {
  GroupVersionResource gvr;
  std::string kind;
  bool namespaced = true;
};

// Deletes what its owners left behind (background), deletes dependents before their owner (finalizer
// foregroundDeletion), and frees them instead (finalizer orphan). Owners are found by uid; that one is gone is asked of
// the server itself before anything is deleted for it.
void AddGarbageCollector(runtime::Manager& manager, std::vector<CollectedResource> resources, int workers);

}  // namespace croft::workloads
