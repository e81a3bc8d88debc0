#pragma once

#include "api/types/network.h"
#include "api/types/node.h"

// croft.lab/v1: the four kinds of a lab. In a namespace of their own, since two of them share a name with Kubernetes'
// kinds.
namespace croft::types::lab {

struct ServicePort {
  std::string name;
  int32_t port = 0;
  std::optional<IntOrString> target_port;
  std::string protocol;
};
struct Update {
  std::string strategy;  // "rolling", "recreate", "canary", "blue-green"
  std::optional<IntOrString> max_surge;
  std::optional<IntOrString> max_unavailable;
  std::string minimum_healthy_time;
  std::string progress_deadline;
  bool automatic_revert = false;
};
struct Placement {
  StringMap node_selector;
  std::vector<Toleration> tolerations;
  std::string spread;  // label key to spread over; empty: nodes
};
struct Expose {
  std::string host;
  std::vector<std::string> hosts;
  std::string path;
  RawJson port;  // number or name of one of the ports; absent: the first
  std::optional<bool> tls;
  RawJson issuer;
};
struct ServiceSpec {
  std::string image;
  RawJson pod_template;  // "template"
  std::optional<int32_t> replicas;
  std::string mode;  // "replicated", "daemon"
  std::vector<std::string> command;
  std::vector<std::string> args;
  RawJson env;
  RawJson env_from;
  std::vector<ServicePort> ports;
  RawJson resources;
  RawJson readiness_probe;
  RawJson liveness_probe;
  Placement placement;
  Update update;
  std::optional<Expose> expose;
};
struct ServiceStatus {
  int64_t observed_generation = 0;
  std::optional<int32_t> replicas;
  int32_t ready_replicas = 0;
  int32_t updated_replicas = 0;
  int32_t available_replicas = 0;
  std::string selector;
  std::string image;
  std::string url;
  std::string summary;  // one line for a person
  std::vector<Condition> conditions;
  bool operator==(const ServiceStatus&) const = default;
};
struct Service {
  ObjectMeta metadata;
  ServiceSpec spec;
  ServiceStatus status;
};

struct LabServiceBackend {
  std::string name;
  RawJson port;  // number or name; absent: the first
};
struct AddressBackend {
  std::string host;
  int32_t port = 0;
};
struct Backend {
  std::optional<LabServiceBackend> lab_service;
  std::optional<IngressServiceBackend> service;
  std::optional<AddressBackend> address;
  RawJson tls;
  std::string protocol;  // "http", "h2c", "grpc"
};
struct IngressPath {
  std::string path;
  std::string path_type;
  Backend backend;
  RawJson backends;  // weighted
  RawJson rewrite;
  RawJson sticky;
  RawJson auth;
  RawJson rate_limit;
};
struct IngressRule {
  std::string host;
  std::vector<IngressPath> paths;
};
struct IngressTls {
  std::vector<std::string> hosts;
  std::string secret_name;
  std::string certificate_name;
  RawJson issuer;
};
struct IngressSpec {
  std::string ingress_class_name;
  std::optional<Backend> default_backend;
  std::vector<IngressRule> rules;
  std::vector<IngressTls> tls;
  std::optional<bool> redirect_to_https;
  RawJson ports;
  RawJson auth;
  RawJson rate_limit;
  RawJson headers;
  RawJson timeouts;
  std::string max_body_size;
};
struct IngressStatus {
  int64_t observed_generation = 0;
  LoadBalancerStatus load_balancer;
  std::vector<std::string> hosts;
  std::vector<Condition> conditions;
  bool operator==(const IngressStatus&) const = default;
};
struct Ingress {
  ObjectMeta metadata;
  IngressSpec spec;
  IngressStatus status;
};

struct PrivateKey {
  std::string algorithm;  // "ECDSA", "RSA", "Ed25519"
  int32_t size = 0;
  std::string rotation_policy;  // "Never", "Always"
};
struct Issuer {
  RawJson self_signed;
  RawJson ca;
  RawJson acme;
};
struct CertificateSpec {
  std::vector<std::string> names;
  std::vector<std::string> ip_addresses;
  Issuer issuer;
  std::string duration;
  std::string renew_before;
  PrivateKey private_key;
  std::vector<std::string> usages;  // "server", "client"
  std::string secret_name;
};
struct CertificateStatus {
  int64_t observed_generation = 0;
  std::string not_before;
  std::string not_after;
  std::string renewal_time;
  std::string serial;
  std::string issuer;
  int64_t revision = 0;
  std::vector<Condition> conditions;
  bool operator==(const CertificateStatus&) const = default;
};
struct Certificate {
  ObjectMeta metadata;
  CertificateSpec spec;
  CertificateStatus status;
};

struct Failover {
  std::string not_ready_after;
  std::string replace_after;
  std::string lease_interval;
};
struct LabNodeSpec {
  std::string address;
  StringMap labels;
  std::vector<Taint> taints;
  std::string availability;  // "active", "pause", "drain"
  std::string pod_cidr;
  StringMap reserved;  // quantities
  Failover failover;
};
struct LabNodeStatus {
  int64_t observed_generation = 0;
  std::string node_name;
  std::string phase;  // "Pending", "Ready", "NotReady", "Paused", "Draining", "Drained"
  StringMap capacity;
  StringMap allocatable;
  std::optional<int32_t> pods;
  std::string agent_version;
  std::string last_heartbeat;
  std::vector<Condition> conditions;
  bool operator==(const LabNodeStatus&) const = default;
};
struct LabNode {
  ObjectMeta metadata;
  LabNodeSpec spec;
  LabNodeStatus status;
};

}  // namespace croft::types::lab
