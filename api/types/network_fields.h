#pragma once

#include "api/types/codec.h"
#include "api/types/network.h"

// The JSON members of network.h's structs. Included by this folder's .cc files only.
namespace croft::types {

template <class V>
void Fields(V& v, ServicePort& t) {
  v("name", t.name);
  v("protocol", t.protocol);
  v("appProtocol", t.app_protocol);
  v("port", t.port);
  v("targetPort", t.target_port);
  v("nodePort", t.node_port);
}

template <class V>
void Fields(V& v, ServiceSpec& t) {
  v("selector", t.selector);
  v("ports", t.ports);
  v("type", t.type);
  v("clusterIP", t.cluster_ip);
  v("clusterIPs", t.cluster_ips);
  v("ipFamilies", t.ip_families);
  v("externalName", t.external_name);
  v("sessionAffinity", t.session_affinity);
  v("publishNotReadyAddresses", t.publish_not_ready_addresses);
}

template <class V>
void Fields(V& v, LoadBalancerIngress& t) {
  v("ip", t.ip);
  v("hostname", t.hostname);
}

template <class V>
void Fields(V& v, LoadBalancerStatus& t) {
  v("ingress", t.ingress);
}

template <class V>
void Fields(V& v, ServiceStatus& t) {
  v("loadBalancer", t.load_balancer);
}

template <class V>
void Fields(V& v, Service& t) {
  v("metadata", t.metadata);
  v("spec", t.spec);
  v("status", t.status);
}

template <class V>
void Fields(V& v, EndpointAddress& t) {
  v("ip", t.ip);
  v("hostname", t.hostname);
  v("nodeName", t.node_name);
  v("targetRef", t.target_ref);
}

template <class V>
void Fields(V& v, EndpointSubsetPort& t) {
  v("name", t.name);
  v("port", t.port);
  v("protocol", t.protocol);
}

template <class V>
void Fields(V& v, EndpointSubset& t) {
  v("addresses", t.addresses);
  v("notReadyAddresses", t.not_ready_addresses);
  v("ports", t.ports);
}

template <class V>
void Fields(V& v, Endpoints& t) {
  v("metadata", t.metadata);
  v("subsets", t.subsets);
}

template <class V>
void Fields(V& v, EndpointConditions& t) {
  v("ready", t.ready);
  v("serving", t.serving);
  v("terminating", t.terminating);
}

template <class V>
void Fields(V& v, Endpoint& t) {
  v("addresses", t.addresses);
  v("conditions", t.conditions);
  v("hostname", t.hostname);
  v("nodeName", t.node_name);
  v("targetRef", t.target_ref);
}

template <class V>
void Fields(V& v, EndpointPort& t) {
  v("name", t.name);
  v("protocol", t.protocol);
  v("port", t.port);
  v("appProtocol", t.app_protocol);
}

template <class V>
void Fields(V& v, EndpointSlice& t) {
  v("metadata", t.metadata);
  v("addressType", t.address_type);
  v("endpoints", t.endpoints);
  v("ports", t.ports);
}

template <class V>
void Fields(V& v, ServiceBackendPort& t) {
  v("name", t.name);
  v("number", t.number);
}

template <class V>
void Fields(V& v, IngressServiceBackend& t) {
  v("name", t.name);
  v("port", t.port);
}

template <class V>
void Fields(V& v, IngressBackend& t) {
  v("service", t.service);
}

template <class V>
void Fields(V& v, HttpIngressPath& t) {
  v("path", t.path);
  v("pathType", t.path_type);
  v("backend", t.backend);
}

template <class V>
void Fields(V& v, HttpIngressRule& t) {
  v("paths", t.paths);
}

template <class V>
void Fields(V& v, IngressRule& t) {
  v("host", t.host);
  v("http", t.http);
}

template <class V>
void Fields(V& v, IngressTls& t) {
  v("hosts", t.hosts);
  v("secretName", t.secret_name);
}

template <class V>
void Fields(V& v, IngressSpec& t) {
  v("ingressClassName", t.ingress_class_name);
  v("defaultBackend", t.default_backend);
  v("tls", t.tls);
  v("rules", t.rules);
}

template <class V>
void Fields(V& v, IngressStatus& t) {
  v("loadBalancer", t.load_balancer);
}

template <class V>
void Fields(V& v, Ingress& t) {
  v("metadata", t.metadata);
  v("spec", t.spec);
  v("status", t.status);
}

template <class V>
void Fields(V& v, IngressClassSpec& t) {
  v("controller", t.controller);
}

template <class V>
void Fields(V& v, IngressClass& t) {
  v("metadata", t.metadata);
  v("spec", t.spec);
}

}  // namespace croft::types
