#pragma once

#include "api/object/object.h"

// The resources that Croft's own code works with.
namespace croft::resources {

extern const GroupVersionResource kNamespaces, kPods, kNodes, kServices, kEndpoints, kSecrets, kConfigMaps, kEvents,
    kServiceAccounts;
extern const GroupVersionResource kDeployments, kReplicaSets;
extern const GroupVersionResource kIngresses, kIngressClasses;
extern const GroupVersionResource kEndpointSlices;
extern const GroupVersionResource kLeases;
extern const GroupVersionResource kCustomResourceDefinitions;
extern const GroupVersionResource kLabNodes, kLabServices, kLabIngresses, kLabCertificates;

}  // namespace croft::resources
