#include "operator/workloads/install.h"

#include "api/types/resources.h"
#include "operator/workloads/deployment_controller.h"
#include "operator/workloads/endpoints_controller.h"
#include "operator/workloads/lab_service_controller.h"
#include "operator/workloads/replica_set_controller.h"

namespace croft::workloads {

std::vector<CollectedResource> Settings::DefaultCollected() {
  using namespace resources;  // NOLINT: the list is nothing but its names
  return {{kPods, "Pod"},
          {kReplicaSets, "ReplicaSet"},
          {kDeployments, "Deployment"},
          {kServices, "Service"},
          {kEndpoints, "Endpoints"},
          {kEndpointSlices, "EndpointSlice"},
          {kConfigMaps, "ConfigMap"},
          {kSecrets, "Secret"},
          {kServiceAccounts, "ServiceAccount"},
          {kIngresses, "Ingress"},
          {kLabServices, "Service"},
          {kLabIngresses, "Ingress"},
          {kLabCertificates, "Certificate"},
          {kNodes, "Node", false},
          {kLabNodes, "LabNode", false}};
}

void Install(runtime::Manager& manager, Settings settings) {
  AddLabServiceController(manager, settings.workers);
  AddDeploymentController(manager, settings.workers);
  AddReplicaSetController(manager, settings.workers);
  AddEndpointsController(manager, settings.workers);
  AddGarbageCollector(manager, std::move(settings.collected), settings.workers);
  if (settings.namespaced) AddNamespaceController(manager, std::move(settings.namespaced), 1);
  AddPodGarbageController(manager, settings.pod_garbage);
}

}  // namespace croft::workloads
