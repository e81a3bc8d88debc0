#include <algorithm>

#include "api/server/tables/cells.h"

namespace croft::server {
namespace {

constexpr std::string_view kRolePrefix = "node-role.kubernetes.io/";

Cell NodeStatus(const Json& node, WallTime) {
  std::string status = "Unknown";
  const Json* conditions = Find(node, {"status", "conditions"});
  if (conditions != nullptr && conditions->IsArray()) {
    for (const Json& condition : conditions->GetArray()) {
      if (FindString(condition, {"type"}) != "Ready") continue;
      status = FindString(condition, {"status"}) == "True" ? "Ready" : "NotReady";
    }
  }
  if (FindBool(node, {"spec", "unschedulable"})) status += ",SchedulingDisabled";
  return Cell::Of(status);
}

Cell NodeRoles(const Json& node, WallTime) {
  std::vector<std::string> roles;
  const Json* labels = Find(node, {"metadata", "labels"});
  if (labels != nullptr && labels->IsObject()) {
    for (const auto& label : labels->GetObject()) {
      const std::string_view key = AsView(label.name);
      if (key.starts_with(kRolePrefix) && key.size() > kRolePrefix.size()) {
        roles.emplace_back(key.substr(kRolePrefix.size()));
      } else if (key == "kubernetes.io/role" && label.value.IsString() && label.value.GetStringLength() > 0) {
        roles.emplace_back(AsView(label.value));
      }
    }
  }
  std::sort(roles.begin(), roles.end());
  return Cell::Of(roles.empty() ? "<none>" : Joined(roles));
}

std::string_view AddressOf(const Json& node, std::string_view type) {
  const Json* addresses = Find(node, {"status", "addresses"});
  if (addresses != nullptr && addresses->IsArray()) {
    for (const Json& address : addresses->GetArray()) {
      if (FindString(address, {"type"}) == type) return FindString(address, {"address"});
    }
  }
  return "<none>";
}

Cell NodeInternalIp(const Json& node, WallTime) {
  return Cell::Of(AddressOf(node, "InternalIP"));
}

Cell NodeExternalIp(const Json& node, WallTime) {
  return Cell::Of(AddressOf(node, "ExternalIP"));
}

template <const char* const& Field>
Cell NodeInfo(const Json& node, WallTime) {
  const std::string_view value = FindString(node, {"status", "nodeInfo", Field});
  return Cell::Of(value.empty() ? std::string_view("<unknown>") : value);
}

constexpr const char* kOsImage = "osImage";
constexpr const char* kKernel = "kernelVersion";
constexpr const char* kRuntime = "containerRuntimeVersion";

}  // namespace

void AddNodeCells(CellFunctions& cells) {
  cells["/nodes/Status"] = NodeStatus;
  cells["/nodes/Roles"] = NodeRoles;
  cells["/nodes/Internal-IP"] = NodeInternalIp;
  cells["/nodes/External-IP"] = NodeExternalIp;
  cells["/nodes/OS-Image"] = NodeInfo<kOsImage>;
  cells["/nodes/Kernel-Version"] = NodeInfo<kKernel>;
  cells["/nodes/Container-Runtime"] = NodeInfo<kRuntime>;
}

}  // namespace croft::server
