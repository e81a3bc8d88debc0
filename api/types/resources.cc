#include "api/types/resources.h"

#include "api/object/quantity.h"
#include "api/types/meta.h"

namespace croft::resources {

const GroupVersionResource kNamespaces{"", "v1", "namespaces"};
const GroupVersionResource kPods{"", "v1", "pods"};
const GroupVersionResource kNodes{"", "v1", "nodes"};
const GroupVersionResource kServices{"", "v1", "services"};
const GroupVersionResource kEndpoints{"", "v1", "endpoints"};
const GroupVersionResource kSecrets{"", "v1", "secrets"};
const GroupVersionResource kConfigMaps{"", "v1", "configmaps"};
const GroupVersionResource kEvents{"", "v1", "events"};
const GroupVersionResource kServiceAccounts{"", "v1", "serviceaccounts"};
const GroupVersionResource kDeployments{"apps", "v1", "deployments"};
const GroupVersionResource kReplicaSets{"apps", "v1", "replicasets"};
const GroupVersionResource kIngresses{"networking.k8s.io", "v1", "ingresses"};
const GroupVersionResource kIngressClasses{"networking.k8s.io", "v1", "ingressclasses"};
const GroupVersionResource kEndpointSlices{"discovery.k8s.io", "v1", "endpointslices"};
const GroupVersionResource kLeases{"coordination.k8s.io", "v1", "leases"};
const GroupVersionResource kCustomResourceDefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions"};
const GroupVersionResource kLabNodes{"croft.lab", "v1", "labnodes"};
const GroupVersionResource kLabServices{"croft.lab", "v1", "services"};
const GroupVersionResource kLabIngresses{"croft.lab", "v1", "ingresses"};
const GroupVersionResource kLabCertificates{"croft.lab", "v1", "certificates"};

}  // namespace croft::resources

namespace croft::types {

OwnerReference ControllerOf(const TypeMeta& type, const ObjectMeta& meta) {
  return {type.api_version, type.kind, meta.name, meta.uid, true, true};
}

const OwnerReference* FindController(const std::vector<OwnerReference>& owners) {
  for (const OwnerReference& owner : owners) {
    if (owner.controller) return &owner;
  }
  return nullptr;
}

std::optional<int64_t> ParseQuantityMilli(std::string_view text) {
  const std::optional<Quantity> quantity = Quantity::Parse(text);
  return quantity ? quantity->Milli() : std::nullopt;
}

}  // namespace croft::types
