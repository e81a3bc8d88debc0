#include "tools/chart/release/readiness.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace croft::chart {
namespace {

using State = Readiness::State;

Readiness Ready() {
  return {};
}

Readiness Waiting(std::string why) {
  return {State::kWaiting, std::move(why)};
}

int64_t NumberAt(const Json& object, std::initializer_list<std::string_view> path, int64_t otherwise = 0) {
  const Json* found = Find(object, path);
  return found != nullptr && found->IsInt64() ? found->GetInt64() : otherwise;
}

// The condition of that type; nullptr when it is not reported.
const Json* ConditionOf(const Json& object, std::string_view type) {
  const Json* conditions = Find(object, {"status", "conditions"});
  if (conditions == nullptr || !conditions->IsArray()) return nullptr;
  for (const Json& condition : conditions->GetArray()) {
    if (FindString(condition, {"type"}) == type) return &condition;
  }
  return nullptr;
}

bool IsTrue(const Json* condition) {
  return condition != nullptr && FindString(*condition, {"status"}) == "True";
}

// "why: message" of a condition, as far as it says.
std::string Words(const Json& condition) {
  const std::string_view reason = FindString(condition, {"reason"}), message = FindString(condition, {"message"});
  std::string text(reason);
  if (!reason.empty() && !message.empty()) text += ": ";
  return text.append(message);
}

std::string Count(int64_t has, int64_t wants, const char* what) {
  return std::to_string(has) + " of " + std::to_string(wants) + " " + what;
}

// Whether the controller has seen the present spec.
std::optional<Readiness> Unseen(const Json& object) {
  if (NumberAt(object, {"status", "observedGeneration"}) >= NumberAt(object, {"metadata", "generation"})) return {};
  return Waiting("its controller has not seen the change yet");
}

// What maxUnavailable and maxSurge are: a number, or a part of `of` in percent.
int64_t Portion(const Json* value, int64_t of, bool round_up, int64_t otherwise) {
  if (value == nullptr) return otherwise;
  if (value->IsInt64()) return value->GetInt64();
  if (!value->IsString()) return otherwise;
  std::string_view text = AsView(*value);
  if (!text.ends_with('%')) return otherwise;
  int64_t percent = 0;
  std::from_chars(text.data(), text.data() + text.size() - 1, percent);
  return round_up ? (percent * of + 99) / 100 : percent * of / 100;
}

Readiness Deployment(const Json& object) {
  if (const Json* paused = Find(object, {"spec", "paused"}); paused != nullptr && paused->IsTrue()) return Ready();
  if (auto unseen = Unseen(object)) return *unseen;
  const Json* progress = ConditionOf(object, "Progressing");
  if (progress != nullptr && FindString(*progress, {"reason"}) == "ProgressDeadlineExceeded") {
    return {State::kFailed, "its roll-out has exceeded its deadline"};
  }
  const int64_t wants = NumberAt(object, {"spec", "replicas"}, 1);
  const int64_t updated = NumberAt(object, {"status", "updatedReplicas"});
  if (updated < wants) return Waiting(Count(updated, wants, "replicas are of the new revision"));
  // As many may be missing as a roll-out may take away.
  const bool rolling = FindString(object, {"spec", "strategy", "type"}) != "Recreate";
  const int64_t quarter = wants / 4;
  const int64_t missing =
      rolling ? Portion(Find(object, {"spec", "strategy", "rollingUpdate", "maxUnavailable"}), wants, false, quarter)
              : 0;
  const int64_t available = NumberAt(object, {"status", "availableReplicas"});
  if (available < wants - std::min(missing, wants)) return Waiting(Count(available, wants, "replicas are available"));
  return Ready();
}

Readiness StatefulSet(const Json& object) {
  if (FindString(object, {"spec", "updateStrategy", "type"}) == "OnDelete") return Ready();
  if (auto unseen = Unseen(object)) return *unseen;
  const int64_t wants = NumberAt(object, {"spec", "replicas"}, 1);
  const int64_t partition = NumberAt(object, {"spec", "updateStrategy", "rollingUpdate", "partition"});
  const int64_t updated = NumberAt(object, {"status", "updatedReplicas"});
  const int64_t expected = std::max<int64_t>(wants - partition, 0);
  if (updated < expected) return Waiting(Count(updated, expected, "replicas are of the new revision"));
  const int64_t ready = NumberAt(object, {"status", "readyReplicas"});
  return ready == wants ? Ready() : Waiting(Count(ready, wants, "replicas are ready"));
}

Readiness DaemonSet(const Json& object) {
  if (FindString(object, {"spec", "updateStrategy", "type"}) == "OnDelete") return Ready();
  if (auto unseen = Unseen(object)) return *unseen;
  const int64_t wants = NumberAt(object, {"status", "desiredNumberScheduled"});
  const int64_t updated = NumberAt(object, {"status", "updatedNumberScheduled"});
  if (updated != wants) return Waiting(Count(updated, wants, "nodes run the new revision"));
  const int64_t missing =
      Portion(Find(object, {"spec", "updateStrategy", "rollingUpdate", "maxUnavailable"}), wants, true, 1);
  const int64_t ready = NumberAt(object, {"status", "numberReady"});
  return ready >= wants - missing ? Ready() : Waiting(Count(ready, wants, "nodes have it ready"));
}

Readiness Replicas(const Json& object) {
  if (auto unseen = Unseen(object)) return *unseen;
  const int64_t wants = NumberAt(object, {"spec", "replicas"}, 1),
                ready = NumberAt(object, {"status", "readyReplicas"});
  return ready >= wants ? Ready() : Waiting(Count(ready, wants, "replicas are ready"));
}

// Why a container does not run, as the agent says it.
std::string StuckContainer(const Json& pod) {
  for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
    const Json* statuses = Find(pod, {"status", list});
    if (statuses == nullptr || !statuses->IsArray()) continue;
    for (const Json& status : statuses->GetArray()) {
      const Json* waiting = Find(status, {"state", "waiting"});
      if (waiting == nullptr || FindString(*waiting, {"reason"}).empty()) continue;
      return "container " + std::string(FindString(status, {"name"})) + ": " + Words(*waiting);
    }
  }
  return {};
}

Readiness Pod(const Json& object) {
  const std::string_view phase = FindString(object, {"status", "phase"});
  if (phase == "Failed") return {State::kFailed, "it has failed"};
  if (phase == "Succeeded" || IsTrue(ConditionOf(object, "Ready"))) return Ready();
  if (std::string stuck = StuckContainer(object); !stuck.empty()) return Waiting(std::move(stuck));
  const Json* scheduled = ConditionOf(object, "PodScheduled");
  if (scheduled != nullptr && !IsTrue(scheduled)) return Waiting(Words(*scheduled));
  return Waiting("it is not ready yet");
}

// One that runs once.
Readiness PodRun(const Json& object) {
  const std::string_view phase = FindString(object, {"status", "phase"});
  if (phase == "Succeeded") return Ready();
  Readiness readiness = Pod(object);
  return readiness.ready() ? Waiting("it is running") : readiness;
}

Readiness Job(const Json& object, bool jobs) {
  if (const Json* failed = ConditionOf(object, "Failed"); IsTrue(failed)) {
    return {State::kFailed, "it has failed: " + Words(*failed)};
  }
  if (!jobs || IsTrue(ConditionOf(object, "Complete"))) return Ready();
  return Waiting(Count(NumberAt(object, {"status", "succeeded"}), NumberAt(object, {"spec", "completions"}, 1),
                       "pods have succeeded"));
}

Readiness Claim(const Json& object) {
  const std::string_view phase = FindString(object, {"status", "phase"});
  if (phase == "Bound") return Ready();
  return Waiting("it is " + (phase.empty() ? std::string("not bound") : std::string(phase)));
}

Readiness Service(const Json& object) {
  const std::string_view type = FindString(object, {"spec", "type"});
  if (type == "ExternalName") return Ready();
  if (FindString(object, {"spec", "clusterIP"}).empty()) return Waiting("it has no cluster address yet");
  if (type != "LoadBalancer") return Ready();
  const Json* external = Find(object, {"spec", "externalIPs"});
  if (external != nullptr && external->IsArray() && !external->Empty()) return Ready();
  const Json* ingress = Find(object, {"status", "loadBalancer", "ingress"});
  const bool has = ingress != nullptr && ingress->IsArray() && !ingress->Empty();
  return has ? Ready() : Waiting("it has no external address yet");
}

Readiness Definition(const Json& object) {
  const Json* accepted = ConditionOf(object, "NamesAccepted");
  if (accepted != nullptr && FindString(*accepted, {"status"}) == "False") {
    return {State::kFailed, "its names are taken: " + Words(*accepted)};
  }
  return IsTrue(ConditionOf(object, "Established")) ? Ready() : Waiting("it is not established yet");
}

Readiness Custom(const Json& object) {
  for (const char* type : {"Ready", "Available"}) {
    const Json* condition = ConditionOf(object, type);
    if (condition == nullptr) continue;
    return IsTrue(condition) ? Ready() : Waiting(Words(*condition));
  }
  return Ready();
}

bool IsKubernetesOwn(std::string_view group) {
  return group.find('.') == std::string_view::npos || group.ends_with(".k8s.io");
}

}  // namespace

Readiness ReadinessOf(const Json& object, bool jobs) {
  const std::string_view version = FindString(object, {"apiVersion"}), kind = FindString(object, {"kind"});
  const size_t slash = version.find('/');
  const std::string_view group = slash == std::string_view::npos ? "" : version.substr(0, slash);
  if (!IsKubernetesOwn(group)) return Custom(object);
  using Judge = Readiness (*)(const Json&);
  constexpr std::array<std::pair<std::string_view, Judge>, 9> kJudges = {{{"Deployment", Deployment},
                                                                          {"StatefulSet", StatefulSet},
                                                                          {"DaemonSet", DaemonSet},
                                                                          {"ReplicaSet", Replicas},
                                                                          {"ReplicationController", Replicas},
                                                                          {"Pod", Pod},
                                                                          {"PersistentVolumeClaim", Claim},
                                                                          {"Service", Service},
                                                                          {"CustomResourceDefinition", Definition}}};
  if (kind == "Job") return Job(object, jobs);
  for (const auto& [name, judge] : kJudges) {
    if (kind == name) return judge(object);
  }
  return Ready();
}

Readiness CompletionOf(const Json& object) {
  const std::string_view kind = FindString(object, {"kind"});
  if (kind == "Job") return Job(object, true);
  return kind == "Pod" ? PodRun(object) : Ready();
}

}  // namespace croft::chart
