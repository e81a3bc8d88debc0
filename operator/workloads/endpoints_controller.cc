#include "operator/workloads/endpoints_controller.h"

#include <map>
#include <mutex>
#include <set>

#include "api/types/resources.h"
#include "operator/workloads/endpoints_plan.h"

namespace croft::workloads {
namespace {

using resources::kEndpoints;
using resources::kEndpointSlices;
using resources::kPods;
using resources::kServices;
using runtime::Outcome;

constexpr const char* kByService = "service-name";

bool Selects(const types::StringMap& selector, const Labels& labels) {
  for (const auto& [name, value] : selector) {
    const std::string* found = FindLabel(labels, name);
    if (found == nullptr || *found != value) return false;
  }
  return !selector.empty();
}

// The selectors of all Services, so that a change of a pod finds its Services without parsing any; and which Services
// were seen to go, whose Endpoints go with them. Thread-safe.
class Selectors {
 public:
  void Note(const ObjectPtr& old, const ObjectPtr& now) {
    const Object& object = now != nullptr ? *now : *old;
    types::StringMap selector;
    if (now != nullptr) {
      if (const auto service = types::FromObject<types::Service>(*now); service.ok()) selector = service->spec.selector;
    }
    std::lock_guard lock(mutex_);
    if (now == nullptr) {
      gone_.insert(object.key());
    } else {
      gone_.erase(object.key());
    }
    if (selector.empty()) {
      by_namespace_[object.ns()].erase(object.name());
    } else {
      by_namespace_[object.ns()][object.name()] = std::move(selector);
    }
  }

  std::vector<Key> Find(const Object& pod) const {
    std::lock_guard lock(mutex_);
    std::vector<Key> keys;
    const auto services = by_namespace_.find(pod.ns());
    if (services == by_namespace_.end()) return keys;
    for (const auto& [name, selector] : services->second) {
      if (Selects(selector, pod.meta().labels)) keys.push_back({pod.ns(), name});
    }
    return keys;
  }

  bool HasGone(const Key& service) const {
    std::lock_guard lock(mutex_);
    return gone_.contains(service);
  }
  void ForgetGone(const Key& service) {
    std::lock_guard lock(mutex_);
    gone_.erase(service);
  }

 private:
  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, std::map<std::string, types::StringMap>> by_namespace_;
  std::set<Key> gone_;  // until what they leave behind is removed
};

class EndpointsReconciler final : public runtime::Reconciler {
 public:
  EndpointsReconciler(runtime::Manager& manager, std::shared_ptr<Selectors> selectors)
      : client_(manager.context().client),
        selectors_(std::move(selectors)),
        services_(manager.informers().For(kServices)),
        pods_(manager.informers().For(kPods)),
        endpoints_(manager.informers().For(kEndpoints)),
        slices_(manager.informers().For(kEndpointSlices)) {}

  Outcome Reconcile(const Key& key) override {
    const ObjectPtr object = services_.Get(key);
    if (object == nullptr) return Result(RemoveAll(key));
    const auto service = types::FromObject<types::Service>(*object);
    if (!service.ok()) return Outcome::Terminal(service.status());
    if (service->metadata.deleting()) return Outcome::Done();
    if (service->spec.type == "ExternalName") return Result(WriteSlices(key, {}));
    if (service->spec.selector.empty()) return Result(Mirror(key, *service));

    std::vector<types::Pod> selected;
    for (const ObjectPtr& candidate : pods_.List(key.ns)) {
      if (!Selects(service->spec.selector, candidate->meta().labels)) continue;
      if (auto pod = types::FromObject<types::Pod>(*candidate); pod.ok()) selected.push_back(std::move(*pod));
    }
    // Slices first: routes and service addresses follow them.
    Status written = WriteSlices(key, DecideSlices(*service, selected));
    if (written.ok()) written = WriteEndpoints(DecideEndpoints(*service, selected));
    return Result(written);
  }

 private:
  static Outcome Result(const Status& status) { return status.ok() ? Outcome::Done() : Outcome::Retry(status); }

  // The slices go with their owner; Endpoints have none, as in Kubernetes. Those of a Service that was seen to go go
  // with it, whoever made them; one that went while nobody looked is known by what this controller wrote for it. Any
  // other Endpoints never had a Service: they are a person's, or an election's.
  Status RemoveAll(const Key& key) {
    CROFT_RETURN_IF_ERROR(WriteSlices(key, {}));
    const ObjectPtr endpoints = endpoints_.Get(key);
    if (endpoints != nullptr && (selectors_->HasGone(key) || IsOurs(*endpoints))) {
      client::DeleteOptions options;
      options.uid = endpoints->meta().uid;
      const Status deleted = client_.Delete(kEndpoints, key, options);
      if (!deleted.ok() && !deleted.IsNotFound() && !deleted.IsConflict()) return deleted;
    }
    selectors_->ForgetGone(key);
    return Status::Ok();
  }

  static bool IsOurs(const Object& endpoints) {
    const std::string* manager = FindLabel(endpoints.meta().labels, kEndpointsManagedBy);
    return manager != nullptr && *manager == kEndpointsController;
  }

  Status Mirror(const Key& key, const types::Service& service) {
    const ObjectPtr object = endpoints_.Get(key);
    if (object == nullptr || object->meta().deleting) return WriteSlices(key, {});
    const auto endpoints = types::FromObject<types::Endpoints>(*object);
    if (!endpoints.ok()) return endpoints.status();
    return WriteSlices(key, DecideMirror(service, *endpoints));
  }

  // Makes the Service's slices those that are wanted. Slices that another manager has written are not touched.
  Status WriteSlices(const Key& key, std::vector<types::EndpointSlice> wanted) {
    std::map<std::string, types::EndpointSlice> standing;
    for (const ObjectPtr& object : slices_.ByIndex(kByService, key.ToString())) {
      if (object->meta().deleting) continue;
      if (auto slice = types::FromObject<types::EndpointSlice>(*object); slice.ok()) {
        standing.emplace(object->name(), std::move(*slice));
      }
    }
    ReuseSlices(standing, wanted);
    // New ones first: an endpoint that moves between slices stands in two for a moment rather than in none.
    for (const types::EndpointSlice& slice : wanted) {
      if (standing.contains(slice.metadata.name)) continue;
      const Status created = client_.Create(kEndpointSlices, key.ns, types::ToJson(slice)).status();
      // Not in the cache yet: its event brings the key back.
      if (created.IsAlreadyExists()) return Status::Conflict("the cache does not show " + slice.metadata.name);
      CROFT_RETURN_IF_ERROR(created);
    }
    for (types::EndpointSlice& slice : wanted) {
      const auto found = standing.find(slice.metadata.name);
      if (found == standing.end()) continue;
      if (!SameSlice(found->second, slice)) {
        slice.metadata.resource_version = found->second.metadata.resource_version;
        CROFT_RETURN_IF_ERROR(client_.Update(kEndpointSlices, slice.metadata.key(), types::ToJson(slice)).status());
      }
      standing.erase(found);
    }
    for (const auto& [name, slice] : standing) {
      client::DeleteOptions options;
      options.uid = slice.metadata.uid;
      const Status deleted = client_.Delete(kEndpointSlices, slice.metadata.key(), options);
      if (!deleted.ok() && !deleted.IsNotFound()) return deleted;
    }
    return Status::Ok();
  }

  Status WriteEndpoints(types::Endpoints wanted) {
    const ObjectPtr object = endpoints_.Get(wanted.metadata.key());
    if (object == nullptr) {
      const Status created = client_.Create(kEndpoints, wanted.metadata.ns, types::ToJson(wanted)).status();
      return created.IsAlreadyExists() ? Status::Conflict("the cache does not show the Endpoints yet") : created;
    }
    const auto standing = types::FromObject<types::Endpoints>(*object);
    if (standing.ok() && SameEndpoints(*standing, wanted)) return Status::Ok();
    wanted.metadata.resource_version = std::to_string(object->meta().revision);
    return client_.Update(kEndpoints, wanted.metadata.key(), types::ToJson(wanted)).status();
  }

  client::Client& client_;
  const std::shared_ptr<Selectors> selectors_;
  client::Informer& services_;
  client::Informer& pods_;
  client::Informer& endpoints_;
  client::Informer& slices_;
};

// The Service that a slice of ours belongs to.
std::vector<Key> ServiceOf(const Object& slice) {
  const std::string* service = FindLabel(slice.meta().labels, kServiceName);
  const std::string* manager = FindLabel(slice.meta().labels, kManagedBy);
  if (service == nullptr || manager == nullptr) return {};
  if (*manager != kSliceController && *manager != kMirrorController) return {};
  return {{slice.ns(), *service}};
}

}  // namespace

void AddEndpointsController(runtime::Manager& manager, int workers) {
  auto selectors = std::make_shared<Selectors>();
  manager.informers().For(kEndpointSlices).AddIndex(kByService, [](const Object& slice) {
    std::vector<std::string> values;
    for (const Key& key : ServiceOf(slice)) values.push_back(key.ToString());
    return values;
  });
  runtime::Controller& controller =
      manager.Add("endpoints", std::make_unique<EndpointsReconciler>(manager, selectors), workers);
  manager.Watch(controller, kServices, [selectors](const ObjectPtr& old, const ObjectPtr& now) {
    selectors->Note(old, now);
    return runtime::ToSelf()(old, now);
  });
  // Old and new labels: a pod that leaves a Service concerns it as well.
  manager.Watch(controller, kPods, [selectors](const ObjectPtr& old, const ObjectPtr& now) {
    std::vector<Key> keys;
    if (old != nullptr) keys = selectors->Find(*old);
    if (now != nullptr && (old == nullptr || old->meta().labels != now->meta().labels)) {
      for (Key& key : selectors->Find(*now)) keys.push_back(std::move(key));
    }
    return keys;
  });
  manager.Watch(controller, kEndpoints, runtime::ToSelf());
  manager.Watch(controller, kEndpointSlices,
                [](const ObjectPtr& old, const ObjectPtr& now) { return ServiceOf(now != nullptr ? *now : *old); });
}

}  // namespace croft::workloads
