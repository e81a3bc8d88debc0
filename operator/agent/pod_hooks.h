#pragma once

#include "operator/agent/pod_parts.h"

namespace croft::agent {

// Runs a postStart or preStop handler and waits for it. The message says what failed.
Status RunHandler(const PodParts& parts, const types::LifecycleHandler& handler, const types::Container& container,
                  const std::string& container_id, const std::string& pod_ip, std::chrono::seconds timeout);

}  // namespace croft::agent
