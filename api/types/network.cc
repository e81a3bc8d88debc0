#include "api/types/network.h"

#include "api/types/network_fields.h"

namespace croft::types {

CROFT_DEFINE_KIND(Service, "v1", "Service")
CROFT_DEFINE_KIND(Endpoints, "v1", "Endpoints")
CROFT_DEFINE_KIND(EndpointSlice, "discovery.k8s.io/v1", "EndpointSlice")
CROFT_DEFINE_KIND(Ingress, "networking.k8s.io/v1", "Ingress")
CROFT_DEFINE_KIND(IngressClass, "networking.k8s.io/v1", "IngressClass")

}  // namespace croft::types
