#include "operator/workloads/pod_garbage_controller.h"

#include <map>

#include "api/base/log.h"
#include "api/types/resources.h"
#include "operator/workloads/pod_garbage_plan.h"

namespace croft::workloads {
namespace {

using resources::kNodes;
using resources::kPods;
using runtime::Outcome;

constexpr const char* kByNode = "node";
constexpr const char* kByEnd = "finished";
// Not a pod: the turn of all finished pods together. No pod is without a namespace.
const Key kFinished{"", "finished"};

class PodGarbageReconciler final : public runtime::Reconciler {
 public:
  PodGarbageReconciler(runtime::Manager& manager, PodGarbageSettings settings)
      : context_(manager.context()),
        pods_(manager.informers().For(kPods)),
        nodes_(manager.informers().For(kNodes)),
        settings_(settings) {}

  // One worker, so that missing_ needs no lock.
  Outcome Reconcile(const Key& key) override {
    if (key == kFinished) return DropSurplus();
    const ObjectPtr object = pods_.Get(key);
    if (object == nullptr) {
      missing_.erase(key);
      return Outcome::Done();
    }
    const auto pod = types::FromObject<types::Pod>(*object);
    if (!pod.ok()) return Outcome::Terminal(pod.status());
    PodGarbageWorld world{*pod, true, {}};
    const std::string& node = pod->spec.node_name;
    world.node_known = node.empty() || nodes_.Get({"", node}) != nullptr;
    if (world.node_known) {
      missing_.erase(key);
    } else {
      const SteadyTime since = missing_.try_emplace(key, context_.clock.Steady()).first->second;
      world.node_missing_for = context_.clock.Steady() - since;
    }
    switch (DecidePodFate(world, settings_.missing_node_grace)) {
      case PodFate::kStays:
        return Outcome::Done();
      case PodFate::kWait:
        return Outcome::After(settings_.missing_node_grace - *world.node_missing_for);
      case PodFate::kDelete:
        return Remove(*pod, !node.empty());
    }
    return Outcome::Done();
  }

 private:
  Outcome Remove(const types::Pod& pod, bool ask) {
    if (ask) {
      const auto live = context_.client.Get(kNodes, {"", pod.spec.node_name});
      if (live.ok()) return Outcome::Done();
      if (!live.status().IsNotFound()) return Outcome::Retry(live.status());
      log::Info("deleting a pod whose node is no more",
                {{"pod", pod.metadata.key().ToString()}, {"node", pod.spec.node_name}});
    }
    client::DeleteOptions options;
    options.uid = pod.metadata.uid;
    options.grace_period_seconds = 0;
    const Status deleted = context_.client.Delete(kPods, pod.metadata.key(), options);
    return deleted.ok() || deleted.IsNotFound() ? Outcome::Done() : Outcome::Retry(deleted);
  }

  Outcome DropSurplus() {
    const std::vector<ObjectPtr> ended = pods_.ByIndex(kByEnd, "yes");
    if (ended.size() <= settings_.finished_limit) return Outcome::Done();
    std::vector<types::Pod> finished;
    for (const ObjectPtr& object : ended) {
      if (auto pod = types::FromObject<types::Pod>(*object); pod.ok()) finished.push_back(std::move(*pod));
    }
    for (const types::Pod& pod : DecideFinishedSurplus(std::move(finished), settings_.finished_limit)) {
      client::DeleteOptions options;
      options.uid = pod.metadata.uid;
      options.grace_period_seconds = 0;
      const Status deleted = context_.client.Delete(kPods, pod.metadata.key(), options);
      if (!deleted.ok() && !deleted.IsNotFound()) return Outcome::Retry(deleted);
    }
    return Outcome::Done();
  }

  runtime::Context& context_;
  client::Informer& pods_;
  client::Informer& nodes_;
  const PodGarbageSettings settings_;
  std::map<Key, SteadyTime> missing_;  // pods whose node is missing, since when
};

bool Finished(const Object& pod) {
  const JsonDocument json = pod.ToJson();
  const std::string_view phase = FindString(json, {"status", "phase"});
  return phase == "Succeeded" || phase == "Failed";
}

}  // namespace

void AddPodGarbageController(runtime::Manager& manager, PodGarbageSettings settings) {
  client::Informer& pods = manager.informers().For(kPods);
  pods.AddIndex(kByNode, [](const Object& pod) {
    return std::vector{std::string(FindString(pod.ToJson(), {"spec", "nodeName"}))};
  });
  pods.AddIndex(kByEnd, [](const Object& pod) {
    return Finished(pod) ? std::vector<std::string>{"yes"} : std::vector<std::string>();
  });
  runtime::Controller& controller =
      manager.Add("pod-garbage", std::make_unique<PodGarbageReconciler>(manager, settings), 1);
  manager.Watch(controller, pods, [](const ObjectPtr&, const ObjectPtr& now) {
    if (now == nullptr) return std::vector<Key>();
    std::vector<Key> keys = {now->key()};
    if (Finished(*now)) keys.push_back(kFinished);
    return keys;
  });
  manager.Watch(controller, kNodes, [&pods](const ObjectPtr& old, const ObjectPtr& now) {
    std::vector<Key> keys;
    if (old != nullptr && now != nullptr) return keys;
    for (const ObjectPtr& pod : pods.ByIndex(kByNode, (now != nullptr ? now : old)->name())) keys.push_back(pod->key());
    return keys;
  });
}

}  // namespace croft::workloads
