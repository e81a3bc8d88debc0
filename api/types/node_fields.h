#pragma once

#include "api/types/codec.h"
#include "api/types/node.h"

// The JSON members of node.h's structs. Included by this folder's .cc files only.
namespace croft::types {

template <class V>
void Fields(V& v, Taint& t) {
  v("key", t.key);
  v("value", t.value);
  v("effect", t.effect);
  v("timeAdded", t.time_added);
}

template <class V>
void Fields(V& v, NodeSpec& t) {
  v("podCIDR", t.pod_cidr);
  v("podCIDRs", t.pod_cidrs);
  v("providerID", t.provider_id);
  v("taints", t.taints);
  v("unschedulable", t.unschedulable);
}

template <class V>
void Fields(V& v, NodeAddress& t) {
  v("type", t.type);
  v("address", t.address);
}

template <class V>
void Fields(V& v, NodeSystemInfo& t) {
  v("machineID", t.machine_id);
  v("systemUUID", t.system_uuid);
  v("bootID", t.boot_id);
  v("kernelVersion", t.kernel_version);
  v("osImage", t.os_image);
  v("containerRuntimeVersion", t.container_runtime_version);
  v("kubeletVersion", t.kubelet_version);
  v("kubeProxyVersion", t.kube_proxy_version);
  v("operatingSystem", t.operating_system);
  v("architecture", t.architecture);
}

template <class V>
void Fields(V& v, DaemonEndpoint& t) {
  v("Port", t.port);
}

template <class V>
void Fields(V& v, NodeDaemonEndpoints& t) {
  v("kubeletEndpoint", t.kubelet_endpoint);
}

template <class V>
void Fields(V& v, NodeStatus& t) {
  v("capacity", t.capacity);
  v("allocatable", t.allocatable);
  v("conditions", t.conditions);
  v("addresses", t.addresses);
  v("nodeInfo", t.node_info);
  v("daemonEndpoints", t.daemon_endpoints);
}

template <class V>
void Fields(V& v, Node& t) {
  v("metadata", t.metadata);
  v("spec", t.spec);
  v("status", t.status);
}

template <class V>
void Fields(V& v, LeaseSpec& t) {
  v("holderIdentity", t.holder_identity);
  v("leaseDurationSeconds", t.lease_duration_seconds);
  v("acquireTime", t.acquire_time);
  v("renewTime", t.renew_time);
  v("leaseTransitions", t.lease_transitions);
}

template <class V>
void Fields(V& v, Lease& t) {
  v("metadata", t.metadata);
  v("spec", t.spec);
}

}  // namespace croft::types
