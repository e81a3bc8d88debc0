#include "operator/workloads/garbage_controller.h"

#include <algorithm>

#include "operator/runtime/events.h"
#include "operator/workloads/garbage_plan.h"
#include "operator/workloads/ownership.h"

namespace croft::workloads {
namespace {

using runtime::Outcome;

constexpr const char* kByOwner = "owner";
constexpr char kSeparator = '|';

// Keys of this controller name the resource as well: "<index of the resource>|<namespace>".
Key EncodeKey(size_t resource, const Key& key) {
  return {std::to_string(resource) + kSeparator + key.ns, key.name};
}
std::pair<size_t, Key> DecodeKey(const Key& key) {
  const size_t at = key.ns.find(kSeparator);
  return {std::stoul(key.ns.substr(0, at)), {key.ns.substr(at + 1), key.name}};
}

bool Has(const Meta& meta, const char* finalizer) {
  return std::find(meta.finalizers.begin(), meta.finalizers.end(), finalizer) != meta.finalizers.end();
}

// The resources and their informers, with who depends on whom. Constant once the manager runs.
class Graph {
 public:
  Graph(runtime::Manager& manager, std::vector<CollectedResource> resources) : resources_(std::move(resources)) {
    for (const CollectedResource& resource : resources_) {
      client::Informer& informer = manager.informers().For(resource.gvr);
      informer.AddIndex(kByOwner, [](const Object& object) {
        std::vector<std::string> uids;
        for (const OwnerReference& owner : object.meta().owners) uids.push_back(owner.uid);
        return uids;
      });
      informers_.push_back(&informer);
    }
  }

  size_t size() const { return resources_.size(); }
  const CollectedResource& resource(size_t i) const { return resources_[i]; }
  client::Informer& informer(size_t i) const { return *informers_[i]; }

  struct Node {
    size_t resource;
    ObjectPtr object;
  };
  std::vector<Node> Dependents(const std::string& uid) const {
    std::vector<Node> nodes;
    for (size_t i = 0; i < informers_.size(); ++i) {
      for (ObjectPtr& object : informers_[i]->ByIndex(kByOwner, uid)) nodes.push_back({i, std::move(object)});
    }
    return nodes;
  }

  // Where an owner would be found. Of a kind in several versions the first that is collected: its uid is the same.
  std::optional<size_t> ResourceOf(const OwnerReference& owner) const {
    const std::string group = SplitApiVersion(owner.api_version).first;
    for (size_t i = 0; i < resources_.size(); ++i) {
      if (resources_[i].kind == owner.kind && resources_[i].gvr.group == group) return i;
    }
    return std::nullopt;
  }

 private:
  const std::vector<CollectedResource> resources_;
  std::vector<client::Informer*> informers_;
};

class GarbageReconciler final : public runtime::Reconciler {
 public:
  GarbageReconciler(runtime::Context& context, std::shared_ptr<Graph> graph)
      : client_(context.client), graph_(std::move(graph)), events_(context, "garbage-collector-controller") {}

  Outcome Reconcile(const Key& encoded) override {
    const auto [index, key] = DecodeKey(encoded);
    const ObjectPtr object = graph_->informer(index).Get(key);
    if (object == nullptr) return Outcome::Done();
    const Meta& meta = object->meta();
    Status status;
    if (meta.deleting && Has(meta, kOrphan)) {
      status = Free(index, *object);
    } else if (meta.deleting && Has(meta, kForeground)) {
      status = DeleteDependents(index, *object);
    } else if (!meta.deleting && !meta.owners.empty()) {
      status = Collect(index, *object);
    }
    return status.ok() ? Outcome::Done() : Outcome::Retry(status);
  }

 private:
  Status Free(size_t index, const Object& owner) {
    for (const Graph::Node& node : graph_->Dependents(owner.meta().uid)) {
      std::vector<OwnerReference> owners = node.object->meta().owners;
      std::erase_if(owners, [&](const OwnerReference& o) { return o.uid == owner.meta().uid; });
      const Status freed = WriteOwners(client_, graph_->resource(node.resource).gvr, *node.object, owners).status();
      if (!freed.ok() && !freed.IsNotFound()) return freed;
    }
    return RemoveFinalizer(client_, graph_->resource(index).gvr, owner, kOrphan);
  }

  // The owner goes when no dependent is left that asks it to wait. Each dependent that goes brings the owner's key
  // back.
  Status DeleteDependents(size_t index, const Object& owner) {
    bool blocked = false;
    for (const Graph::Node& node : graph_->Dependents(owner.meta().uid)) {
      const Meta& meta = node.object->meta();
      for (const OwnerReference& reference : meta.owners) {
        blocked = blocked || (reference.uid == owner.meta().uid && reference.block_owner_deletion);
      }
      if (!meta.deleting) CROFT_RETURN_IF_ERROR(Collect(node.resource, *node.object));
    }
    if (blocked) return Status::Ok();
    return RemoveFinalizer(client_, graph_->resource(index).gvr, owner, kForeground);
  }

  Status Collect(size_t index, const Object& object) {
    OwnedObject gathered;
    gathered.owners = object.meta().owners;
    for (const OwnerReference& owner : gathered.owners) {
      const auto state = Ask(index, object, owner);
      if (!state.ok()) return state.status();
      gathered.states.push_back(*state);
    }
    gathered.has_dependents = !graph_->Dependents(object.meta().uid).empty();
    const GarbagePlan plan = DecideGarbage(gathered);
    const GroupVersionResource& gvr = graph_->resource(index).gvr;
    Status done;
    if (plan.action == GarbagePlan::Action::kDropReferences) {
      done = WriteOwners(client_, gvr, object, plan.keep).status();
    } else if (plan.action == GarbagePlan::Action::kDelete) {
      client::DeleteOptions options;
      options.uid = object.meta().uid;
      options.propagation_policy = plan.propagation;
      done = client_.Delete(gvr, object.key(), options);
    }
    return done.IsNotFound() ? Status::Ok() : done;
  }

  Result<OwnerState> Ask(size_t index, const Object& object, const OwnerReference& owner) {
    const auto resource = graph_->ResourceOf(owner);
    if (!resource) return OwnerState::kUnknown;
    const CollectedResource& of_owner = graph_->resource(*resource);
    // A cluster-scoped object can have no owner within a namespace.
    if (of_owner.namespaced && !graph_->resource(index).namespaced) return OwnerState::kUnknown;
    const Key key{of_owner.namespaced ? object.ns() : "", owner.name};
    ObjectPtr found = graph_->informer(*resource).Get(key);
    if (found == nullptr || found->meta().uid != owner.uid) {
      if (of_owner.namespaced && InAnotherNamespace(*resource, object, owner)) return OwnerState::kUnknown;
      const auto live = client_.Get(of_owner.gvr, key);
      if (!live.ok() && !live.status().IsNotFound()) return live.status();
      found = live.ok() ? *live : nullptr;
    }
    if (found == nullptr || found->meta().uid != owner.uid) return OwnerState::kAbsent;
    return found->meta().deleting && Has(found->meta(), kForeground) ? OwnerState::kWaiting : OwnerState::kPresent;
  }

  // An owner can not stand in another namespace; a reference to one that does is a mistake to be told, not garbage.
  bool InAnotherNamespace(size_t resource, const Object& object, const OwnerReference& owner) {
    for (const ObjectPtr& candidate : graph_->informer(resource).List()) {
      if (candidate->meta().uid != owner.uid || candidate->ns() == object.ns()) continue;
      events_.Warning(runtime::ReferenceTo(object), "OwnerRefInvalidNamespace",
                      "ownerReference " + owner.kind + " " + owner.name + " is in namespace " + candidate->ns() +
                          "; an owner must be in the namespace of what it owns");
      return true;
    }
    return false;
  }

  client::Client& client_;
  const std::shared_ptr<Graph> graph_;
  runtime::EventRecorder events_;
};

// Whom a change concerns: the object itself when its owners or its deletion changed, its dependents when it is gone,
// and its owners, which may wait for it.
std::vector<Key> Concerned(const Graph& graph, size_t index, const ObjectPtr& old, const ObjectPtr& now) {
  std::vector<Key> keys;
  if (now == nullptr) {
    for (const Graph::Node& node : graph.Dependents(old->meta().uid)) {
      keys.push_back(EncodeKey(node.resource, node.object->key()));
    }
  } else if (old == nullptr || old->meta().owners != now->meta().owners || now->meta().deleting) {
    if (now->meta().deleting || !now->meta().owners.empty()) keys.push_back(EncodeKey(index, now->key()));
  }
  if (now != nullptr && old != nullptr && old->meta().owners == now->meta().owners) return keys;
  for (const OwnerReference& owner : (old != nullptr ? old : now)->meta().owners) {
    const auto resource = graph.ResourceOf(owner);
    if (!resource) continue;
    const Key key{graph.resource(*resource).namespaced ? (old != nullptr ? old : now)->ns() : "", owner.name};
    const ObjectPtr found = graph.informer(*resource).Get(key);
    if (found != nullptr && found->meta().deleting) keys.push_back(EncodeKey(*resource, key));
  }
  return keys;
}

}  // namespace

void AddGarbageCollector(runtime::Manager& manager, std::vector<CollectedResource> resources, int workers) {
  auto graph = std::make_shared<Graph>(manager, std::move(resources));
  runtime::Controller& controller =
      manager.Add("garbage-collector", std::make_unique<GarbageReconciler>(manager.context(), graph), workers);
  for (size_t i = 0; i < graph->size(); ++i) {
    manager.Watch(controller, graph->informer(i),
                  [graph, i](const ObjectPtr& old, const ObjectPtr& now) { return Concerned(*graph, i, old, now); });
  }
}

}  // namespace croft::workloads
