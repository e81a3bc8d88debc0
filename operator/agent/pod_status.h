#pragma once

#include "operator/agent/pod_view.h"

namespace croft::agent {

// The pod's status as the kubelet would report it. Pure. Times and conditions that did not change are kept from what
// was written last; conditions of others are kept as the API has them.
types::PodStatus ComputeStatus(const Observed& observed, const PodView& view, WallTime now);

// "Guaranteed", "Burstable" or "BestEffort".
std::string QosClass(const types::PodSpec& spec);

// Whether spec.activeDeadlineSeconds is over; `end` is when it will be.
bool DeadlineExceeded(const Observed& observed, WallTime now, std::optional<WallTime>* end);

}  // namespace croft::agent
