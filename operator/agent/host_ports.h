#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "api/types/core.h"
#include "operator/agent/address_pool.h"
#include "operator/network/net.h"
#include "operator/runtime/controller.h"

namespace croft::agent {

// Which ports of the node lead to which pods.
struct HostPortPlan {
  std::vector<network::HostPort> ports;
  std::set<std::string> holders;               // uids of the pods that have some
  std::map<std::string, std::string> refused;  // by uid of a pod: why it does not get one that it asks for
};

// From the pods that are bound to this node and the address that each has (empty: none yet, or none any more). Of two
// pods that ask for one port the older has it. Ports on IPv6 addresses are left out: pods have none. Pure.
HostPortPlan PlanHostPorts(const std::vector<types::Pod>& pods,
                           const std::function<std::string(const std::string& uid)>& address_of);

// Keeps the node's ports that lead to pods (hostPort) as the pods say: all of them are declared to the network at once,
// whenever a pod got its address or lost it, and now and then, for others may change the machine's rules too. A pod has
// its ports from before its first container starts until its sandbox is gone. Thread-safe.
class HostPorts {
 public:
  // `pods` lists those that are bound to this node; `review` has Review called soon. All outlive it.
  HostPorts(network::Net& net, const AddressPool& addresses, std::function<std::vector<ObjectPtr>()> pods,
            std::function<void()> review)
      : net_(net), addresses_(addresses), pods_(std::move(pods)), review_(std::move(review)) {}

  // Makes the ports as they should be. Whether there are any.
  Result<bool> Review();
  // The same for a pod that has just got its address. kAlreadyExists names the pod that has one of its ports.
  Status Open(const std::string& uid);
  // The pod's address was given back.
  void Close(const std::string& uid);

 private:
  network::Net& net_;
  const AddressPool& addresses_;
  const std::function<std::vector<ObjectPtr>()> pods_;
  const std::function<void()> review_;
  std::mutex mutex_;   // one declaration at a time
  HostPortPlan last_;  // guarded by mutex_
};

// Has the ports reviewed: at the start, when asked, and once a minute while there are any.
class HostPortReconciler final : public runtime::Reconciler {
 public:
  // `adopted`: the addresses of pods from before this start are known.
  HostPortReconciler(HostPorts& ports, const std::atomic<bool>& adopted) : ports_(ports), adopted_(adopted) {}
  runtime::Outcome Reconcile(const Key& key) override;

 private:
  HostPorts& ports_;
  const std::atomic<bool>& adopted_;
};

}  // namespace croft::agent
