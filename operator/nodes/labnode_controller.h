#pragma once

#include "operator/nodes/labnode_plan.h"
#include "operator/runtime/controller.h"
#include "operator/runtime/events.h"

namespace croft::nodes {

// Puts what a LabNode declares on the Node of its name, drains it when asked, and reports. A Node without a LabNode
// gets one that declares nothing but its address.
class LabNodeController final : public runtime::Reconciler {
 public:
  // `pods` has the index LifecycleController::kByNode.
  LabNodeController(runtime::Context context, client::Informer& lab_nodes, client::Informer& nodes,
                    client::Informer& pods);
  runtime::Outcome Reconcile(const Key& key) override;

 private:
  runtime::Outcome CreateFor(const types::Node& node);
  Status WriteNode(const types::Node& node, const LabNodePlan& plan);
  Status WriteStatus(const types::lab::LabNode& lab_node, types::lab::LabNodeStatus status);

  runtime::Context context_;
  client::Informer& lab_nodes_;
  client::Informer& nodes_;
  client::Informer& pods_;
  runtime::EventRecorder events_;
};

}  // namespace croft::nodes
