#pragma once

#include <string>

#include "api/pki/jwt.h"
#include "operator/runtime/controller.h"

namespace croft::accounts {

// Adds the controller of Secrets with tokens to `manager`, before that starts. `key` is the one by which the API server
// knows tokens.
void Install(runtime::Manager& manager, pki::TokenKey key, std::string ca_pem);

}  // namespace croft::accounts
