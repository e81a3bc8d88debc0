#include "api/server/identity.h"

namespace croft::server {

Identity ControllerIdentity() {
  return {std::string(Identity::kController), {std::string(Identity::kAuthenticatedGroup)}};
}

Identity AdminIdentity() {
  return {"croft-admin", {std::string(Identity::kMastersGroup), std::string(Identity::kAuthenticatedGroup)}};
}

Identity NodeIdentity(std::string_view node) {
  return {std::string(Identity::kNodePrefix) + std::string(node),
          {std::string(Identity::kNodesGroup), std::string(Identity::kAuthenticatedGroup)}};
}

}  // namespace croft::server
