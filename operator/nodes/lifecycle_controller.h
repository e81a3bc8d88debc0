#pragma once

#include <map>
#include <string>

#include "operator/nodes/lifecycle_plan.h"
#include "operator/runtime/controller.h"
#include "operator/runtime/events.h"

namespace croft::nodes {

// Keeps watch over nodes: one that neither renews its Lease nor reports becomes NotReady, its pods leave every route at
// once, and those whose tolerations have ended are deleted, so that their controllers replace them elsewhere. The
// LabNode's spec.failover says how much silence each step takes.
//
// Silence is measured by this process's own clock, from the moment at which it saw either move, so that clocks that
// differ and a server that was itself asleep kill nobody: after a pause of its own it gives every node a full period
// anew. One worker.
class LifecycleController final : public runtime::Reconciler {
 public:
  struct Informers {
    client::Informer& nodes;
    client::Informer& leases;
    client::Informer& pods;  // with the index kByNode
    client::Informer& lab_nodes;
  };
  static constexpr const char* kByNode = "node";

  LifecycleController(runtime::Context context, Informers informers);
  runtime::Outcome Reconcile(const Key& key) override;

 private:
  struct Seen {
    std::string sign;
    SteadyTime at{};
    SteadyTime looked{};
  };

  // What moves with each sign of life.
  std::string SignOf(const types::Node& node) const;
  Duration SilenceOf(const types::Node& node);
  // The node with its silence, and how much of it its LabNode forgives.
  NodeHealth HealthOf(const types::Node& node);
  Status WriteVerdict(const types::Node& node, const NodeVerdict& verdict);
  // Marks the node's pods as not ready (when it is silent) and deletes those that may not stay. The time until the next
  // of them must go; zero: none.
  Result<Duration> TendPods(const types::Node& node, const NodeVerdict& verdict);
  Status MarkNotReady(const types::Pod& pod);

  runtime::Context context_;
  Informers informers_;
  runtime::EventRecorder events_;
  std::map<std::string, Seen> seen_;  // by node
};

}  // namespace croft::nodes
