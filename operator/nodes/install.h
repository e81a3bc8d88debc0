#pragma once

#include <string>

#include "operator/runtime/controller.h"

namespace croft::nodes {

struct Settings {
  std::string pod_network = "10.244.0.0/16";
};

// Adds the scheduler and the controllers of nodes to `manager`. Before the manager starts.
void Install(runtime::Manager& manager, const Settings& settings);

}  // namespace croft::nodes
