#pragma once

#include <set>
#include <string>

#include "operator/runtime/controller.h"

namespace croft::nodes {

// Gives each Node without spec.podCIDR a free /24 of the pod network; the one that its LabNode declares comes first.
// Runs with one worker: two nodes must not get the same.
class IpamController final : public runtime::Reconciler {
 public:
  // `pod_network` is an IPv4 network of at most 24 bits' prefix: "10.244.0.0/16".
  IpamController(runtime::Context context, client::Informer& nodes, client::Informer& lab_nodes,
                 std::string pod_network);
  runtime::Outcome Reconcile(const Key& key) override;

 private:
  runtime::Context context_;
  client::Informer& nodes_;
  client::Informer& lab_nodes_;
  const std::string pod_network_;
  std::set<std::string> given_;  // by this process, for the cache may be behind
};

// The lowest /24 of `network` that is not in `taken`, leaving out the first, which the lab itself uses; empty when all
// are taken or the network is malformed.
std::string FreeSlice(const std::string& network, const std::set<std::string>& taken);

}  // namespace croft::nodes
