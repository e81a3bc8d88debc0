#pragma once

#include "operator/agent/node_status.h"
#include "operator/agent/pod_parts.h"

namespace croft::agent {

// Keeps this node's Node: registers it when it is missing, writes its status when that has changed (an idle node writes
// once in five minutes), and takes the range of pod addresses from its spec.
class NodeReconciler final : public runtime::Reconciler {
 public:
  NodeReconciler(const PodParts& parts, const client::Informer& nodes) : parts_(parts), nodes_(nodes) {}
  runtime::Outcome Reconcile(const Key& key) override;

 private:
  Status Register(const types::NodeStatus& status);
  Status WriteStatus(const types::Node& node, const types::NodeStatus& status);

  const PodParts& parts_;
  const client::Informer& nodes_;
  std::string runtime_version_;  // one key, one worker
};

// Finds what the runtime and the disk hold for pods that this node no longer has, and hands their keys to the pods'
// controller. The first pass, which also learns the addresses in use, lets pods be worked on at all.
class Sweeper final : public runtime::Reconciler {
 public:
  Sweeper(const PodParts& parts, const client::Informer& pods) : parts_(parts), pods_(pods) {}
  runtime::Outcome Reconcile(const Key& key) override;

 private:
  const PodParts& parts_;
  const client::Informer& pods_;
};

}  // namespace croft::agent
