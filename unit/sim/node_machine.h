#pragma once

#include <memory>
#include <string>
#include <vector>

#include "operator/agent/agent.h"
#include "unit/fakes/fake_net.h"
#include "unit/fakes/fake_runtime.h"
#include "unit/fakes/fake_volumes.h"
#include "unit/sim/sim_client.h"
#include "unit/sim/sim_runtime.h"

namespace croft::sim {

// One machine of the lab: its containers and links, which outlive its agents, and the agent that runs now.
// One-threaded.
class NodeMachine {
 public:
  struct Parts {
    SimClient::Parts client;  // with the API as this node's identity sees it
    Random& random;           // of what the product decides by chance
    std::vector<std::string>& violations;
    SimClient::Touch touch;
  };

  NodeMachine(std::string name, std::string address, Parts parts);
  ~NodeMachine() { StopAgent(); }

  const std::string& name() const { return name_; }
  fakes::FakeRuntime& containers() { return containers_; }
  bool powered() const { return powered_; }
  bool cut_off() const { return cut_off_; }
  // The agent's process; null when none runs.
  Process* process() { return process_.get(); }

  void StartAgent();
  // As kill -9 does: containers go on.
  void StopAgent();
  // The machine loses its power: agent, containers and links are gone at once. Its disk keeps what was made.
  void PowerOff();
  void PowerOn();
  void CutOff(bool cut_off);
  void BreakWatches(const Status& why);
  // The next pod of this node gets no link at its first try.
  void FailNextLink();

 private:
  const std::string name_;
  const std::string address_;
  const Parts parts_;
  fakes::FakeRuntime containers_;
  fakes::FakeNet net_;
  fakes::FakeVolumes volumes_;
  bool powered_ = true;
  bool cut_off_ = false;

  std::shared_ptr<Process> process_;
  std::unique_ptr<SimClient> client_;
  std::unique_ptr<SimClient> heartbeat_client_;
  std::unique_ptr<SimRuntime> runtime_;
  std::unique_ptr<agent::Agent> agent_;
};

}  // namespace croft::sim
