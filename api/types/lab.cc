#include "api/types/lab.h"

#include "api/types/codec.h"
#include "api/types/network_fields.h"
#include "api/types/node_fields.h"
#include "api/types/pod_fields.h"

namespace croft::types::lab {

template <class V>
void Fields(V& v, ServicePort& t) {
  v("name", t.name);
  v("port", t.port);
  v("targetPort", t.target_port);
  v("protocol", t.protocol);
}

template <class V>
void Fields(V& v, Update& t) {
  v("strategy", t.strategy);
  v("maxSurge", t.max_surge);
  v("maxUnavailable", t.max_unavailable);
  v("minimumHealthyTime", t.minimum_healthy_time);
  v("progressDeadline", t.progress_deadline);
  v("automaticRevert", t.automatic_revert);
}

template <class V>
void Fields(V& v, Placement& t) {
  v("nodeSelector", t.node_selector);
  v("tolerations", t.tolerations);
  v("spread", t.spread);
}

template <class V>
void Fields(V& v, Expose& t) {
  v("host", t.host);
  v("hosts", t.hosts);
  v("path", t.path);
  v("port", t.port);
  v("tls", t.tls);
  v("issuer", t.issuer);
}

template <class V>
void Fields(V& v, ServiceSpec& t) {
  v("image", t.image);
  v("template", t.pod_template);
  v("replicas", t.replicas);
  v("mode", t.mode);
  v("command", t.command);
  v("args", t.args);
  v("env", t.env);
  v("envFrom", t.env_from);
  v("ports", t.ports);
  v("resources", t.resources);
  v("readinessProbe", t.readiness_probe);
  v("livenessProbe", t.liveness_probe);
  v("placement", t.placement);
  v("update", t.update);
  v("expose", t.expose);
}

template <class V>
void Fields(V& v, ServiceStatus& t) {
  v("observedGeneration", t.observed_generation);
  v("replicas", t.replicas);
  v("readyReplicas", t.ready_replicas);
  v("updatedReplicas", t.updated_replicas);
  v("availableReplicas", t.available_replicas);
  v("selector", t.selector);
  v("image", t.image);
  v("url", t.url);
  v("summary", t.summary);
  v("conditions", t.conditions);
}

template <class V>
void Fields(V& v, Service& t) {
  v("metadata", t.metadata);
  v("spec", t.spec);
  v("status", t.status);
}

template <class V>
void Fields(V& v, LabServiceBackend& t) {
  v("name", t.name);
  v("port", t.port);
}

template <class V>
void Fields(V& v, AddressBackend& t) {
  v("host", t.host);
  v("port", t.port);
}

template <class V>
void Fields(V& v, Backend& t) {
  v("labService", t.lab_service);
  v("service", t.service);
  v("address", t.address);
  v("tls", t.tls);
  v("protocol", t.protocol);
}

template <class V>
void Fields(V& v, IngressPath& t) {
  v("path", t.path);
  v("pathType", t.path_type);
  v("backend", t.backend);
  v("backends", t.backends);
  v("rewrite", t.rewrite);
  v("sticky", t.sticky);
  v("auth", t.auth);
  v("rateLimit", t.rate_limit);
}

template <class V>
void Fields(V& v, IngressRule& t) {
  v("host", t.host);
  v("paths", t.paths);
}

template <class V>
void Fields(V& v, IngressTls& t) {
  v("hosts", t.hosts);
  v("secretName", t.secret_name);
  v("certificateName", t.certificate_name);
  v("issuer", t.issuer);
}

template <class V>
void Fields(V& v, IngressSpec& t) {
  v("ingressClassName", t.ingress_class_name);
  v("defaultBackend", t.default_backend);
  v("rules", t.rules);
  v("tls", t.tls);
  v("redirectToHTTPS", t.redirect_to_https);
  v("ports", t.ports);
  v("auth", t.auth);
  v("rateLimit", t.rate_limit);
  v("headers", t.headers);
  v("timeouts", t.timeouts);
  v("maxBodySize", t.max_body_size);
}

template <class V>
void Fields(V& v, IngressStatus& t) {
  v("observedGeneration", t.observed_generation);
  v("loadBalancer", t.load_balancer);
  v("hosts", t.hosts);
  v("conditions", t.conditions);
}

template <class V>
void Fields(V& v, Ingress& t) {
  v("metadata", t.metadata);
  v("spec", t.spec);
  v("status", t.status);
}

template <class V>
void Fields(V& v, PrivateKey& t) {
  v("algorithm", t.algorithm);
  v("size", t.size);
  v("rotationPolicy", t.rotation_policy);
}

template <class V>
void Fields(V& v, Issuer& t) {
  v("selfSigned", t.self_signed);
  v("ca", t.ca);
  v("acme", t.acme);
}

template <class V>
void Fields(V& v, CertificateSpec& t) {
  v("names", t.names);
  v("ipAddresses", t.ip_addresses);
  v("issuer", t.issuer);
  v("duration", t.duration);
  v("renewBefore", t.renew_before);
  v("privateKey", t.private_key);
  v("usages", t.usages);
  v("secretName", t.secret_name);
}

template <class V>
void Fields(V& v, CertificateStatus& t) {
  v("observedGeneration", t.observed_generation);
  v("notBefore", t.not_before);
  v("notAfter", t.not_after);
  v("renewalTime", t.renewal_time);
  v("serial", t.serial);
  v("issuer", t.issuer);
  v("revision", t.revision);
  v("conditions", t.conditions);
}

template <class V>
void Fields(V& v, Certificate& t) {
  v("metadata", t.metadata);
  v("spec", t.spec);
  v("status", t.status);
}

template <class V>
void Fields(V& v, Failover& t) {
  v("notReadyAfter", t.not_ready_after);
  v("replaceAfter", t.replace_after);
  v("leaseInterval", t.lease_interval);
}

template <class V>
void Fields(V& v, LabNodeSpec& t) {
  v("address", t.address);
  v("labels", t.labels);
  v("taints", t.taints);
  v("availability", t.availability);
  v("podCIDR", t.pod_cidr);
  v("reserved", t.reserved);
  v("failover", t.failover);
}

template <class V>
void Fields(V& v, LabNodeStatus& t) {
  v("observedGeneration", t.observed_generation);
  v("nodeName", t.node_name);
  v("phase", t.phase);
  v("capacity", t.capacity);
  v("allocatable", t.allocatable);
  v("pods", t.pods);
  v("agentVersion", t.agent_version);
  v("lastHeartbeat", t.last_heartbeat);
  v("conditions", t.conditions);
}

template <class V>
void Fields(V& v, LabNode& t) {
  v("metadata", t.metadata);
  v("spec", t.spec);
  v("status", t.status);
}

}  // namespace croft::types::lab

namespace croft::types {

CROFT_DEFINE_KIND(lab::Service, "croft.lab/v1", "Service")
CROFT_DEFINE_KIND(lab::Ingress, "croft.lab/v1", "Ingress")
CROFT_DEFINE_KIND(lab::Certificate, "croft.lab/v1", "Certificate")
CROFT_DEFINE_KIND(lab::LabNode, "croft.lab/v1", "LabNode")

}  // namespace croft::types
