#pragma once

#include "api/types/meta.h"

// Pod and the small kinds of core/v1.
namespace croft::types {

struct KeySelector {  // configMapKeyRef, secretKeyRef
  std::string name;
  std::string key;
  bool optional = false;
};
struct FieldRef {
  std::string field_path;
};
struct ResourceFieldRef {
  std::string container_name;
  std::string resource;
  std::string divisor;
};
struct EnvVarSource {
  std::optional<FieldRef> field_ref;
  std::optional<ResourceFieldRef> resource_field_ref;
  std::optional<KeySelector> config_map_key_ref;
  std::optional<KeySelector> secret_key_ref;
};
struct EnvVar {
  std::string name;
  std::string value;
  std::optional<EnvVarSource> value_from;
};
struct EnvFromRef {
  std::string name;
  bool optional = false;
};
struct EnvFromSource {
  std::string prefix;
  std::optional<EnvFromRef> config_map_ref;
  std::optional<EnvFromRef> secret_ref;
};
struct ContainerPort {
  std::string name;
  int32_t container_port = 0;
  int32_t host_port = 0;
  std::string host_ip;
  std::string protocol;  // "TCP", "UDP"
};
struct ResourceRequirements {
  StringMap limits;  // quantities: "cpu": "500m"
  StringMap requests;
};
struct VolumeMount {
  std::string name;
  std::string mount_path;
  std::string sub_path;
  std::string sub_path_expr;
  bool read_only = false;
  std::string mount_propagation;
};
struct HttpHeader {
  std::string name;
  std::string value;
};
struct HttpGetAction {
  std::string path;
  IntOrString port;
  std::string host;
  std::string scheme;  // "HTTP", "HTTPS"
  std::vector<HttpHeader> http_headers;
};
struct TcpSocketAction {
  IntOrString port;
  std::string host;
};
struct ExecAction {
  std::vector<std::string> command;
};
struct Probe {
  std::optional<HttpGetAction> http_get;
  std::optional<TcpSocketAction> tcp_socket;
  std::optional<ExecAction> exec;
  int32_t initial_delay_seconds = 0;
  int32_t timeout_seconds = 1;
  int32_t period_seconds = 10;
  int32_t success_threshold = 1;
  int32_t failure_threshold = 3;
};
struct LifecycleHandler {
  std::optional<HttpGetAction> http_get;
  std::optional<ExecAction> exec;
};
struct Lifecycle {
  std::optional<LifecycleHandler> post_start;
  std::optional<LifecycleHandler> pre_stop;
};
struct Capabilities {
  std::vector<std::string> add;
  std::vector<std::string> drop;
};
struct SecurityContext {
  std::optional<int64_t> run_as_user;
  std::optional<int64_t> run_as_group;
  std::optional<bool> run_as_non_root;
  std::optional<bool> privileged;
  std::optional<bool> read_only_root_filesystem;
  std::optional<bool> allow_privilege_escalation;
  std::optional<Capabilities> capabilities;
};
struct Container {
  std::string name;
  std::string image;
  std::vector<std::string> command;
  std::vector<std::string> args;
  std::string working_dir;
  std::vector<ContainerPort> ports;
  std::vector<EnvFromSource> env_from;
  std::vector<EnvVar> env;
  ResourceRequirements resources;
  std::vector<VolumeMount> volume_mounts;
  std::optional<Probe> liveness_probe;
  std::optional<Probe> readiness_probe;
  std::optional<Probe> startup_probe;
  std::optional<Lifecycle> lifecycle;
  std::string termination_message_path;
  std::string image_pull_policy;  // "Always", "IfNotPresent", "Never"
  std::optional<SecurityContext> security_context;
  std::string restart_policy;  // of an init container: "Always" makes it a sidecar
  bool tty = false;
  bool stdin_open = false;  // stdin
};
struct KeyToPath {
  std::string key;
  std::string path;
  std::optional<int32_t> mode;
};
struct ConfigMapVolume {
  std::string name;
  std::vector<KeyToPath> items;
  std::optional<int32_t> default_mode;
  bool optional = false;
};
struct SecretVolume {
  std::string secret_name;
  std::vector<KeyToPath> items;
  std::optional<int32_t> default_mode;
  bool optional = false;
};
struct EmptyDirVolume {
  std::string medium;  // "Memory": tmpfs
  std::string size_limit;
};
struct HostPathVolume {
  std::string path;
  std::string type;
};
struct Volume {
  std::string name;
  std::optional<ConfigMapVolume> config_map;
  std::optional<SecretVolume> secret;
  std::optional<EmptyDirVolume> empty_dir;
  std::optional<HostPathVolume> host_path;
  RawJson source;  // the whole volume, so that a source without support here can be named
};
struct Toleration {
  std::string key;
  std::string op;  // operator: "Exists", "Equal"
  std::string value;
  std::string effect;
  std::optional<int64_t> toleration_seconds;
};
struct PodSecurityContext {
  std::optional<int64_t> run_as_user;
  std::optional<int64_t> run_as_group;
  std::optional<bool> run_as_non_root;
  std::optional<int64_t> fs_group;
};
struct HostAlias {
  std::string ip;
  std::vector<std::string> hostnames;
};
struct DnsOption {
  std::string name;
  std::string value;
};
struct PodDnsConfig {
  std::vector<std::string> nameservers;
  std::vector<std::string> searches;
  std::vector<DnsOption> options;
};
struct PodSpec {
  std::vector<Volume> volumes;
  std::vector<Container> init_containers;
  std::vector<Container> containers;
  std::string restart_policy;
  std::optional<int64_t> termination_grace_period_seconds;
  std::optional<int64_t> active_deadline_seconds;
  std::string dns_policy;
  std::optional<PodDnsConfig> dns_config;
  StringMap node_selector;
  std::string service_account_name;
  std::string node_name;
  bool host_network = false;
  std::optional<PodSecurityContext> security_context;
  std::string hostname;
  std::string subdomain;
  RawJson affinity;
  std::string scheduler_name;
  std::vector<Toleration> tolerations;
  std::vector<HostAlias> host_aliases;
  RawJson topology_spread_constraints;
  std::optional<int32_t> priority;
};
struct ContainerStateWaiting {
  std::string reason;
  std::string message;
  bool operator==(const ContainerStateWaiting&) const = default;
};
struct ContainerStateRunning {
  std::string started_at;
  bool operator==(const ContainerStateRunning&) const = default;
};
struct ContainerStateTerminated {
  std::optional<int32_t> exit_code;
  int32_t signal = 0;
  std::string reason;
  std::string message;
  std::string started_at;
  std::string finished_at;
  std::string container_id;
  bool operator==(const ContainerStateTerminated&) const = default;
};
struct ContainerState {
  std::optional<ContainerStateWaiting> waiting;
  std::optional<ContainerStateRunning> running;
  std::optional<ContainerStateTerminated> terminated;
  bool operator==(const ContainerState&) const = default;
};
struct ContainerStatus {
  std::string name;
  ContainerState state;
  ContainerState last_state;
  std::optional<bool> ready;
  std::optional<int32_t> restart_count;
  std::string image;
  std::optional<std::string> image_id;
  std::string container_id;
  std::optional<bool> started;
  bool operator==(const ContainerStatus&) const = default;
};
struct PodIp {
  std::string ip;
  bool operator==(const PodIp&) const = default;
};
struct PodStatus {
  std::string phase;  // "Pending", "Running", "Succeeded", "Failed", "Unknown"
  std::vector<Condition> conditions;
  std::string message;
  std::string reason;
  std::string host_ip;
  std::string pod_ip;
  std::vector<PodIp> pod_ips;
  std::string start_time;
  std::vector<ContainerStatus> init_container_statuses;
  std::vector<ContainerStatus> container_statuses;
  std::string qos_class;
  bool operator==(const PodStatus&) const = default;
};
struct Pod {
  ObjectMeta metadata;
  PodSpec spec;
  PodStatus status;
};
struct PodTemplateSpec {
  ObjectMeta metadata;
  PodSpec spec;
};

struct Namespace {
  ObjectMeta metadata;
  std::vector<std::string> finalizers;  // spec.finalizers
  std::string phase;                    // status.phase
};
struct ConfigMap {
  ObjectMeta metadata;
  StringMap data;
  StringMap binary_data;  // base64
};
struct Secret {
  ObjectMeta metadata;
  std::string type;
  StringMap data;  // base64
};
struct EventSource {
  std::string component;
  std::string host;
};
struct Event {
  ObjectMeta metadata;
  ObjectReference involved_object;
  std::string reason;
  std::string message;
  EventSource source;
  std::string first_timestamp;
  std::string last_timestamp;
  std::string event_time;  // MicroTime
  int32_t count = 0;
  std::string type;  // "Normal", "Warning"
  std::string reporting_component;
  std::string reporting_instance;
  std::string action;
};

const Condition* FindCondition(const std::vector<Condition>& conditions, std::string_view type);
// Whether the pod's Ready condition is True.
bool IsReady(const Pod& pod);
// Succeeded or Failed: it will never run again.
bool IsFinished(const Pod& pod);

}  // namespace croft::types
