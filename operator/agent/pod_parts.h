#pragma once

#include <atomic>
#include <functional>

#include "operator/agent/address_pool.h"
#include "operator/agent/config_source.h"
#include "operator/agent/host_ports.h"
#include "operator/agent/pod_records.h"
#include "operator/agent/prober.h"
#include "operator/agent/settings.h"
#include "operator/agent/task_group.h"
#include "operator/agent/volumes.h"
#include "operator/network/net.h"
#include "operator/runtime/events.h"

namespace croft::agent {

// What working on pods takes, shared by the reconciler and its acts; owned by the Agent, which outlives both.
struct PodParts {
  const AgentSettings& settings;
  runtime::Context context;
  Runtime& runtime;
  network::Net& net;
  Volumes& volumes;
  ConfigSource& config;
  AddressPool& addresses;
  HostPorts& host_ports;
  PodRecords& records;
  TaskGroup& tasks;
  runtime::EventRecorder& events;
  // The addresses of sandboxes from before this start are known: new ones may be given out.
  std::atomic<bool>& adopted;
  std::function<void(const Key&)> enqueue;

  PodFacts Facts(const types::Pod& pod, const std::string& pod_ip) const {
    return {pod,
            settings.node_name,
            settings.address,
            pod.spec.host_network ? settings.address : pod_ip,
            settings.machine.cpu_milli,
            settings.machine.memory_bytes};
  }

  // Events are written beside the work that they tell of, which waits for no answer. `container` may be empty.
  void Event(const types::Pod& pod, const std::string& container, bool warning, const std::string& reason,
             const std::string& message) const;
};

}  // namespace croft::agent
