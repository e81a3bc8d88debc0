#include "operator/workloads/deployment_controller.h"

#include "api/types/resources.h"
#include "operator/runtime/events.h"
#include "operator/runtime/write.h"
#include "operator/workloads/deployment_plan.h"
#include "operator/workloads/ownership.h"
#include "operator/workloads/rollout.h"

namespace croft::workloads {
namespace {

using resources::kDeployments;
using resources::kPods;
using resources::kReplicaSets;
using runtime::Outcome;

const types::TypeMeta kType{"apps/v1", "Deployment"};

class DeploymentReconciler final : public runtime::Reconciler {
 public:
  explicit DeploymentReconciler(runtime::Manager& manager)
      : context_(manager.context()),
        deployments_(manager.informers().For(kDeployments)),
        sets_(manager.informers().For(kReplicaSets)),
        pods_(manager.informers().For(kPods)),
        events_(context_, "deployment-controller") {}

  Outcome Reconcile(const Key& key) override {
    const ObjectPtr object = deployments_.Get(key);
    if (object == nullptr) return Outcome::Done();
    const auto deployment = types::FromObject<types::Deployment>(*object);
    if (!deployment.ok()) return Outcome::Terminal(deployment.status());
    const auto world = Gather(*deployment);
    if (!world.ok()) return Outcome::Retry(world.status());
    DeploymentPlan plan = DecideDeployment(*world);
    return Act(*deployment, plan);
  }

 private:
  Result<DeploymentWorld> Gather(const types::Deployment& deployment) {
    const auto json = ParseJson(deployment.spec.selector.bytes);
    if (!json.ok()) return json.status().Annotate("spec.selector");
    auto selector = LabelSelector::FromJson(*json);
    if (!selector.ok()) return selector.status().Annotate("spec.selector");
    if (selector->empty()) return Status::Invalid("spec.selector: Required value");
    const auto mine =
        ClaimObjects(context_.client, sets_,
                     {kDeployments, deployment.metadata.key(), types::ControllerOf(kType, deployment.metadata),
                      deployment.metadata.deleting(), std::move(*selector)});
    if (!mine.ok()) return mine.status();
    DeploymentWorld world;
    world.deployment = deployment;
    world.now = context_.clock.Now();
    for (const ObjectPtr& object : *mine) {
      auto set = types::FromObject<types::ReplicaSet>(*object);
      if (!set.ok()) continue;
      if (deployment.spec.strategy.type == "Recreate") {
        for (const ObjectPtr& pod : ControlledBy(pods_, set->metadata.uid)) {
          const JsonDocument body = pod->ToJson();
          const std::string_view phase = FindString(body, {"status", "phase"});
          world.running[set->metadata.uid] += phase != "Succeeded" && phase != "Failed";
        }
      }
      world.sets.push_back(std::move(*set));
    }
    return world;
  }

  // 1. ReplicaSets, since all else tells about them; 2. the revision, so that a rollout is never seen without its
  // number; 3. the status. Each is repeated unharmed when a later one fails.
  Outcome Act(types::Deployment deployment, DeploymentPlan& plan) {
    Status failed = ActOnSets(deployment, plan);
    if (failed.ok() && !plan.revision.empty()) failed = WriteRevision(&deployment, plan.revision);
    types::Deployment after = deployment;
    after.status = plan.status;
    const Status written = runtime::WriteStatus(context_.client, kDeployments, deployment, after);
    if (!failed.ok()) return Outcome::Retry(failed);
    if (!written.ok() && !written.IsNotFound()) return Outcome::Retry(written);
    return plan.recheck ? Outcome::After(*plan.recheck) : Outcome::Done();
  }

  Status ActOnSets(const types::Deployment& deployment, DeploymentPlan& plan) {
    if (plan.create) CROFT_RETURN_IF_ERROR(Create(deployment, plan));
    for (const SetChange& change : plan.changes) CROFT_RETURN_IF_ERROR(Change(deployment, change));
    for (const types::ReplicaSet& set : plan.remove) {
      client::DeleteOptions options;
      options.uid = set.metadata.uid;
      const Status deleted = context_.client.Delete(kReplicaSets, set.metadata.key(), options);
      if (!deleted.ok() && !deleted.IsNotFound()) return deleted;
    }
    return Status::Ok();
  }

  Status Create(const types::Deployment& deployment, DeploymentPlan& plan) {
    const types::ReplicaSet& set = *plan.create;
    const auto created = context_.client.Create(kReplicaSets, set.metadata.ns, types::ToJson(set));
    if (created.ok()) {
      const int32_t replicas = set.spec.replicas.value_or(0);
      if (replicas > 0) TellScaled(deployment, set.metadata.name, 0, replicas);
      return Status::Ok();
    }
    if (!created.status().IsAlreadyExists()) {
      SetDeploymentCondition(
          &plan.status, "Progressing", "False", "ReplicaSetCreateError",
          "Failed to create new replica set \"" + set.metadata.name + "\": " + created.status().message(),
          context_.clock.Now());
      return created.status();
    }
    const auto standing = context_.client.Get(kReplicaSets, set.metadata.key());
    if (!standing.ok()) return standing.status();
    const auto other = types::FromObject<types::ReplicaSet>(**standing);
    const OwnerReference* owner = ControllerOf((*standing)->meta());
    if (other.ok() && owner != nullptr && owner->uid == deployment.metadata.uid &&
        SameTemplate(other->spec.pod_template, set.spec.pod_template)) {
      return Status::Conflict("the cache does not show ReplicaSet " + set.metadata.name + " yet");
    }
    // Another's, or another template with the same hash: the next try has another name.
    plan.status.collision_count = plan.status.collision_count.value_or(0) + 1;
    return Status::Conflict("the name " + set.metadata.name + " is taken");
  }

  Status Change(const types::Deployment& deployment, const SetChange& change) {
    JsonDocument patch(rapidjson::kObjectType);
    auto& allocator = patch.GetAllocator();
    Json& metadata = Ensure(patch, "metadata", allocator);
    SetString(metadata, "resourceVersion", change.before.metadata.resource_version, allocator);
    Json& annotations = Ensure(metadata, "annotations", allocator);
    for (const auto& [name, value] : change.after.metadata.annotations) {
      const auto old = change.before.metadata.annotations.find(name);
      if (old == change.before.metadata.annotations.end() || old->second != value) {
        SetString(annotations, name, value, allocator);
      }
    }
    const int32_t from = change.before.spec.replicas.value_or(1);
    const int32_t to = change.after.spec.replicas.value_or(1);
    Json& spec = Ensure(patch, "spec", allocator);
    if (from != to) Set(spec, "replicas", Json(to), allocator);
    if (change.before.spec.min_ready_seconds != change.after.spec.min_ready_seconds) {
      Set(spec, "minReadySeconds", Json(change.after.spec.min_ready_seconds), allocator);
    }
    CROFT_RETURN_IF_ERROR(
        context_.client.Patch(kReplicaSets, change.before.metadata.key(), client::PatchType::kMerge, patch).status());
    if (from != to) TellScaled(deployment, change.before.metadata.name, from, to);
    return Status::Ok();
  }

  Status WriteRevision(types::Deployment* deployment, const std::string& revision) {
    JsonDocument patch(rapidjson::kObjectType);
    auto& allocator = patch.GetAllocator();
    Json& metadata = Ensure(patch, "metadata", allocator);
    SetString(metadata, "resourceVersion", deployment->metadata.resource_version, allocator);
    SetString(Ensure(metadata, "annotations", allocator), kRevision, revision, allocator);
    const auto written =
        context_.client.Patch(kDeployments, deployment->metadata.key(), client::PatchType::kMerge, patch);
    if (!written.ok()) return written.status();
    deployment->metadata.resource_version = std::to_string((*written)->meta().revision);
    return Status::Ok();
  }

  void TellScaled(const types::Deployment& deployment, const std::string& set, int32_t from, int32_t to) {
    events_.Normal(runtime::ReferenceTo(kType, deployment.metadata), "ScalingReplicaSet",
                   std::string("Scaled ") + (from < to ? "up" : "down") + " replica set " + set + " from " +
                       std::to_string(from) + " to " + std::to_string(to));
  }

  runtime::Context& context_;
  client::Informer& deployments_;
  client::Informer& sets_;
  client::Informer& pods_;
  runtime::EventRecorder events_;
};

// Deployments of its namespace that select an orphaned ReplicaSet.
std::vector<Key> Adopters(const client::Informer& deployments, const Object& orphan) {
  std::vector<Key> keys;
  for (const ObjectPtr& deployment : deployments.List(orphan.ns())) {
    const JsonDocument json = deployment->ToJson();
    const Json* selector = Find(json, {"spec", "selector"});
    if (selector == nullptr) continue;
    const auto parsed = LabelSelector::FromJson(*selector);
    if (parsed.ok() && !parsed->empty() && parsed->Matches(orphan.meta().labels)) keys.push_back(deployment->key());
  }
  return keys;
}

}  // namespace

void AddDeploymentController(runtime::Manager& manager, int workers) {
  client::Informer& deployments = manager.informers().For(kDeployments);
  client::Informer& sets = manager.informers().For(kReplicaSets);
  AddControllerIndex(sets);
  AddControllerIndex(manager.informers().For(kPods));
  runtime::Controller& controller = manager.Add("deployment", std::make_unique<DeploymentReconciler>(manager), workers);
  manager.Watch(controller, deployments, runtime::ToSelf());
  const auto to_owner = runtime::ToOwner("Deployment", "apps");
  manager.Watch(controller, sets, [&deployments, to_owner](const ObjectPtr& old, const ObjectPtr& now) {
    std::vector<Key> keys = to_owner(old, now);
    if (now != nullptr && ControllerOf(now->meta()) == nullptr) {
      for (Key& key : Adopters(deployments, *now)) keys.push_back(std::move(key));
    }
    return keys;
  });
  // Recreate waits for the last pod of the old version to end; all else about pods a ReplicaSet's status tells.
  manager.Watch(controller, kPods, [&sets, to_owner](const ObjectPtr& old, const ObjectPtr& now) {
    if (now != nullptr) return std::vector<Key>();
    const OwnerReference* owner = ControllerOf(old->meta());
    if (owner == nullptr || owner->kind != "ReplicaSet") return std::vector<Key>();
    const ObjectPtr set = sets.Get({old->ns(), owner->name});
    return set == nullptr ? std::vector<Key>() : to_owner(nullptr, set);
  });
}

}  // namespace croft::workloads
