#pragma once

#include <memory>

#include "operator/agent/runtime.h"
#include "operator/agent/settings.h"
#include "operator/agent/volumes.h"
#include "operator/network/net.h"
#include "operator/runtime/controller.h"

namespace croft::agent {

// One node of the lab: registers its Node, renews its Lease, and runs the Pods that are bound to it. Start and Stop
// once; all references outlive it. Stopping it stops no container: the next agent adopts what runs.
//   Agent agent(context, heartbeat_client, runtime, net, volumes, settings);
//   agent.Start();
class Agent {
 public:
  // `heartbeat_client` is an instance of its own, with connections of its own. The context's Executor should be the
  // agent's alone: pulls and exec probes keep its threads waiting.
  Agent(runtime::Context context, client::Client& heartbeat_client, Runtime& runtime, network::Net& net,
        Volumes& volumes, AgentSettings settings);
  ~Agent();

  void Start();
  void Stop();

  // For adding controllers that a node needs too (routes), before Start.
  runtime::Manager& manager();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace croft::agent
