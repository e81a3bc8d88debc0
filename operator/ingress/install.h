#pragma once

#include <vector>

#include "api/types/network.h"
#include "operator/ingress/proxy.h"
#include "operator/runtime/controller.h"

namespace croft::ingress {

struct Settings {
  // Where the proxy is reached from outside; what status.loadBalancer.ingress says.
  std::vector<types::LoadBalancerIngress> addresses;
};

// Adds the controller of routes to `manager`. Before the manager starts; `proxy` outlives it.
void Install(runtime::Manager& manager, const Settings& settings, Proxy& proxy);

}  // namespace croft::ingress
