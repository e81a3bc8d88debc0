#include "operator/nodes/install.h"

#include "api/types/resources.h"
#include "operator/nodes/ipam_controller.h"
#include "operator/nodes/labnode_controller.h"
#include "operator/nodes/lifecycle_controller.h"
#include "operator/nodes/scheduler.h"

namespace croft::nodes {
namespace {

std::string NodeOf(const Object& pod) {
  return std::string(FindString(pod.ToJson(), {"spec", "nodeName"}));
}

// Every pending pod, when a node changed or room was made: it may fit now.
runtime::Controller::Mapper ToPendingPods(client::Informer& pods) {
  return [&pods](const ObjectPtr&, const ObjectPtr&) {
    std::vector<Key> keys;
    for (const ObjectPtr& pod : pods.ByIndex(LifecycleController::kByNode, "")) keys.push_back(pod->key());
    return keys;
  };
}

// The node that a pod is bound to, before or after the change.
runtime::Controller::Mapper ToItsNode() {
  return [](const ObjectPtr& old, const ObjectPtr& now) {
    const std::string node = NodeOf(now != nullptr ? *now : *old);
    return node.empty() ? std::vector<Key>() : std::vector<Key>{{"", node}};
  };
}

runtime::Controller::Mapper ToNodeOfLease() {
  return [](const ObjectPtr& old, const ObjectPtr& now) {
    const Object& lease = now != nullptr ? *now : *old;
    return lease.ns() == "kube-node-lease" ? std::vector<Key>{{"", lease.name()}} : std::vector<Key>();
  };
}

}  // namespace

void Install(runtime::Manager& manager, const Settings& settings) {
  runtime::Context& context = manager.context();
  client::Informer& pods = manager.informers().For(resources::kPods);
  client::Informer& nodes = manager.informers().For(resources::kNodes);
  client::Informer& leases = manager.informers().For(resources::kLeases);
  client::Informer& lab_nodes = manager.informers().For(resources::kLabNodes);
  pods.AddIndex(LifecycleController::kByNode, [](const Object& pod) { return std::vector<std::string>{NodeOf(pod)}; });

  runtime::Controller& scheduler = manager.Add("scheduler", std::make_unique<Scheduler>(context, pods, nodes));
  manager.Watch(scheduler, pods, runtime::ToSelf());
  manager.Watch(scheduler, nodes, ToPendingPods(pods));
  // A pod that went away made room.
  manager.Watch(scheduler, pods, [pending = ToPendingPods(pods)](const ObjectPtr& old, const ObjectPtr& now) {
    return now == nullptr ? pending(old, now) : std::vector<Key>();
  });

  runtime::Controller& lifecycle = manager.Add(
      "node-lifecycle",
      std::make_unique<LifecycleController>(context, LifecycleController::Informers{nodes, leases, pods, lab_nodes}));
  manager.Watch(lifecycle, nodes, runtime::ToSelf());
  manager.Watch(lifecycle, leases, ToNodeOfLease());

  runtime::Controller& ipam =
      manager.Add("node-ipam", std::make_unique<IpamController>(context, nodes, lab_nodes, settings.pod_network));
  manager.Watch(ipam, nodes, runtime::ToSelf());

  runtime::Controller& lab_node =
      manager.Add("labnode", std::make_unique<LabNodeController>(context, lab_nodes, nodes, pods));
  manager.Watch(lab_node, lab_nodes, runtime::ToSelf());
  manager.Watch(lab_node, nodes, runtime::ToSelf());
  manager.Watch(lab_node, pods, ToItsNode());
}

}  // namespace croft::nodes
