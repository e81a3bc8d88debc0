#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/types/network.h"

// The endpoints of a core Service. Pure.
namespace croft::workloads {

inline constexpr const char* kServiceName = "kubernetes.io/service-name";
inline constexpr const char* kManagedBy = "endpointslice.kubernetes.io/managed-by";
inline constexpr const char* kSliceController = "endpointslice-controller.k8s.io";
inline constexpr const char* kMirrorController = "endpointslicemirroring-controller.k8s.io";
// The same of the older kind.
inline constexpr const char* kEndpointsManagedBy = "endpoints.kubernetes.io/managed-by";
inline constexpr const char* kEndpointsController = "endpoint-controller";
inline constexpr size_t kEndpointsPerSlice = 100;
inline constexpr size_t kAddressesPerEndpoints = 1000;

// The slices of a Service that selects pods. Pods whose ports resolve alike share slices; names follow from the
// Service, the ports and a number, so that a slice that the cache does not show yet is not made twice. A terminating
// pod stays in, as not ready, so that what it still serves is not cut off. A family of the Service that no pod has gets
// a slice without ports and endpoints, so that who waits for a slice sees that nobody answers.
std::vector<types::EndpointSlice> DecideSlices(const types::Service& service, const std::vector<types::Pod>& selected);

// The same as the older kind has it; without terminating pods.
types::Endpoints DecideEndpoints(const types::Service& service, const std::vector<types::Pod>& selected);

// The slices that mirror Endpoints which a person wrote for a Service without selector.
std::vector<types::EndpointSlice> DecideMirror(const types::Service& service, const types::Endpoints& endpoints);

// Gives wanted slices that are not there the names of standing ones that are not wanted any more, first of those with
// the same ports, so that a slice is filled, emptied or led elsewhere in one write rather than deleted and made. Family
// and manager of a slice stay.
void ReuseSlices(const std::map<std::string, types::EndpointSlice>& standing,
                 std::vector<types::EndpointSlice>& wanted);

// Equal but for what the server owns: revision, uid, times.
bool SameSlice(const types::EndpointSlice& a, const types::EndpointSlice& b);
bool SameEndpoints(const types::Endpoints& a, const types::Endpoints& b);

}  // namespace croft::workloads
