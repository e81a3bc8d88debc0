#pragma once

#include "api/types/codec.h"
#include "api/types/core.h"

// The JSON members of Pod's structs. Included by this folder's .cc files only.
namespace croft::types {

template <class V>
void Fields(V& v, KeySelector& t) {
  v("name", t.name);
  v("key", t.key);
  v("optional", t.optional);
}

template <class V>
void Fields(V& v, FieldRef& t) {
  v("fieldPath", t.field_path);
}

template <class V>
void Fields(V& v, ResourceFieldRef& t) {
  v("containerName", t.container_name);
  v("resource", t.resource);
  v("divisor", t.divisor);
}

template <class V>
void Fields(V& v, EnvVarSource& t) {
  v("fieldRef", t.field_ref);
  v("resourceFieldRef", t.resource_field_ref);
  v("configMapKeyRef", t.config_map_key_ref);
  v("secretKeyRef", t.secret_key_ref);
}

template <class V>
void Fields(V& v, EnvVar& t) {
  v("name", t.name);
  v("value", t.value);
  v("valueFrom", t.value_from);
}

template <class V>
void Fields(V& v, EnvFromRef& t) {
  v("name", t.name);
  v("optional", t.optional);
}

template <class V>
void Fields(V& v, EnvFromSource& t) {
  v("prefix", t.prefix);
  v("configMapRef", t.config_map_ref);
  v("secretRef", t.secret_ref);
}

template <class V>
void Fields(V& v, ContainerPort& t) {
  v("name", t.name);
  v("containerPort", t.container_port);
  v("hostPort", t.host_port);
  v("hostIP", t.host_ip);
  v("protocol", t.protocol);
}

template <class V>
void Fields(V& v, ResourceRequirements& t) {
  v("limits", t.limits);
  v("requests", t.requests);
}

template <class V>
void Fields(V& v, VolumeMount& t) {
  v("name", t.name);
  v("mountPath", t.mount_path);
  v("subPath", t.sub_path);
  v("subPathExpr", t.sub_path_expr);
  v("readOnly", t.read_only);
  v("mountPropagation", t.mount_propagation);
}

template <class V>
void Fields(V& v, HttpHeader& t) {
  v("name", t.name);
  v("value", t.value);
}

template <class V>
void Fields(V& v, HttpGetAction& t) {
  v("path", t.path);
  v("port", t.port);
  v("host", t.host);
  v("scheme", t.scheme);
  v("httpHeaders", t.http_headers);
}

template <class V>
void Fields(V& v, TcpSocketAction& t) {
  v("port", t.port);
  v("host", t.host);
}

template <class V>
void Fields(V& v, ExecAction& t) {
  v("command", t.command);
}

template <class V>
void Fields(V& v, Probe& t) {
  v("httpGet", t.http_get);
  v("tcpSocket", t.tcp_socket);
  v("exec", t.exec);
  v("initialDelaySeconds", t.initial_delay_seconds);
  v("timeoutSeconds", t.timeout_seconds);
  v("periodSeconds", t.period_seconds);
  v("successThreshold", t.success_threshold);
  v("failureThreshold", t.failure_threshold);
}

template <class V>
void Fields(V& v, LifecycleHandler& t) {
  v("httpGet", t.http_get);
  v("exec", t.exec);
}

template <class V>
void Fields(V& v, Lifecycle& t) {
  v("postStart", t.post_start);
  v("preStop", t.pre_stop);
}

template <class V>
void Fields(V& v, Capabilities& t) {
  v("add", t.add);
  v("drop", t.drop);
}

template <class V>
void Fields(V& v, SecurityContext& t) {
  v("runAsUser", t.run_as_user);
  v("runAsGroup", t.run_as_group);
  v("runAsNonRoot", t.run_as_non_root);
  v("privileged", t.privileged);
  v("readOnlyRootFilesystem", t.read_only_root_filesystem);
  v("allowPrivilegeEscalation", t.allow_privilege_escalation);
  v("capabilities", t.capabilities);
}

template <class V>
void Fields(V& v, Container& t) {
  v("name", t.name);
  v("image", t.image);
  v("command", t.command);
  v("args", t.args);
  v("workingDir", t.working_dir);
  v("ports", t.ports);
  v("envFrom", t.env_from);
  v("env", t.env);
  v("resources", t.resources);
  v("volumeMounts", t.volume_mounts);
  v("livenessProbe", t.liveness_probe);
  v("readinessProbe", t.readiness_probe);
  v("startupProbe", t.startup_probe);
  v("lifecycle", t.lifecycle);
  v("terminationMessagePath", t.termination_message_path);
  v("imagePullPolicy", t.image_pull_policy);
  v("securityContext", t.security_context);
  v("restartPolicy", t.restart_policy);
  v("tty", t.tty);
  v("stdin", t.stdin_open);
}

template <class V>
void Fields(V& v, KeyToPath& t) {
  v("key", t.key);
  v("path", t.path);
  v("mode", t.mode);
}

template <class V>
void Fields(V& v, ConfigMapVolume& t) {
  v("name", t.name);
  v("items", t.items);
  v("defaultMode", t.default_mode);
  v("optional", t.optional);
}

template <class V>
void Fields(V& v, SecretVolume& t) {
  v("secretName", t.secret_name);
  v("items", t.items);
  v("defaultMode", t.default_mode);
  v("optional", t.optional);
}

template <class V>
void Fields(V& v, EmptyDirVolume& t) {
  v("medium", t.medium);
  v("sizeLimit", t.size_limit);
}

template <class V>
void Fields(V& v, HostPathVolume& t) {
  v("path", t.path);
  v("type", t.type);
}

template <class V>
void Fields(V& v, Volume& t) {
  v("name", t.name);
  v("configMap", t.config_map);
  v("secret", t.secret);
  v("emptyDir", t.empty_dir);
  v("hostPath", t.host_path);
  v.Whole(t.source);
}

template <class V>
void Fields(V& v, Toleration& t) {
  v("key", t.key);
  v("operator", t.op);
  v("value", t.value);
  v("effect", t.effect);
  v("tolerationSeconds", t.toleration_seconds);
}

template <class V>
void Fields(V& v, PodSecurityContext& t) {
  v("runAsUser", t.run_as_user);
  v("runAsGroup", t.run_as_group);
  v("runAsNonRoot", t.run_as_non_root);
  v("fsGroup", t.fs_group);
}

template <class V>
void Fields(V& v, HostAlias& t) {
  v("ip", t.ip);
  v("hostnames", t.hostnames);
}

template <class V>
void Fields(V& v, DnsOption& t) {
  v("name", t.name);
  v("value", t.value);
}

template <class V>
void Fields(V& v, PodDnsConfig& t) {
  v("nameservers", t.nameservers);
  v("searches", t.searches);
  v("options", t.options);
}

template <class V>
void Fields(V& v, PodSpec& t) {
  v("volumes", t.volumes);
  v("initContainers", t.init_containers);
  v("containers", t.containers);
  v("restartPolicy", t.restart_policy);
  v("terminationGracePeriodSeconds", t.termination_grace_period_seconds);
  v("activeDeadlineSeconds", t.active_deadline_seconds);
  v("dnsPolicy", t.dns_policy);
  v("dnsConfig", t.dns_config);
  v("nodeSelector", t.node_selector);
  v("serviceAccountName", t.service_account_name);
  v("nodeName", t.node_name);
  v("hostNetwork", t.host_network);
  v("securityContext", t.security_context);
  v("hostname", t.hostname);
  v("subdomain", t.subdomain);
  v("affinity", t.affinity);
  v("schedulerName", t.scheduler_name);
  v("tolerations", t.tolerations);
  v("hostAliases", t.host_aliases);
  v("topologySpreadConstraints", t.topology_spread_constraints);
  v("priority", t.priority);
}

template <class V>
void Fields(V& v, ContainerStateWaiting& t) {
  v("reason", t.reason);
  v("message", t.message);
}

template <class V>
void Fields(V& v, ContainerStateRunning& t) {
  v("startedAt", t.started_at);
}

template <class V>
void Fields(V& v, ContainerStateTerminated& t) {
  v("exitCode", t.exit_code);
  v("signal", t.signal);
  v("reason", t.reason);
  v("message", t.message);
  v("startedAt", t.started_at);
  v("finishedAt", t.finished_at);
  v("containerID", t.container_id);
}

template <class V>
void Fields(V& v, ContainerState& t) {
  v("waiting", t.waiting);
  v("running", t.running);
  v("terminated", t.terminated);
}

template <class V>
void Fields(V& v, ContainerStatus& t) {
  v("name", t.name);
  v("state", t.state);
  v("lastState", t.last_state);
  v("ready", t.ready);
  v("restartCount", t.restart_count);
  v("image", t.image);
  v("imageID", t.image_id);
  v("containerID", t.container_id);
  v("started", t.started);
}

template <class V>
void Fields(V& v, PodIp& t) {
  v("ip", t.ip);
}

template <class V>
void Fields(V& v, PodStatus& t) {
  v("phase", t.phase);
  v("conditions", t.conditions);
  v("message", t.message);
  v("reason", t.reason);
  v("hostIP", t.host_ip);
  v("podIP", t.pod_ip);
  v("podIPs", t.pod_ips);
  v("startTime", t.start_time);
  v("initContainerStatuses", t.init_container_statuses);
  v("containerStatuses", t.container_statuses);
  v("qosClass", t.qos_class);
}

template <class V>
void Fields(V& v, PodTemplateSpec& t) {
  v("metadata", t.metadata);
  v("spec", t.spec);
}

}  // namespace croft::types
