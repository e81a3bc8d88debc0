#include "operator/workloads/replica_set_controller.h"

#include <set>

#include "api/types/apps.h"
#include "api/types/resources.h"
#include "operator/runtime/events.h"
#include "operator/runtime/write.h"
#include "operator/workloads/expectations.h"
#include "operator/workloads/ownership.h"
#include "operator/workloads/replica_set_plan.h"

namespace croft::workloads {
namespace {

using resources::kPods;
using resources::kReplicaSets;
using runtime::Outcome;

class ReplicaSetReconciler final : public runtime::Reconciler {
 public:
  ReplicaSetReconciler(runtime::Manager& manager, std::shared_ptr<Expectations> expectations)
      : context_(manager.context()),
        sets_(manager.informers().For(kReplicaSets)),
        pods_(manager.informers().For(kPods)),
        expectations_(std::move(expectations)),
        events_(context_, "replicaset-controller") {}

  Outcome Reconcile(const Key& key) override {
    const ObjectPtr object = sets_.Get(key);
    if (object == nullptr) return Outcome::Done();
    const auto set = types::FromObject<types::ReplicaSet>(*object);
    if (!set.ok()) return Outcome::Terminal(set.status());
    std::set<std::string> going = expectations_->Going(set->metadata.uid);
    auto pods = Gather(*set);
    if (!pods.ok()) return Outcome::Retry(pods.status());

    const auto outstanding = expectations_->Outstanding(set->metadata.uid);
    Status failed;
    std::optional<types::Condition> failure;
    if (!outstanding && !set->metadata.deleting()) {
      failed = Act(*set, DecideReplicas(set->spec.replicas.value_or(1), *pods), &failure, &going);
    }
    // Whoever reads the status may end other pods on the strength of these.
    for (ReplicaPod& pod : *pods) pod.active = pod.active && !going.contains(pod.uid);

    const WallTime now = context_.clock.Now();
    const ReplicaStatusPlan plan = DecideStatus(*set, *pods, failure, now);
    types::ReplicaSet after = *set;
    after.status = plan.status;
    const Status written = runtime::WriteStatus(context_.client, kReplicaSets, *set, after);
    if (!failed.ok()) return Outcome::Retry(failed);
    if (!written.ok() && !written.IsNotFound()) return Outcome::Retry(written);
    if (outstanding) return Outcome::After(*outstanding);
    return plan.recheck ? Outcome::After(*plan.recheck) : Outcome::Done();
  }

 private:
  Result<std::vector<ReplicaPod>> Gather(const types::ReplicaSet& set) {
    const auto json = ParseJson(set.spec.selector.bytes);
    if (!json.ok()) return json.status().Annotate("spec.selector");
    auto selector = LabelSelector::FromJson(*json);
    if (!selector.ok()) return selector.status().Annotate("spec.selector");
    // An empty selector would adopt the whole namespace; the server refuses it, and so does this.
    if (selector->empty()) return Status::Invalid("spec.selector: Required value");
    const auto mine =
        ClaimObjects(context_.client, pods_,
                     {kReplicaSets, set.metadata.key(), types::ControllerOf({"apps/v1", "ReplicaSet"}, set.metadata),
                      set.metadata.deleting(), std::move(*selector)});
    if (!mine.ok()) return mine.status();
    std::vector<ReplicaPod> pods;
    for (const ObjectPtr& object : *mine) {
      const auto pod = types::FromObject<types::Pod>(*object);
      if (pod.ok()) pods.push_back(ViewPod(*pod));
    }
    return pods;
  }

  // Stops at the first failure: what refused one pod (a quota, a bad template) would refuse the others as well. The
  // pods that were told to end are added to `going`.
  Status Act(const types::ReplicaSet& set, const ReplicaPlan& plan, std::optional<types::Condition>* failure,
             std::set<std::string>* going) {
    const auto about = runtime::ReferenceTo({"apps/v1", "ReplicaSet"}, set.metadata);
    const auto failed = [&](const char* reason, const std::string& what, const Status& why) {
      const std::string message = what + why.message();
      failure->emplace();
      (*failure)->reason = reason;
      (*failure)->message = message;
      if (!why.IsConflict()) events_.Warning(about, reason, message);
      return why;
    };
    for (int i = 0; i < plan.create; ++i) {
      const auto created = context_.client.Create(kPods, set.metadata.ns, NewPod(set));
      if (!created.ok()) return failed("FailedCreate", "Error creating: ", created.status());
      const Meta& meta = (*created)->meta();
      expectations_->ExpectCreated(set.metadata.uid, meta.uid);
      const ObjectPtr cached = pods_.Get(meta.key());
      if (cached != nullptr && cached->meta().uid == meta.uid) expectations_->Observed(meta.uid, true, false);
      events_.Normal(about, "SuccessfulCreate", "Created pod: " + meta.name);
    }
    for (const ReplicaPod& pod : plan.remove) {
      if (!pod.ready) CROFT_RETURN_IF_ERROR(CheckUnready({set.metadata.ns, pod.name}));
    }
    for (const ReplicaPod& pod : plan.remove) {
      expectations_->ExpectDeleted(set.metadata.uid, pod.uid);
      client::DeleteOptions options;
      options.uid = pod.uid;
      const Status deleted = context_.client.Delete(kPods, {set.metadata.ns, pod.name}, options);
      if (deleted.IsNotFound()) expectations_->Observed(pod.uid, false, true);
      if (!deleted.ok() && !deleted.IsNotFound()) {
        expectations_->Observed(pod.uid, false, true);
        return failed("FailedDelete", "Error deleting: ", deleted);
      }
      going->insert(pod.uid);
      events_.Normal(about, "SuccessfulDelete", "Deleted pod: " + pod.name);
    }
    return Status::Ok();
  }

  // Which pods go was decided by what is cached, the unready ones first. One that has become ready since may be the
  // last that is.
  Status CheckUnready(const Key& key) const {
    const Result<ObjectPtr> stored = context_.client.Get(kPods, key);
    if (!stored.ok()) return Status::Ok();  // its deletion will say why
    const auto pod = types::FromObject<types::Pod>(**stored);
    if (!pod.ok() || !types::IsReady(*pod)) return Status::Ok();
    return Status::Conflict("pod " + key.name + " has become ready since it was chosen to go");
  }

  runtime::Context& context_;
  client::Informer& sets_;
  client::Informer& pods_;
  const std::shared_ptr<Expectations> expectations_;
  runtime::EventRecorder events_;
};

// The ReplicaSets of its namespace that select an orphan.
std::vector<Key> Adopters(const client::Informer& sets, const Object& orphan) {
  std::vector<Key> keys;
  for (const ObjectPtr& set : sets.List(orphan.ns())) {
    const JsonDocument json = set->ToJson();
    const Json* selector = Find(json, {"spec", "selector"});
    if (selector == nullptr) continue;
    const auto parsed = LabelSelector::FromJson(*selector);
    if (parsed.ok() && !parsed->empty() && parsed->Matches(orphan.meta().labels)) keys.push_back(set->key());
  }
  return keys;
}

}  // namespace

void AddReplicaSetController(runtime::Manager& manager, int workers) {
  auto expectations = std::make_shared<Expectations>(manager.context().clock);
  client::Informer& sets = manager.informers().For(kReplicaSets);
  client::Informer& pods = manager.informers().For(kPods);
  AddControllerIndex(pods);
  runtime::Controller& controller =
      manager.Add("replicaset", std::make_unique<ReplicaSetReconciler>(manager, expectations), workers);

  manager.Watch(controller, sets, [expectations](const ObjectPtr& old, const ObjectPtr& now) {
    if (now == nullptr) expectations->Forget(old->meta().uid);
    return runtime::ToSelf()(old, now);
  });
  manager.Watch(controller, pods,
                [expectations, &sets, to_owner = runtime::ToOwner("ReplicaSet", "apps")](const ObjectPtr& old,
                                                                                         const ObjectPtr& now) {
                  const Meta& meta = (now != nullptr ? now : old)->meta();
                  expectations->Observed(meta.uid, now != nullptr, now == nullptr || meta.deleting);
                  std::vector<Key> keys = to_owner(old, now);
                  if (now != nullptr && ControllerOf(meta) == nullptr) {
                    for (Key& key : Adopters(sets, *now)) keys.push_back(std::move(key));
                  }
                  return keys;
                });
}

}  // namespace croft::workloads
