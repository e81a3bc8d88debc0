#include "operator/workloads/garbage_graph.h"

#include <algorithm>

namespace croft::workloads {
namespace {

constexpr const char* kByOwner = "owner";
constexpr size_t kMostGone = 4096;
constexpr Duration kPatience = std::chrono::seconds(30);

std::vector<std::string> OwnersOf(const Object& object) {
  std::vector<std::string> uids;
  for (const OwnerReference& owner : object.meta().owners) uids.push_back(owner.uid);
  return uids;
}

bool Names(const OwnerReference& owner, const CollectedResource& resource) {
  return owner.kind == resource.kind && SplitApiVersion(owner.api_version).first == resource.gvr.group;
}

}  // namespace

GarbageGraph::GarbageGraph(runtime::Manager& manager, std::vector<CollectedResource> resources)
    : informers_(manager.informers()), clock_(manager.context().clock) {
  for (CollectedResource& resource : resources) {
    client::Informer& informer = informers_.For(resource.gvr);
    informer.AddIndex(kByOwner, OwnersOf);
    const std::string id = IdOf(resource.gvr);
    kinds_[id] = std::make_shared<Kind>(Kind{std::move(resource), &informer, nullptr, {}});
  }
}

std::vector<GarbageGraph::KindPtr> GarbageGraph::kinds() const {
  std::lock_guard lock(mutex_);
  std::vector<KindPtr> all;
  all.reserve(kinds_.size());
  for (const auto& [id, kind] : kinds_) all.push_back(kind);
  return all;
}

GarbageGraph::KindPtr GarbageGraph::Find(const std::string& id) const {
  std::lock_guard lock(mutex_);
  const auto it = kinds_.find(id);
  return it == kinds_.end() ? nullptr : it->second;
}

GarbageGraph::KindPtr GarbageGraph::KindOf(const OwnerReference& owner) const {
  std::lock_guard lock(mutex_);
  for (const auto& [id, kind] : kinds_) {
    if (Names(owner, kind->resource)) return kind;
  }
  return nullptr;
}

std::vector<GarbageGraph::Node> GarbageGraph::Dependents(const std::string& uid) const {
  std::vector<Node> nodes;
  for (const KindPtr& kind : kinds()) {
    for (ObjectPtr& object : kind->informer->ByIndex(kByOwner, uid)) nodes.push_back({kind, std::move(object)});
  }
  return nodes;
}

std::vector<GarbageGraph::Node> GarbageGraph::NamingOwnersOf(const CollectedResource& resource) const {
  std::vector<Node> nodes;
  for (const KindPtr& kind : kinds()) {
    for (ObjectPtr& object : kind->informer->List()) {
      const auto& owners = object->meta().owners;
      if (std::any_of(owners.begin(), owners.end(), [&](const OwnerReference& o) { return Names(o, resource); })) {
        nodes.push_back({kind, std::move(object)});
      }
    }
  }
  return nodes;
}

bool GarbageGraph::IsGone(const std::string& uid) const {
  std::lock_guard lock(mutex_);
  return gone_.contains(uid);
}

void GarbageGraph::MarkGone(const std::string& uid) {
  std::lock_guard lock(mutex_);
  if (!gone_.insert(uid).second) return;
  gone_order_.push_back(uid);
  if (gone_order_.size() <= kMostGone) return;
  gone_.erase(gone_order_.front());
  gone_order_.pop_front();
}

GarbageGraph::KindPtr GarbageGraph::Follow(const CollectedResource& resource) {
  const std::string id = IdOf(resource.gvr);
  const KindPtr before = Find(id);
  if (before != nullptr && before->resource == resource) return before;
  if (before != nullptr) Leave(id, false);
  auto kind = std::make_shared<Kind>();
  kind->resource = resource;
  kind->own = informers_.Single(resource.gvr);
  kind->informer = kind->own.get();
  kind->since = clock_.Steady();
  kind->own->AddIndex(kByOwner, OwnersOf);
  // The informer is the graph's: it must not keep it alive.
  kind->own->AddHandler([weak = weak_from_this(), id](const ObjectPtr& old, const ObjectPtr& now) {
    if (const auto graph = weak.lock()) graph->OnChange(id, old, now);
  });
  {
    std::lock_guard lock(mutex_);
    kinds_[id] = kind;
  }
  kind->own->Start();
  return kind;
}

std::vector<GarbageGraph::Node> GarbageGraph::Leave(const std::string& id, bool deleted) {
  KindPtr kind;
  {
    std::lock_guard lock(mutex_);
    if (deleted) seen_.erase(id);
    const auto it = kinds_.find(id);
    if (it == kinds_.end() || !it->second->posted()) return {};
    kind = it->second;
    kinds_.erase(it);
  }
  kind->own->Stop();  // not under the lock: it waits for a handler, which takes it
  std::vector<Node> left;
  if (!deleted) return left;
  for (const ObjectPtr& object : kind->own->List()) {
    std::vector<Node> dependents = Dependents(object->meta().uid);
    if (!dependents.empty()) MarkGone(object->meta().uid);
    std::move(dependents.begin(), dependents.end(), std::back_inserter(left));
  }
  return left;
}

void GarbageGraph::OnChange(const std::string& id, const ObjectPtr& old, const ObjectPtr& now) {
  if (now == nullptr && !Dependents(old->meta().uid).empty()) MarkGone(old->meta().uid);
  handler_(id, old, now);
}

void GarbageGraph::NoteSeen(const Object& crd) {
  std::lock_guard lock(mutex_);
  seen_[crd.name()] = crd.meta().revision;
}

bool GarbageGraph::Followed(const std::vector<ObjectPtr>& crds) const {
  const SteadyTime now = clock_.Steady();
  std::lock_guard lock(mutex_);
  for (const ObjectPtr& crd : crds) {
    const auto seen = seen_.find(crd->name());
    if (seen == seen_.end() || seen->second < crd->meta().revision) return false;
  }
  return std::all_of(kinds_.begin(), kinds_.end(), [&](const auto& entry) {
    const Kind& kind = *entry.second;
    return !kind.posted() || kind.own->Synced() || now - kind.since > kPatience;
  });
}

}  // namespace croft::workloads
