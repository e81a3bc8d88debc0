#pragma once

#include "api/types/core.h"

// core/v1 Node and coordination.k8s.io/v1 Lease.
namespace croft::types {

struct Taint {
  std::string key;
  std::string value;
  std::string effect;  // "NoSchedule", "PreferNoSchedule", "NoExecute"
  std::string time_added;
  bool operator==(const Taint&) const = default;
};
struct NodeSpec {
  std::string pod_cidr;
  std::vector<std::string> pod_cidrs;
  std::string provider_id;
  std::vector<Taint> taints;
  bool unschedulable = false;
};
struct NodeAddress {
  std::string type;  // "InternalIP", "Hostname"
  std::string address;
  bool operator==(const NodeAddress&) const = default;
};
// Kubernetes requires each of them to be there, if only as an empty string: what is not known stands so.
struct NodeSystemInfo {
  std::optional<std::string> machine_id;
  std::optional<std::string> system_uuid;
  std::optional<std::string> boot_id;
  std::optional<std::string> kernel_version;
  std::optional<std::string> os_image;
  std::optional<std::string> container_runtime_version;
  std::optional<std::string> kubelet_version;
  std::optional<std::string> kube_proxy_version;
  std::optional<std::string> operating_system;
  std::optional<std::string> architecture;
  bool operator==(const NodeSystemInfo&) const = default;
};
struct DaemonEndpoint {
  int32_t port = 0;
  bool operator==(const DaemonEndpoint&) const = default;
};
struct NodeDaemonEndpoints {
  DaemonEndpoint kubelet_endpoint;  // where the node's agent serves logs
  bool operator==(const NodeDaemonEndpoints&) const = default;
};
struct NodeStatus {
  StringMap capacity;
  StringMap allocatable;
  std::vector<Condition> conditions;
  std::vector<NodeAddress> addresses;
  NodeSystemInfo node_info;
  NodeDaemonEndpoints daemon_endpoints;
  bool operator==(const NodeStatus&) const = default;
};
struct Node {
  ObjectMeta metadata;
  NodeSpec spec;
  NodeStatus status;
};

struct LeaseSpec {
  std::string holder_identity;
  std::optional<int32_t> lease_duration_seconds;
  std::string acquire_time;  // MicroTime
  std::string renew_time;    // MicroTime
  std::optional<int32_t> lease_transitions;
};
struct Lease {
  ObjectMeta metadata;
  LeaseSpec spec;
};

// The address of a type; empty when it has none.
std::string FindAddress(const Node& node, std::string_view type);
// Whether the node's Ready condition is True.
bool IsReady(const Node& node);

}  // namespace croft::types
