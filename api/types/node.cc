#include "api/types/node.h"

#include "api/types/node_fields.h"

namespace croft::types {

CROFT_DEFINE_KIND(Node, "v1", "Node")
CROFT_DEFINE_KIND(Lease, "coordination.k8s.io/v1", "Lease")

std::string FindAddress(const Node& node, std::string_view type) {
  for (const NodeAddress& address : node.status.addresses) {
    if (address.type == type) return address.address;
  }
  return {};
}

bool IsReady(const Node& node) {
  const Condition* ready = FindCondition(node.status.conditions, "Ready");
  return ready != nullptr && ready->status == "True";
}

}  // namespace croft::types
