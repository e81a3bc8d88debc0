#include "operator/network/routes_controller.h"

#include "api/types/resources.h"
#include "operator/network/plan.h"

namespace croft::network {
namespace {

// The kernel drops routes when their link goes down, and tells Nodes nothing of it.
constexpr std::chrono::seconds kReview(60);

}  // namespace

runtime::Outcome RoutesController::Reconcile(const Key&) {
  std::vector<types::Node> nodes;
  for (const ObjectPtr& object : nodes_.List()) {
    Result<types::Node> node = types::FromObject<types::Node>(*object);
    if (node.ok()) nodes.push_back(std::move(*node));
  }
  const Status status = net_.SetPeerRoutes(RoutesOf(nodes));
  return status.ok() ? runtime::Outcome::After(kReview) : runtime::Outcome::Retry(status);
}

runtime::Controller& RoutesController::AddTo(runtime::Manager& manager, Net& net) {
  client::Informer& nodes = manager.informers().For(resources::kNodes);
  runtime::Controller& controller = manager.Add("routes", std::make_unique<RoutesController>(nodes, net));
  const Key all{"", "routes"};
  manager.Watch(controller, nodes, [all](const ObjectPtr&, const ObjectPtr&) { return std::vector<Key>{all}; });
  controller.Enqueue(all);  // no Node may be left to bring it up, and routes of an earlier process be there
  return controller;
}

}  // namespace croft::network
