#include <algorithm>

#include "api/server/metadata.h"
#include "api/server/resource_service.h"

namespace croft::server {
namespace {

constexpr const char* kForeground = "foregroundDeletion";
constexpr const char* kOrphan = "orphan";
constexpr const char* kCrdCleanup = "customresourcecleanup.apiextensions.k8s.io";
constexpr int64_t kDefaultPodGrace = 30;

bool IsResource(const Served& served, std::string_view group, std::string_view plural) {
  return served.def().group == group && served.def().plural == plural;
}

// The finalizers that an object has once its deletion was asked for with this policy. Without a policy what it has
// decides.
std::vector<std::string> FinalizersFor(const Object& stored, const std::string& policy) {
  std::vector<std::string> finalizers = stored.meta().finalizers;
  if (policy.empty()) return finalizers;
  std::erase(finalizers, kForeground);
  std::erase(finalizers, kOrphan);
  if (policy == "Foreground") finalizers.emplace_back(kForeground);
  if (policy == "Orphan") finalizers.emplace_back(kOrphan);
  return finalizers;
}

// How long a pod may take to end; 0 for one that runs nowhere.
int64_t PodGrace(const Json& pod, const DeleteOptions& options) {
  const std::string_view phase = FindString(pod, {"status", "phase"});
  if (FindString(pod, {"spec", "nodeName"}).empty() || phase == "Succeeded" || phase == "Failed") return 0;
  int64_t grace = FindInt(pod, {"spec", "terminationGracePeriodSeconds"}, kDefaultPodGrace);
  if (options.grace_period_seconds) grace = *options.grace_period_seconds;
  return std::max<int64_t>(grace, options.grace_period_seconds == 0 ? 0 : 1);
}

Status CheckOptions(const DeleteOptions& options) {
  const std::string& policy = options.propagation_policy;
  if (!policy.empty() && policy != "Foreground" && policy != "Background" && policy != "Orphan") {
    Causes causes;
    causes.NotSupported("propagationPolicy", policy, {"Foreground", "Background", "Orphan"});
    return Status::InvalidObject("meta.k8s.io", "DeleteOptions", "", causes.Take());
  }
  if (options.grace_period_seconds && *options.grace_period_seconds < 0) {
    return Status::BadRequest("gracePeriodSeconds: must not be negative");
  }
  return Status::Ok();
}

}  // namespace

Result<DeleteResult> ResourceService::Delete(const Identity& who, const Target& target, const DeleteOptions& options) {
  Result<Served> served = Admit(who, target, "delete");
  if (!served.ok()) return served.status();
  CROFT_RETURN_IF_ERROR(CheckScope(*served, target, true));
  CROFT_RETURN_IF_ERROR(CheckOptions(options));
  if (!target.subresource.empty()) {
    return Status(Reason::kMethodNotAllowed, "the server does not allow this method on the requested resource");
  }
  for (int attempt = 1;; ++attempt) {
    const ObjectPtr stored = Stored(*served, target);
    if (stored == nullptr) return Status::ObjectNotFound(target.gvr.group, target.gvr.resource, target.name);
    Result<DeleteResult> result = DeleteStored(*served, target, stored, options);
    const bool lost_race =
        !result.ok() && result.status().IsConflict() && options.uid.empty() && options.resource_version.empty();
    if (!lost_race || attempt == 8) return result;
  }
}

Result<DeleteResult> ResourceService::DeleteStored(const Served& served, const Target& target, const ObjectPtr& stored,
                                                   const DeleteOptions& options) {
  const auto conflict = [&](const std::string& why) {
    return Status::ObjectConflict(served.def().group, served.def().plural, target.name, "Precondition failed: " + why);
  };
  if (!options.uid.empty() && options.uid != stored->meta().uid) {
    return conflict("UID in precondition: " + options.uid + ", UID in object meta: " + stored->meta().uid);
  }
  if (!options.resource_version.empty() && options.resource_version != std::to_string(stored->meta().revision)) {
    return conflict("ResourceVersion in precondition: " + options.resource_version +
                    ", ResourceVersion in object meta: " + std::to_string(stored->meta().revision));
  }
  if (IsResource(served, "", "namespaces") && (target.name == "default" || target.name == "kube-system")) {
    return Status::Forbidden("namespaces \"" + target.name + "\" is forbidden: this namespace may not be deleted");
  }
  std::vector<std::string> finalizers = FinalizersFor(*stored, options.propagation_policy);
  int64_t grace = 0;
  bool held = !finalizers.empty();
  const JsonDocument json = stored->ToJson();
  if (IsResource(served, "", "pods")) {
    grace = PodGrace(json, options);
    if (stored->meta().deleting) {
      const int64_t before = FindInt(json, {"metadata", "deletionGracePeriodSeconds"});
      grace = options.grace_period_seconds ? std::min(before, grace) : before;
    }
    held = held || grace > 0;
  } else if (IsResource(served, "", "namespaces")) {
    const Json* own = Find(json, {"spec", "finalizers"});
    held = held || (own != nullptr && own->IsArray() && !own->Empty());
  } else if (IsResource(served, "apiextensions.k8s.io", "customresourcedefinitions")) {
    const store::GroupResource instances{std::string(FindString(json, {"spec", "group"})),
                                         std::string(FindString(json, {"spec", "names", "plural"}))};
    if (!parts_.store.List(instances, "").items.empty()) {
      if (std::find(finalizers.begin(), finalizers.end(), kCrdCleanup) == finalizers.end()) {
        finalizers.emplace_back(kCrdCleanup);
      }
      held = true;
    }
  }
  if (options.dry_run) return DeleteResult{InVersion(served, stored), !held};
  if (!held) return Remove(served, stored);
  return MarkDeleting(served, stored, grace, finalizers);
}

Result<DeleteResult> ResourceService::Remove(const Served& served, const ObjectPtr& stored) {
  store::Write write{ResourceOf(served), stored->key(), std::nullopt, stored->meta().revision, served.def().ephemeral};
  const Result<ObjectPtr> removed = parts_.store.CommitAndWait(std::move(write));
  if (!removed.ok()) {
    const Status& status = removed.status();
    if (status.IsConflict()) {
      return Status::ObjectConflict(served.def().group, served.def().plural, stored->name(),
                                    "the object has been modified; please try again");
    }
    if (status.IsNotFound()) {
      return Status::ObjectNotFound(served.def().group, served.def().plural, stored->name());
    }
    return status;
  }
  FollowUp(served, *removed, true);
  return DeleteResult{InVersion(served, *removed), true};
}

Result<DeleteResult> ResourceService::MarkDeleting(const Served& served, const ObjectPtr& stored,
                                                   std::optional<int64_t> grace,
                                                   const std::vector<std::string>& finalizers) {
  JsonDocument wanted = stored->ToJson();
  auto& allocator = wanted.GetAllocator();
  Json& metadata = Ensure(wanted, "metadata", allocator);
  const int64_t seconds = grace.value_or(0);
  const bool already = stored->meta().deleting;
  if (!already || FindInt(metadata, {"deletionGracePeriodSeconds"}) != seconds) {
    SetString(metadata, "deletionTimestamp", FormatTime(parts_.clock.Now() + std::chrono::seconds(seconds)), allocator);
    Set(metadata, "deletionGracePeriodSeconds", Json(seconds), allocator);
  }
  if (!already && stored->meta().generation > 0) {
    Set(metadata, "generation", Json(stored->meta().generation + 1), allocator);
  }
  Json list(rapidjson::kArrayType);
  for (const std::string& finalizer : finalizers) list.PushBack(MakeString(finalizer, allocator), allocator);
  if (list.Empty()) {
    Erase(metadata, "finalizers");
  } else {
    Set(metadata, "finalizers", std::move(list), allocator);
  }
  if (IsResource(served, "", "namespaces")) {
    SetString(Ensure(wanted, "status", allocator), "phase", "Terminating", allocator);
  }
  if (Equal(wanted, stored->ToJson())) return DeleteResult{InVersion(served, stored), false};
  Result<Draft> draft = Draft::From(wanted);
  if (!draft.ok()) return draft.status();
  store::Write write{ResourceOf(served), stored->key(), std::move(*draft), stored->meta().revision,
                     served.def().ephemeral};
  const Result<ObjectPtr> committed = parts_.store.CommitAndWait(std::move(write));
  if (!committed.ok()) return committed.status();
  FollowUp(served, *committed, false);
  return DeleteResult{InVersion(served, *committed), false};
}

Result<ListResult> ResourceService::DeleteCollection(const Identity& who, const Target& target,
                                                     const ListOptions& select, const DeleteOptions& options) {
  Result<Served> served = Admit(who, target, "deletecollection");
  if (!served.ok()) return served.status();
  CROFT_RETURN_IF_ERROR(CheckScope(*served, target, true));
  CROFT_RETURN_IF_ERROR(CheckOptions(options));
  Result<Selectors> selectors = ParseSelectors(*served, select.label_selector, select.field_selector);
  if (!selectors.ok()) return selectors.status();
  const store::Snapshot snapshot = parts_.store.List(ResourceOf(*served), target.ns);
  ListResult result;
  result.revision = snapshot.revision;
  for (const ObjectPtr& object : snapshot.items) {
    if (!selectors->Matches(*object)) continue;
    Target one = target;
    one.ns = object->ns();
    one.name = object->name();
    for (int attempt = 1;; ++attempt) {
      const ObjectPtr stored = Stored(*served, one);
      if (stored == nullptr) break;
      const Result<DeleteResult> deleted = DeleteStored(*served, one, stored, options);
      if (deleted.ok() || deleted.status().IsNotFound()) break;
      if (!deleted.status().IsConflict() || attempt == 8) return deleted.status();
    }
    result.items.push_back(InVersion(*served, object));
  }
  return result;
}

}  // namespace croft::server
