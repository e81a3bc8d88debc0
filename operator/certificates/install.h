#pragma once

#include "api/pki/authority.h"
#include "operator/runtime/controller.h"

namespace croft::certificates {

// Adds the controllers of lab Certificates, and of those that Ingresses need, to `manager`. Before the manager starts;
// `lab_ca` outlives it.
void Install(runtime::Manager& manager, const pki::Authority& lab_ca);

}  // namespace croft::certificates
