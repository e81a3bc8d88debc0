#pragma once

#include "api/types/core.h"

// core/v1 Service and Endpoints, discovery.k8s.io/v1 EndpointSlice, networking.k8s.io/v1 Ingress and IngressClass.
namespace croft::types {

struct ServicePort {
  std::string name;
  std::string protocol;
  std::string app_protocol;
  int32_t port = 0;
  std::optional<IntOrString> target_port;
  int32_t node_port = 0;
};
struct ServiceSpec {
  StringMap selector;
  std::vector<ServicePort> ports;
  std::string type;        // "ClusterIP", "NodePort", "LoadBalancer", "ExternalName"
  std::string cluster_ip;  // "None": headless
  std::vector<std::string> cluster_ips;
  std::vector<std::string> ip_families;  // "IPv4", "IPv6"
  std::string external_name;
  std::string session_affinity;
  bool publish_not_ready_addresses = false;
};
struct LoadBalancerIngress {
  std::string ip;
  std::string hostname;
  bool operator==(const LoadBalancerIngress&) const = default;
};
struct LoadBalancerStatus {
  std::vector<LoadBalancerIngress> ingress;
  bool operator==(const LoadBalancerStatus&) const = default;
};
struct ServiceStatus {
  LoadBalancerStatus load_balancer;
};
struct Service {
  ObjectMeta metadata;
  ServiceSpec spec;
  ServiceStatus status;
};

struct EndpointAddress {
  std::string ip;
  std::string hostname;
  std::string node_name;
  std::optional<ObjectReference> target_ref;
};
struct EndpointSubsetPort {
  std::string name;
  int32_t port = 0;
  std::string protocol;
};
struct EndpointSubset {
  std::vector<EndpointAddress> addresses;
  std::vector<EndpointAddress> not_ready_addresses;
  std::vector<EndpointSubsetPort> ports;
};
struct Endpoints {
  ObjectMeta metadata;
  std::vector<EndpointSubset> subsets;
};

struct EndpointConditions {
  std::optional<bool> ready;
  std::optional<bool> serving;
  std::optional<bool> terminating;
};
struct Endpoint {
  std::vector<std::string> addresses;
  EndpointConditions conditions;
  std::string hostname;
  std::string node_name;
  std::optional<ObjectReference> target_ref;
};
struct EndpointPort {
  std::string name;
  std::string protocol;
  std::optional<int32_t> port;
  std::string app_protocol;
};
struct EndpointSlice {
  ObjectMeta metadata;
  std::string address_type;  // "IPv4"
  std::vector<Endpoint> endpoints;
  std::vector<EndpointPort> ports;
};

struct ServiceBackendPort {
  std::string name;
  int32_t number = 0;
};
struct IngressServiceBackend {
  std::string name;
  ServiceBackendPort port;
};
struct IngressBackend {
  std::optional<IngressServiceBackend> service;
};
struct HttpIngressPath {
  std::string path;
  std::string path_type;  // "Exact", "Prefix", "ImplementationSpecific"
  IngressBackend backend;
};
struct HttpIngressRule {
  std::vector<HttpIngressPath> paths;
};
struct IngressRule {
  std::string host;
  std::optional<HttpIngressRule> http;
};
struct IngressTls {
  std::vector<std::string> hosts;
  std::string secret_name;
};
struct IngressSpec {
  std::string ingress_class_name;
  std::optional<IngressBackend> default_backend;
  std::vector<IngressTls> tls;
  std::vector<IngressRule> rules;
};
struct IngressStatus {
  LoadBalancerStatus load_balancer;
};
struct Ingress {
  ObjectMeta metadata;
  IngressSpec spec;
  IngressStatus status;
};
struct IngressClassSpec {
  std::string controller;
};
struct IngressClass {
  ObjectMeta metadata;
  IngressClassSpec spec;
};

}  // namespace croft::types
