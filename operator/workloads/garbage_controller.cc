#include "operator/workloads/garbage_controller.h"

#include <algorithm>
#include <set>

#include "api/types/resources.h"
#include "operator/runtime/events.h"
#include "operator/workloads/garbage_plan.h"
#include "operator/workloads/ownership.h"
#include "operator/workloads/posted_kinds.h"

namespace croft::workloads {
namespace {

using Kind = GarbageGraph::Kind;
using KindPtr = GarbageGraph::KindPtr;
using runtime::Outcome;

constexpr char kSeparator = '|';
constexpr Duration kNotFollowed = std::chrono::milliseconds(50);

// Keys of this controller name the resource as well: "<id of the resource>|<namespace>".
Key EncodeKey(const std::string& id, const Key& key) {
  return {id + kSeparator + key.ns, key.name};
}
std::pair<std::string, Key> DecodeKey(const Key& key) {
  const size_t at = key.ns.find(kSeparator);
  return {key.ns.substr(0, at), {key.ns.substr(at + 1), key.name}};
}

bool Has(const Meta& meta, const char* finalizer) {
  return std::find(meta.finalizers.begin(), meta.finalizers.end(), finalizer) != meta.finalizers.end();
}

// Whether it holds up the owner of that uid.
bool Blocks(const Meta& meta, const std::string& owner) {
  return std::any_of(meta.owners.begin(), meta.owners.end(),
                     [&](const OwnerReference& o) { return o.uid == owner && o.block_owner_deletion; });
}

class GarbageReconciler final : public runtime::Reconciler {
 public:
  GarbageReconciler(runtime::Context& context, std::shared_ptr<GarbageGraph> graph, const client::Informer& crds)
      : client_(context.client),
        graph_(std::move(graph)),
        crds_(crds),
        events_(context, "garbage-collector-controller") {}

  Outcome Reconcile(const Key& encoded) override {
    // An owner must not go before dependents whose kind has only just come to be known.
    if (!graph_->Followed(crds_.List())) return Outcome::After(kNotFollowed);
    const auto [id, key] = DecodeKey(encoded);
    const KindPtr kind = graph_->Find(id);
    const ObjectPtr object = kind == nullptr ? nullptr : kind->informer->Get(key);
    if (object == nullptr) return Outcome::Done();
    const Meta& meta = object->meta();
    Status status;
    if (meta.deleting && Has(meta, kOrphan)) {
      status = Free(*kind, *object);
    } else if (meta.deleting && Has(meta, kForeground)) {
      status = DeleteDependents(*kind, *object);
    } else if (!meta.deleting && !meta.owners.empty()) {
      status = Collect(*kind, *object);
    }
    return status.ok() ? Outcome::Done() : Outcome::Retry(status);
  }

 private:
  Status Free(const Kind& kind, const Object& owner) {
    for (const GarbageGraph::Node& node : graph_->Dependents(owner.meta().uid)) {
      std::vector<OwnerReference> owners = node.object->meta().owners;
      std::erase_if(owners, [&](const OwnerReference& o) { return o.uid == owner.meta().uid; });
      const Status freed = WriteOwners(client_, node.kind->resource.gvr, *node.object, owners).status();
      if (!freed.ok() && !freed.IsNotFound()) return freed;
    }
    return RemoveFinalizer(client_, kind.resource.gvr, owner, kOrphan);
  }

  // The owner goes when no dependent is left that asks it to wait. Each dependent that goes brings the owner's key
  // back. In a circle nobody would ever go: there the owner lets go of those whom it holds up and waits for.
  Status DeleteDependents(const Kind& kind, const Object& owner) {
    bool blocked = false;
    for (const GarbageGraph::Node& node : graph_->Dependents(owner.meta().uid)) {
      const Meta& meta = node.object->meta();
      blocked = blocked || Blocks(meta, owner.meta().uid);
      if (!meta.deleting) CROFT_RETURN_IF_ERROR(Collect(*node.kind, *node.object));
    }
    if (!blocked) return RemoveFinalizer(client_, kind.resource.gvr, owner, kForeground);
    const auto owners = LeaveCircle(owner.meta().owners, WaitedFor(owner.meta().uid));
    if (!owners) return Status::Ok();
    const Status unblocked = WriteOwners(client_, kind.resource.gvr, owner, *owners).status();
    return unblocked.IsNotFound() ? Status::Ok() : unblocked;
  }

  // What an object waits for until it may go: dependents that are deleted in the foreground as well, theirs, and so on.
  // The object itself is among them when it is its own.
  std::set<std::string> WaitedFor(const std::string& uid) const {
    std::set<std::string> waited;
    std::vector<std::string> next = {uid};
    while (!next.empty()) {
      const std::string owner = std::move(next.back());
      next.pop_back();
      for (const GarbageGraph::Node& node : graph_->Dependents(owner)) {
        const Meta& meta = node.object->meta();
        if (!meta.deleting || !Has(meta, kForeground) || !Blocks(meta, owner)) continue;
        if (waited.insert(meta.uid).second) next.push_back(meta.uid);
      }
    }
    return waited;
  }

  Status Collect(const Kind& kind, const Object& object) {
    OwnedObject gathered;
    gathered.owners = object.meta().owners;
    for (const OwnerReference& owner : gathered.owners) {
      const auto state = Ask(kind, object, owner);
      if (!state.ok()) return state.status();
      gathered.states.push_back(*state);
    }
    gathered.has_dependents = !graph_->Dependents(object.meta().uid).empty();
    const GarbagePlan plan = DecideGarbage(gathered);
    const GroupVersionResource& gvr = kind.resource.gvr;
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

  Result<OwnerState> Ask(const Kind& of_object, const Object& object, const OwnerReference& owner) {
    if (graph_->IsGone(owner.uid)) return OwnerState::kAbsent;
    const KindPtr kind = graph_->KindOf(owner);
    if (kind == nullptr) return OwnerState::kUnknown;
    const CollectedResource& resource = kind->resource;
    // A cluster-scoped object can have no owner within a namespace.
    if (resource.namespaced && !of_object.resource.namespaced) return OwnerState::kUnknown;
    const Key key{resource.namespaced ? object.ns() : "", owner.name};
    ObjectPtr found = kind->informer->Get(key);
    if (found == nullptr || found->meta().uid != owner.uid) {
      if (resource.namespaced && InAnotherNamespace(*kind, object, owner)) return OwnerState::kUnknown;
      const auto live = client_.Get(resource.gvr, key);
      if (!live.ok() && !live.status().IsNotFound()) return live.status();
      if (!live.ok() && kind->posted()) {
        const Result<bool> served = IsServed(resource.gvr, key);
        if (!served.ok()) return served.status();
        if (!*served) return OwnerState::kUnknown;
      }
      found = live.ok() ? *live : nullptr;
    }
    if (found == nullptr || found->meta().uid != owner.uid) return OwnerState::kAbsent;
    return found->meta().deleting && Has(found->meta(), kForeground) ? OwnerState::kWaiting : OwnerState::kPresent;
  }

  // Whether "not found" meant the object: of a kind that is not served nothing is found, whatever there is.
  Result<bool> IsServed(const GroupVersionResource& gvr, const Key& key) {
    const auto list = client_.List(gvr, {key.ns, "", "metadata.name=" + key.name});
    if (!list.ok() && !list.status().IsNotFound()) return list.status();
    return list.ok();
  }

  // An owner can not stand in another namespace; a reference to one that does is a mistake to be told, not garbage.
  bool InAnotherNamespace(const Kind& kind, const Object& object, const OwnerReference& owner) {
    for (const ObjectPtr& candidate : kind.informer->List()) {
      if (candidate->meta().uid != owner.uid || candidate->ns() == object.ns()) continue;
      events_.Warning(runtime::ReferenceTo(object), "OwnerRefInvalidNamespace",
                      "ownerReference " + owner.kind + " " + owner.name + " is in namespace " + candidate->ns() +
                          "; an owner must be in the namespace of what it owns");
      return true;
    }
    return false;
  }

  client::Client& client_;
  const std::shared_ptr<GarbageGraph> graph_;
  const client::Informer& crds_;
  runtime::EventRecorder events_;
};

// Whom a change concerns: the object itself when its owners or its deletion changed, its dependents when it is gone,
// and its owners, which may wait for it.
std::vector<Key> Concerned(const GarbageGraph& graph, const std::string& id, const ObjectPtr& old,
                           const ObjectPtr& now) {
  std::vector<Key> keys;
  if (now == nullptr) {
    for (const GarbageGraph::Node& node : graph.Dependents(old->meta().uid)) {
      keys.push_back(EncodeKey(node.kind->id(), node.object->key()));
    }
  } else if (old == nullptr || old->meta().owners != now->meta().owners || now->meta().deleting) {
    if (now->meta().deleting || !now->meta().owners.empty()) keys.push_back(EncodeKey(id, now->key()));
  }
  if (now != nullptr && old != nullptr && old->meta().owners == now->meta().owners) return keys;
  for (const OwnerReference& owner : (old != nullptr ? old : now)->meta().owners) {
    const KindPtr kind = graph.KindOf(owner);
    if (kind == nullptr) continue;
    const Key key{kind->resource.namespaced ? (old != nullptr ? old : now)->ns() : "", owner.name};
    const ObjectPtr found = kind->informer->Get(key);
    if (found != nullptr && found->meta().deleting) keys.push_back(EncodeKey(kind->id(), key));
  }
  return keys;
}

}  // namespace

void AddGarbageCollector(runtime::Manager& manager, std::vector<CollectedResource> resources, int workers) {
  auto graph = std::make_shared<GarbageGraph>(manager, std::move(resources));
  client::Informer& crds = manager.informers().For(resources::kCustomResourceDefinitions);
  runtime::Controller& collector =
      manager.Add("garbage-collector", std::make_unique<GarbageReconciler>(manager.context(), graph, crds), workers);
  for (const KindPtr& kind : graph->kinds()) {
    manager.Watch(collector, kind->resource.gvr, [graph, id = kind->id()](const ObjectPtr& old, const ObjectPtr& now) {
      return Concerned(*graph, id, old, now);
    });
  }
  graph->SetHandler(
      [&collector, graph = graph.get()](const std::string& id, const ObjectPtr& old, const ObjectPtr& now) {
        for (const Key& key : Concerned(*graph, id, old, now)) collector.Enqueue(key);
      });
  runtime::Controller& posted =
      manager.Add("posted-kinds", std::make_unique<PostedKindsReconciler>(
                                      manager.context(), crds, graph, [&collector](const GarbageGraph::Node& node) {
                                        collector.Enqueue(EncodeKey(node.kind->id(), node.object->key()));
                                      }));
  manager.Watch(posted, crds, runtime::ToSelf());
}

}  // namespace croft::workloads
