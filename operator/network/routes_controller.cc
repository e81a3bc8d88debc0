#include "operator/network/routes_controller.h"

#include "operator/network/plan.h"

namespace croft::network {

runtime::Outcome RoutesController::Reconcile(const Key&) {
  std::vector<types::Node> nodes;
  for (const ObjectPtr& object : nodes_.List()) {
    Result<types::Node> node = types::FromObject<types::Node>(*object);
    if (node.ok()) nodes.push_back(std::move(*node));
  }
  const Status status = net_.SetPeerRoutes(RoutesOf(nodes));
  return status.ok() ? runtime::Outcome::Done() : runtime::Outcome::Retry(status);
}

runtime::Controller& RoutesController::AddTo(runtime::Manager& manager, Net& net) {
  client::Informer& nodes = manager.informers().For({"", "v1", "nodes"});
  runtime::Controller& controller = manager.Add("routes", std::make_unique<RoutesController>(nodes, net));
  manager.Watch(controller, nodes, [](const ObjectPtr&, const ObjectPtr&) { return std::vector<Key>{{"", "routes"}}; });
  return controller;
}

}  // namespace croft::network
