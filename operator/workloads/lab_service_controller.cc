#include "operator/workloads/lab_service_controller.h"

#include <map>
#include <mutex>
#include <set>

#include "api/types/resources.h"
#include "operator/runtime/events.h"
#include "operator/runtime/write.h"
#include "operator/workloads/lab_service_plan.h"
#include "operator/workloads/ownership.h"

namespace croft::workloads {
namespace {

using resources::kDeployments;
using resources::kLabServices;
using resources::kPods;
using runtime::Outcome;

const GroupVersionResource* const kParts[] = {&resources::kDeployments, &resources::kServices,
                                              &resources::kLabIngresses, &resources::kLabCertificates};

class LabServiceReconciler final : public runtime::Reconciler {
 public:
  explicit LabServiceReconciler(runtime::Manager& manager)
      : context_(manager.context()),
        services_(manager.informers().For(kLabServices)),
        pods_(manager.informers().For(kPods)),
        events_(context_, "lab-service-controller") {
    for (const GroupVersionResource* part : kParts) parts_[*part] = &manager.informers().For(*part);
  }

  Outcome Reconcile(const Key& key) override {
    const ObjectPtr object = services_.Get(key);
    if (object == nullptr || object->meta().deleting) return Outcome::Done();
    const auto service = types::FromObject<types::lab::Service>(*object);
    if (!service.ok()) return Outcome::Terminal(service.status());
    const JsonDocument json = object->ToJson();
    const LabServicePlan plan = DecideLabService(json);

    LabServiceSight sight;
    Status failed;
    for (const LabPart& part : plan.parts) {
      failed = Apply(*object, part, &sight.blocked);
      if (!failed.ok()) break;
    }
    Look(*object, &sight);
    types::lab::Service after = *service;
    after.status = DecideLabStatus(*service, plan, sight, context_.clock.Now());
    const Status written = runtime::WriteStatus(context_.client, kLabServices, *service, after);
    if (written.ok()) Tell(*object, service->status, after.status);
    if (!failed.ok()) return Outcome::Retry(failed);
    return written.ok() || written.IsNotFound() ? Outcome::Done() : Outcome::Retry(written);
  }

 private:
  Status Apply(const Object& service, const LabPart& part, std::vector<std::string>* blocked) {
    const Key key = service.key();
    const ObjectPtr standing = parts_.at(part.gvr)->Get(key);
    const OwnerReference* owner = standing != nullptr ? ControllerOf(standing->meta()) : nullptr;
    const bool mine = owner != nullptr && owner->uid == service.meta().uid;
    if (part.json.empty()) {
      if (!mine || standing->meta().deleting) return Status::Ok();
      client::DeleteOptions options;
      options.uid = standing->meta().uid;
      const Status deleted = context_.client.Delete(part.gvr, key, options);
      return deleted.IsNotFound() ? Status::Ok() : deleted;
    }
    const auto wanted = ParseJson(part.json);
    if (!wanted.ok()) return wanted.status();
    if (standing == nullptr) {
      const auto created = context_.client.Create(part.gvr, key.ns, *wanted);
      if (created.ok()) return Remember(**created), Status::Ok();
      if (!created.status().IsAlreadyExists()) return created.status().Annotate(part.kind + " " + key.ToString());
      return Status::Conflict("the cache does not show " + part.kind + " " + key.ToString() + " yet");
    }
    if (!mine) {
      blocked->push_back(part.kind + " " + key.ToString() +
                         " exists and does not belong to this Service; delete or rename one of them");
      return Status::Ok();
    }
    const JsonDocument actual = standing->ToJson();
    if (!Changed(*standing) && Covers(actual, *wanted)) return Status::Ok();
    const auto updated = context_.client.Update(part.gvr, key, Compose(actual, *wanted));
    if (!updated.ok()) return updated.status().Annotate(part.kind + " " + key.ToString());
    Remember(**updated);
    return Status::Ok();
  }

  // Whether someone else has changed the spec since it was written here: also in places that are not declared, where
  // Covers sees nothing. Nothing is known of what was written before a restart.
  bool Changed(const Object& standing) {
    std::lock_guard lock(mutex_);
    const auto [it, added] = written_.try_emplace(standing.meta().uid, standing.meta().generation);
    return !added && standing.meta().generation > it->second;
  }

  void Remember(const Object& written) {
    std::lock_guard lock(mutex_);
    written_[written.meta().uid] = written.meta().generation;
    if (written_.size() > kRemembered) written_.clear();
  }

  void Look(const Object& service, LabServiceSight* sight) {
    const ObjectPtr object = parts_.at(kDeployments)->Get(service.key());
    const OwnerReference* owner = object != nullptr ? ControllerOf(object->meta()) : nullptr;
    if (owner == nullptr || owner->uid != service.meta().uid) return;
    if (auto deployment = types::FromObject<types::Deployment>(*object); deployment.ok()) {
      sight->deployment = std::move(*deployment);
    }
    std::set<std::string> nodes;
    for (const ObjectPtr& candidate : pods_.List(service.ns())) {
      const std::string* label = FindLabel(candidate->meta().labels, kLabService);
      if (label == nullptr || *label != service.name()) continue;
      const auto pod = types::FromObject<types::Pod>(*candidate);
      if (pod.ok() && types::IsReady(*pod) && !pod->metadata.deleting()) nodes.insert(pod->spec.node_name);
    }
    sight->nodes = static_cast<int>(nodes.size());
  }

  // What a person should know, once for each time it becomes so.
  void Tell(const Object& service, const types::lab::ServiceStatus& before, const types::lab::ServiceStatus& after) {
    const auto about = runtime::ReferenceTo(service);
    const auto is_new = [&](const types::Condition& condition) {
      const types::Condition* old = types::FindCondition(before.conditions, condition.type);
      return old == nullptr || old->reason != condition.reason || old->message != condition.message;
    };
    for (const types::Condition& condition : after.conditions) {
      if (!is_new(condition)) continue;
      const bool hindered =
          condition.type == "Ready" &&
          (condition.reason == "NotSupported" || condition.reason == "Invalid" || condition.reason == "NameTaken");
      if (hindered) events_.Warning(about, condition.reason, condition.message);
      if (condition.type == "Unsupported") events_.Warning(about, "Unsupported", condition.message);
    }
  }

  static constexpr size_t kRemembered = 10'000;

  runtime::Context& context_;
  client::Informer& services_;
  client::Informer& pods_;
  std::map<GroupVersionResource, client::Informer*> parts_;  // constant after construction
  runtime::EventRecorder events_;
  std::mutex mutex_;
  std::map<std::string, int64_t> written_;  // by uid: the generation written last; guarded by mutex_
};

}  // namespace

void AddLabServiceController(runtime::Manager& manager, int workers) {
  runtime::Controller& controller =
      manager.Add("lab-service", std::make_unique<LabServiceReconciler>(manager), workers);
  manager.Watch(controller, kLabServices, runtime::ToSelf());
  // By name, not by owner: an object that stands in the way concerns the Service too, above all when it goes.
  client::Informer& services = manager.informers().For(kLabServices);
  for (const GroupVersionResource* part : kParts) {
    manager.Watch(controller, *part, [&services](const ObjectPtr& old, const ObjectPtr& now) {
      const Key key = (now != nullptr ? now : old)->key();
      return services.Get(key) != nullptr ? std::vector{key} : std::vector<Key>();
    });
  }
}

}  // namespace croft::workloads
