#pragma once

#include <chrono>
#include <string>

#include "operator/agent/host_files.h"
#include "operator/agent/machine.h"

namespace croft::agent {

struct AgentSettings {
  std::string node_name;
  std::string address;      // InternalIP: where other nodes reach this one
  types::StringMap labels;  // of the Node, beside kubernetes.io/hostname, os and arch
  std::string data_dir;     // pods' files; see NodeVolumes
  std::string log_dir;      // pods' logs
  DnsSettings dns;
  Machine machine;           // what the node has; ReadMachine() in the product
  std::string version;       // as kubeletVersion
  int kubelet_port = 10250;  // of AgentApi; 0: it serves none
  // A ready pod that is deleted goes on for that long before it is asked to end, so that routes have moved off it. It
  // is part of the grace period.
  std::chrono::milliseconds drain{1000};
  int workers = 8;  // pods worked on at once
  std::chrono::milliseconds heartbeat_interval{2000};
  std::chrono::seconds lease_duration{6};
  // A thread of its own at raised priority; otherwise the Executor's timers, as in simulation.
  bool heartbeat_thread = true;
  std::chrono::seconds node_interval{10};   // of looking whether the Node's status must change
  std::chrono::seconds sweep_interval{60};  // of looking for what belongs to no pod
};

}  // namespace croft::agent
