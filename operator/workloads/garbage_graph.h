#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "operator/runtime/controller.h"

namespace croft::workloads {

// A resource whose objects are collected, and may be named as owners by `kind`.
struct CollectedResource {
  GroupVersionResource gvr;
  std::string kind;
  bool namespaced = true;
  bool operator==(const CollectedResource&) const = default;
};

// The resources that are collected, with their informers, and who depends on whom. Those given at the start stay; those
// of posted kinds come and go. Thread-safe.
class GarbageGraph : public std::enable_shared_from_this<GarbageGraph> {
 public:
  struct Kind {
    CollectedResource resource;
    const client::Informer* informer = nullptr;
    std::shared_ptr<client::Informer> own;  // the informer of a posted kind
    SteadyTime since{};                     // when a posted kind came

    std::string id() const { return IdOf(resource.gvr); }
    bool posted() const { return own != nullptr; }
  };
  using KindPtr = std::shared_ptr<const Kind>;
  struct Node {
    KindPtr kind;
    ObjectPtr object;
  };
  // A change of an object of the resource `id`, with what depended on it when it went.
  using Handler = std::function<void(const std::string& id, const ObjectPtr& old, const ObjectPtr& now)>;

  // "pods.", "gardens.lab.example.com": names a resource whatever its version; of a posted one it is the name of its
  // CustomResourceDefinition.
  static std::string IdOf(const GroupVersionResource& gvr) { return gvr.resource + "." + gvr.group; }

  GarbageGraph(runtime::Manager& manager, std::vector<CollectedResource> resources);

  // Whom changes of posted kinds are told. Before the first of them.
  void SetHandler(Handler handler) { handler_ = std::move(handler); }

  std::vector<KindPtr> kinds() const;
  KindPtr Find(const std::string& id) const;  // null when it is not collected
  // Where an owner would be found. Of a kind in several versions any: its uid is the same.
  KindPtr KindOf(const OwnerReference& owner) const;
  std::vector<Node> Dependents(const std::string& uid) const;
  // Everything that names an owner of that kind.
  std::vector<Node> NamingOwnersOf(const CollectedResource& resource) const;

  // Whether an object of a posted kind, on which something depended, is known to have gone. Its kind may have gone with
  // it, so that nobody can be asked any more.
  bool IsGone(const std::string& uid) const;

  // From now on the posted kind is collected. The same again changes nothing; another version takes the former's place.
  KindPtr Follow(const CollectedResource& resource);
  // No longer. `deleted`: its definition is gone, and all its objects with it; then returns what depended on them.
  std::vector<Node> Leave(const std::string& id, bool deleted);
  // Notes that the definition `crd` has been looked at; Followed tells whether all of these have been, as they are now,
  // and whether the kinds they brought have had their first list. One that can not be listed is waited for only so
  // long.
  void NoteSeen(const Object& crd);
  bool Followed(const std::vector<ObjectPtr>& crds) const;

 private:
  void OnChange(const std::string& id, const ObjectPtr& old, const ObjectPtr& now);
  void MarkGone(const std::string& uid);

  client::InformerFactory& informers_;
  Clock& clock_;
  Handler handler_;

  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, KindPtr> kinds_;
  std::map<std::string, uint64_t> seen_;  // revision by CustomResourceDefinition
  std::set<std::string> gone_;
  std::deque<std::string> gone_order_;  // the oldest first; bounded
};

}  // namespace croft::workloads
