#pragma once

#include <map>
#include <mutex>
#include <string>

#include "operator/nodes/scheduler_plan.h"
#include "operator/runtime/controller.h"
#include "operator/runtime/events.h"

namespace croft::nodes {

// Binds pods without a node to the node that Place() picks. A pod that fits nowhere says so in its PodScheduled
// condition and in an event, and is looked at again when nodes or pods change. Runs with one worker, for its decisions
// depend on each other.
class Scheduler final : public runtime::Reconciler {
 public:
  Scheduler(runtime::Context context, client::Informer& pods, client::Informer& nodes);
  runtime::Outcome Reconcile(const Key& key) override;

 private:
  runtime::Outcome Bind(const types::Pod& pod, const std::string& node);
  runtime::Outcome SayUnschedulable(const types::Pod& pod, const std::string& why);
  std::vector<PlacedPod> PlacedPods();

  runtime::Context context_;
  client::Informer& pods_;
  client::Informer& nodes_;
  runtime::EventRecorder events_;
  // Bindings that the cache does not show yet: pod uid -> node. Without them two pods in a row would take the same
  // place.
  std::map<std::string, std::string> assumed_;
};

}  // namespace croft::nodes
