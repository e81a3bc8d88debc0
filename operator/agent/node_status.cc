#include "operator/agent/node_status.h"

#include "api/object/quantity.h"
#include "api/types/condition.h"
#include "operator/runtime/events.h"

namespace croft::agent {
namespace {

// As the server writes it, so that what is read back is no difference.
std::string Amount(int64_t number, const char* suffix) {
  const std::string text = std::to_string(number) + suffix;
  const auto quantity = Quantity::Parse(text);
  return quantity ? quantity->Canonical() : text;
}

}  // namespace

types::NodeStatus MakeNodeStatus(const AgentSettings& settings, const types::NodeStatus& before,
                                 const std::string& runtime_version, const std::string& runtime_error, WallTime now) {
  const Machine& machine = settings.machine;
  types::NodeStatus status;
  status.capacity = {{"cpu", Amount(machine.cpu_milli, "m")},
                     {"memory", Amount(machine.memory_bytes / 1024, "Ki")},
                     {"pods", Amount(machine.pods, "")}};
  if (machine.disk_bytes > 0) status.capacity["ephemeral-storage"] = Amount(machine.disk_bytes / 1024, "Ki");
  status.allocatable = status.capacity;
  status.addresses = {{"InternalIP", settings.address}, {"Hostname", settings.node_name}};
  status.node_info = before.node_info;
  status.node_info.machine_id = machine.machine_id;
  status.node_info.system_uuid = machine.machine_id;
  status.node_info.boot_id = machine.boot_id;
  status.node_info.kernel_version = machine.kernel_version;
  status.node_info.os_image = machine.os_image;
  // A runtime that does not answer now is still the one that it was.
  std::optional<std::string>& runtime = status.node_info.container_runtime_version;
  if (!runtime_version.empty() || !runtime) runtime = runtime_version;
  status.node_info.kubelet_version = settings.version;
  status.node_info.kube_proxy_version = settings.version;
  status.node_info.operating_system = "linux";
  status.node_info.architecture = machine.architecture;
  status.daemon_endpoints.kubelet_endpoint.port = settings.kubelet_port;

  status.conditions = before.conditions;
  const types::Condition conditions[] = {
      types::NewCondition("MemoryPressure", false, "KubeletHasSufficientMemory",
                          "the node has sufficient memory available"),
      types::NewCondition("DiskPressure", false, "KubeletHasNoDiskPressure", "the node has no disk pressure"),
      types::NewCondition("PIDPressure", false, "KubeletHasSufficientPID", "the node has sufficient PIDs available"),
      runtime_error.empty()
          ? types::NewCondition("Ready", true, "KubeletReady", "the node agent is ready")
          : types::NewCondition("Ready", false, "KubeletNotReady", "the container runtime is down: " + runtime_error)};
  for (types::Condition condition : conditions) {
    condition.last_heartbeat_time = FormatTime(now);
    runtime::SetCondition(status.conditions, std::move(condition), now);
  }
  return status;
}

types::Node MakeNode(const AgentSettings& settings, const types::NodeStatus& status) {
  types::Node node;
  node.metadata.name = settings.node_name;
  node.metadata.labels = settings.labels;
  node.metadata.labels["kubernetes.io/hostname"] = settings.node_name;
  node.metadata.labels["kubernetes.io/os"] = "linux";
  node.metadata.labels["kubernetes.io/arch"] = settings.machine.architecture;
  node.status = status;
  return node;
}

bool Differs(const types::NodeStatus& a, const types::NodeStatus& b) {
  const auto bare = [](types::NodeStatus status) {
    for (types::Condition& condition : status.conditions) condition.last_heartbeat_time.clear();
    return status;
  };
  return bare(a) != bare(b);
}

}  // namespace croft::agent
