#pragma once

#include "operator/ingress/routing_plan.h"

namespace croft::ingress {

// Where a declared backend leads. `backend.name` is empty when nothing can be served, and then `why` says so; a backend
// without endpoints has a `why` too.
struct ResolvedBackend {
  Backend backend;
  std::string why;
};

ResolvedBackend ResolveBackend(const DeclaredBackend& declared, const std::string& ns, const World& world);

}  // namespace croft::ingress
