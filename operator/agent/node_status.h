#pragma once

#include "api/base/clock.h"
#include "api/types/node.h"
#include "operator/agent/settings.h"

namespace croft::agent {

// The Node as the agent first registers it: name, labels, status.
types::Node MakeNode(const AgentSettings& settings, const types::NodeStatus& status);

// The node's status now. `before` is what the API has: transition times are kept from it, and conditions of others.
// `runtime_error` is empty when the container runtime answers.
types::NodeStatus MakeNodeStatus(const AgentSettings& settings, const types::NodeStatus& before,
                                 const std::string& runtime_version, const std::string& runtime_error, WallTime now);

// Whether the two differ in more than heartbeat times.
bool Differs(const types::NodeStatus& a, const types::NodeStatus& b);

}  // namespace croft::agent
