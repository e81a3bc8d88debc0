#include "operator/workloads/deployment_plan.h"

#include <algorithm>

#include "operator/workloads/deployment_status.h"
#include "operator/workloads/rollout.h"

namespace croft::workloads {
namespace {

int32_t Asked(const types::ReplicaSet& set) {
  return set.spec.replicas.value_or(1);
}

// The sets of a Deployment while a step is worked out: every change is made here, and becomes the plan at the end.
class Rollout {
 public:
  explicit Rollout(const DeploymentWorld& world)
      : world_(world),
        deployment_(world.deployment),
        wanted_(world.deployment.spec.replicas.value_or(1)),
        limits_(ResolveLimits(world.deployment.spec)),
        sets_(world.sets) {
    std::sort(sets_.begin(), sets_.end(), [](const types::ReplicaSet& a, const types::ReplicaSet& b) {
      return std::tie(a.metadata.creation_timestamp, a.metadata.name) <
             std::tie(b.metadata.creation_timestamp, b.metadata.name);
    });
    for (size_t i = 0; i < sets_.size() && !fresh_; ++i) {
      if (SameTemplate(sets_[i].spec.pod_template, deployment_.spec.pod_template)) fresh_ = i;
    }
    before_ = sets_;
  }

  DeploymentPlan Decide() {
    if (deployment_.metadata.deleting()) return Finish(/*rolling=*/false);
    NotePause();
    if (deployment_.spec.paused || IsScaling()) {
      SyncFresh();
      Scale();
      if (deployment_.spec.paused) CleanUp();
      return Finish(false);
    }
    return deployment_.spec.strategy.type == "Recreate" ? Recreate() : Roll();
  }

 private:
  // Rolling update: 1. the new set exists and is as large as the limits let it be; 2. if nothing was to do there, old
  // sets give up what they can; 3. when all is new, old versions are forgotten. In that order, so that surge is used
  // before availability is spent.
  DeploymentPlan Roll() {
    SyncFresh();
    if (!fresh_) {
      CreateFresh();
      return Finish(true);
    }
    if (!GrowFresh() && !ShrinkOld() && IsComplete(deployment_, Count())) CleanUp();
    return Finish(true);
  }

  DeploymentPlan Recreate() {
    SyncFresh();
    bool old_left = false;
    for (size_t i = 0; i < sets_.size(); ++i) {
      if (i == fresh_) continue;
      old_left = old_left || Asked(sets_[i]) > 0;
      Resize(i, 0);
      const auto running = world_.running.find(sets_[i].metadata.uid);
      old_left = old_left || (running != world_.running.end() && running->second > 0);
    }
    // Not before the last old pod has really ended: two versions at once is what Recreate is there to prevent.
    if (old_left) return Finish(true);
    if (!fresh_) {
      CreateFresh();
      return Finish(true);
    }
    if (Asked(sets_[*fresh_]) != wanted_) {
      Resize(*fresh_, wanted_);
    } else if (IsComplete(deployment_, Count())) {
      CleanUp();
    }
    return Finish(true);
  }

  void Resize(size_t i, int32_t replicas) {
    types::ReplicaSet& set = sets_[i];
    if (Asked(set) == 0 && replicas == 0) return;
    set.spec.replicas = replicas;
    set.metadata.annotations[kDesiredReplicas] = std::to_string(wanted_);
    set.metadata.annotations[kMaxReplicas] = std::to_string(wanted_ + limits_.surge);
  }

  int32_t Total() const {
    int32_t total = 0;
    for (const types::ReplicaSet& set : sets_) total += Asked(set);
    return total;
  }

  int32_t Available() const {
    int32_t available = 0;
    for (const types::ReplicaSet& set : sets_) available += set.status.available_replicas;
    return available;
  }

  // What the pods that exist, or may exist in a moment, leave free. Kubernetes counts what the sets ask for only, and
  // so has more pods than it allows as long as an old set has not ended those that it was told to.
  int32_t Room() const {
    int32_t used = 0;
    for (const types::ReplicaSet& set : sets_) {
      if (set.status.observed_generation < set.metadata.generation && set.metadata.generation > 0) return 0;
      used += std::max(Asked(set), set.status.replicas.value_or(0));
    }
    return wanted_ + limits_.surge - used;
  }

  int32_t FreshSize(int32_t present) const {
    if (deployment_.spec.strategy.type == "Recreate") return wanted_;
    const int32_t room = Room();
    return room <= 0 ? present : present + std::min(room, wanted_ - present);
  }

  int64_t NewestOldRevision() const {
    int64_t newest = 0;
    for (size_t i = 0; i < sets_.size(); ++i) {
      if (i != fresh_) newest = std::max(newest, NumberIn(sets_[i].metadata.annotations, kRevision));
    }
    return newest;
  }

  // An old template that is wanted again (kubectl rollout undo) finds its old set, which becomes the newest revision.
  void SyncFresh() {
    if (!fresh_) return;
    types::ReplicaSet& fresh = sets_[*fresh_];
    SyncAnnotations(deployment_.metadata.annotations, NewestOldRevision() + 1, &fresh.metadata.annotations);
    fresh.spec.min_ready_seconds = deployment_.spec.min_ready_seconds;
    if (!deployment_.spec.paused && types::FindCondition(deployment_.status.conditions, "Progressing") == nullptr) {
      Progressing("True", "FoundNewReplicaSet", "Found new replica set \"" + fresh.metadata.name + "\"");
    }
  }

  void CreateFresh() {
    const std::string hash =
        TemplateHash(deployment_.spec.pod_template, deployment_.status.collision_count.value_or(0));
    types::ReplicaSet set;
    set.metadata.name = deployment_.metadata.name + "-" + hash;
    set.metadata.ns = deployment_.metadata.ns;
    set.metadata.owner_references = {types::ControllerOf({"apps/v1", "Deployment"}, deployment_.metadata)};
    set.spec.min_ready_seconds = deployment_.spec.min_ready_seconds;
    set.spec.selector = WithHashSelector(deployment_.spec.selector, hash);
    set.spec.pod_template = WithHashLabel(deployment_.spec.pod_template, hash);
    if (const auto json = ParseJson(set.spec.pod_template.bytes); json.ok()) {
      if (const auto parsed = types::FromJson<types::PodTemplateSpec>(*json); parsed.ok()) {
        set.metadata.labels = parsed->metadata.labels;
      }
    }
    set.spec.replicas = FreshSize(0);
    SyncAnnotations(deployment_.metadata.annotations, NewestOldRevision() + 1, &set.metadata.annotations);
    set.metadata.annotations[kDesiredReplicas] = std::to_string(wanted_);
    set.metadata.annotations[kMaxReplicas] = std::to_string(wanted_ + limits_.surge);
    Progressing("True", "NewReplicaSetCreated", "Created new replica set \"" + set.metadata.name + "\"");
    plan_.create = std::move(set);
  }

  bool GrowFresh() {
    const int32_t present = Asked(sets_[*fresh_]);
    if (present == wanted_) return false;
    const int32_t size = present > wanted_ ? wanted_ : FreshSize(present);
    if (size == present) return false;
    Resize(*fresh_, size);
    return true;
  }

  // First what does not serve anyway, then as much as availability allows. The room is counted from what the sets ask
  // for, not from what is ready: their status may be behind a scale-down that was already ordered.
  bool ShrinkOld() {
    const types::ReplicaSet& fresh = sets_[*fresh_];
    // What was an old set a moment ago (kubectl rollout undo) may still tell of pods that it was told to end.
    if (fresh.status.observed_generation < fresh.metadata.generation) return false;
    const int32_t minimum = wanted_ - limits_.unavailable;
    const int32_t unavailable_new = Asked(fresh) - fresh.status.available_replicas;
    int32_t room = Total() - minimum - unavailable_new;
    bool shrunk = false;
    for (size_t i = 0; i < sets_.size(); ++i) {
      if (i == fresh_ || room <= 0) continue;
      const int32_t count = std::min(room, Asked(sets_[i]) - sets_[i].status.available_replicas);
      if (count <= 0) continue;
      Resize(i, Asked(sets_[i]) - count);
      room -= count;
      shrunk = true;
    }
    int32_t spare = std::min(room, Available() - minimum);
    for (size_t i = 0; i < sets_.size(); ++i) {
      if (i == fresh_ || spare <= 0 || Asked(sets_[i]) == 0) continue;
      const int32_t count = std::min(spare, Asked(sets_[i]));
      Resize(i, Asked(sets_[i]) - count);
      spare -= count;
      shrunk = true;
    }
    return shrunk;
  }

  bool IsScaling() const {
    return std::any_of(sets_.begin(), sets_.end(), [&](const types::ReplicaSet& set) {
      return Asked(set) > 0 && NumberIn(set.metadata.annotations, kDesiredReplicas, wanted_) != wanted_;
    });
  }

  std::vector<size_t> Active() const {
    std::vector<size_t> active;
    for (size_t i = 0; i < sets_.size(); ++i) {
      if (Asked(sets_[i]) > 0) active.push_back(i);
    }
    return active;
  }

  void Scale() {
    std::vector<size_t> active = Active();
    if (active.size() <= 1) {
      // The only one, else the present one, else the latest.
      if (sets_.empty()) return;
      Resize(!active.empty() ? active[0] : fresh_.value_or(sets_.size() - 1), wanted_);
      return;
    }
    if (fresh_ && Asked(sets_[*fresh_]) == wanted_ && sets_[*fresh_].status.available_replicas == wanted_) {
      for (const size_t i : active) Resize(i, i == fresh_ ? wanted_ : 0);
      return;
    }
    if (deployment_.spec.strategy.type == "Recreate") {
      // Too many versions for Recreate already: only noted as seen, the next step ends the old ones.
      for (const size_t i : active) Resize(i, Asked(sets_[i]));
      return;
    }
    ScaleInProportion(std::move(active));
  }

  // Shares what is to add or remove among the sets of a rollout under way by their sizes, the largest first; what
  // rounding leaves over goes to the largest.
  void ScaleInProportion(std::vector<size_t> active) {
    const int32_t allowed = wanted_ > 0 ? wanted_ + limits_.surge : 0;
    const int32_t to_add = allowed - Total();
    std::stable_sort(active.begin(), active.end(), [&](size_t a, size_t b) {
      if (Asked(sets_[a]) != Asked(sets_[b])) return Asked(sets_[a]) > Asked(sets_[b]);
      return to_add > 0 ? a > b : a < b;  // newer ones grow first, older ones shrink first
    });
    std::vector<int32_t> sizes;
    int32_t added = 0;
    for (const size_t i : active) {
      const int64_t annotated = NumberIn(sets_[i].metadata.annotations, kMaxReplicas, deployment_.status.replicas);
      const int32_t share =
          Proportion(Asked(sets_[i]), static_cast<int32_t>(annotated), wanted_, limits_.surge, to_add, added);
      sizes.push_back(Asked(sets_[i]) + share);
      added += share;
    }
    sizes[0] = std::max(0, sizes[0] + to_add - added);
    for (size_t n = 0; n < active.size(); ++n) Resize(active[n], sizes[n]);
  }

  void CleanUp() {
    const auto limit = deployment_.spec.revision_history_limit;
    if (!limit || *limit == INT32_MAX) return;
    std::vector<size_t> old;
    for (size_t i = 0; i < sets_.size(); ++i) {
      if (i != fresh_ && !sets_[i].metadata.deleting()) old.push_back(i);
    }
    const int surplus = static_cast<int>(old.size()) - *limit;
    if (surplus <= 0) return;
    std::stable_sort(old.begin(), old.end(), [&](size_t a, size_t b) {
      return NumberIn(sets_[a].metadata.annotations, kRevision) < NumberIn(sets_[b].metadata.annotations, kRevision);
    });
    for (int n = 0; n < surplus; ++n) {
      const types::ReplicaSet& set = sets_[old[static_cast<size_t>(n)]];
      if (Asked(set) != 0 || set.status.replicas.value_or(0) != 0) continue;
      if (set.status.observed_generation < set.metadata.generation) continue;
      plan_.remove.push_back(set);
    }
  }

  void NotePause() {
    if (!deployment_.spec.progress_deadline_seconds) return;
    const types::Condition* current = types::FindCondition(deployment_.status.conditions, "Progressing");
    const bool noted = current != nullptr && current->reason == "DeploymentPaused";
    if (current != nullptr && current->reason == "ProgressDeadlineExceeded") return;
    if (deployment_.spec.paused && !noted) Progressing("Unknown", "DeploymentPaused", "Deployment is paused");
    if (!deployment_.spec.paused && noted) Progressing("Unknown", "DeploymentResumed", "Deployment is resumed");
  }

  // Into the Deployment at hand, so that the judgement of progress starts from it.
  void Progressing(const char* value, const char* reason, const std::string& message) {
    SetDeploymentCondition(&deployment_.status, "Progressing", value, reason, message, world_.now);
  }

  const types::ReplicaSet* Fresh() const { return fresh_ ? &sets_[*fresh_] : nullptr; }
  types::DeploymentStatus Count() const { return CountReplicas(deployment_, sets_, Fresh(), world_.now); }

  DeploymentPlan Finish(bool rolling) {
    plan_.status = Count();
    if (rolling) plan_.recheck = JudgeProgress(deployment_, sets_, Fresh(), world_.now, &plan_.status);
    for (size_t i = 0; i < sets_.size(); ++i) {
      const types::ReplicaSet& before = before_[i];
      const types::ReplicaSet& after = sets_[i];
      if (Asked(before) != Asked(after) || before.spec.min_ready_seconds != after.spec.min_ready_seconds ||
          before.metadata.annotations != after.metadata.annotations) {
        plan_.changes.push_back({before, after});
      }
    }
    const types::ReplicaSet* fresh = plan_.create ? &*plan_.create : Fresh();
    if (fresh != nullptr && !deployment_.metadata.deleting()) {
      const auto has = deployment_.metadata.annotations.find(kRevision);
      const auto wants = fresh->metadata.annotations.find(kRevision);
      if (wants != fresh->metadata.annotations.end() &&
          (has == deployment_.metadata.annotations.end() || has->second != wants->second)) {
        plan_.revision = wants->second;
      }
    }
    return std::move(plan_);
  }

  const DeploymentWorld& world_;
  types::Deployment deployment_;
  const int32_t wanted_;
  const Limits limits_;
  std::vector<types::ReplicaSet> sets_;    // oldest first
  std::vector<types::ReplicaSet> before_;  // as sets_ was
  std::optional<size_t> fresh_;            // the oldest set with the present template
  DeploymentPlan plan_;
};

}  // namespace

DeploymentPlan DecideDeployment(const DeploymentWorld& world) {
  return Rollout(world).Decide();
}

}  // namespace croft::workloads
