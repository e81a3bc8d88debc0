#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "operator/workloads/garbage_graph.h"

namespace croft::workloads {

// What a CustomResourceDefinition adds to what is collected: its resource in a version that is served, the stored one
// if it can be. None while the server serves none of it.
std::optional<CollectedResource> CollectedOf(const Json& crd);

// Keeps the graph's posted kinds as the CustomResourceDefinitions say; a key is the name of one. What names an owner of
// a kind that has just come, or that has gone with all its objects, is handed to `examine`.
class PostedKindsReconciler final : public runtime::Reconciler {
 public:
  PostedKindsReconciler(runtime::Context& context, const client::Informer& crds, std::shared_ptr<GarbageGraph> graph,
                        std::function<void(const GarbageGraph::Node&)> examine)
      : context_(context), crds_(crds), graph_(std::move(graph)), examine_(std::move(examine)) {}

  runtime::Outcome Reconcile(const Key& key) override;

 private:
  runtime::Context& context_;
  const client::Informer& crds_;
  const std::shared_ptr<GarbageGraph> graph_;
  const std::function<void(const GarbageGraph::Node&)> examine_;
  std::map<std::string, std::weak_ptr<const GarbageGraph::Kind>> examined_;  // one worker
};

}  // namespace croft::workloads
