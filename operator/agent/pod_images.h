#pragma once

#include "operator/agent/pod_parts.h"

namespace croft::agent {

// Whether the image for one start of a container is on the node, by its pull policy. When it is not, the pod's record
// says why: it is being pulled (the pod's key is enqueued when that is over), or it can't be had.
bool EnsureImage(const PodParts& parts, const Key& key, const types::Pod& pod, const types::Container& container,
                 int attempt);

// Whether the policy asks for a pull though the image may be there. Images of the "localhost" registry have none to be
// pulled from: for them Always means what IfNotPresent means.
bool AlwaysPulls(const types::Container& container);

}  // namespace croft::agent
