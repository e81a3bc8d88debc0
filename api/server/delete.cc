#include <algorithm>
#include <array>

#include "api/server/metadata.h"
#include "api/server/read_options.h"
#include "api/server/resource_service.h"
#include "api/server/write_options.h"

namespace croft::server {
namespace {

constexpr const char* kForeground = "foregroundDeletion";
constexpr const char* kOrphan = "orphan";
constexpr const char* kCrdCleanup = "customresourcecleanup.apiextensions.k8s.io";
constexpr int64_t kDefaultPodGrace = 30;

bool IsResource(const Served& served, std::string_view group, std::string_view plural) {
  return served.def().group == group && served.def().plural == plural;
}

// Dependents that stay unless somebody says what is to become of them, as they always did in these versions.
bool OrphansByDefault(const Served& served) {
  const bool first = served.version->name == "v1";
  return first && (IsResource(served, "batch", "jobs") || IsResource(served, "", "replicationcontrollers"));
}

// What who leaves that open is told.
std::vector<std::string> WarningsOf(const Served& served, const DeleteOptions& options) {
  const bool open = options.propagation_policy.empty() && !options.orphan_dependents;
  if (!open || !OrphansByDefault(served) || !IsResource(served, "batch", "jobs")) return {};
  return {
      "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or "
      "set propagationPolicy=Orphan to suppress this warning"};
}

// The finalizers that an object has once its deletion was asked for with this policy. Without a policy what it has
// decides.
std::vector<std::string> FinalizersFor(const Served& served, const Object& stored, const std::string& policy) {
  std::vector<std::string> finalizers = stored.meta().finalizers;
  const auto has = [&](const char* name) {
    return std::find(finalizers.begin(), finalizers.end(), name) != finalizers.end();
  };
  if (policy.empty()) {
    if (OrphansByDefault(served) && !has(kForeground) && !has(kOrphan)) finalizers.emplace_back(kOrphan);
    return finalizers;
  }
  std::erase(finalizers, kForeground);
  std::erase(finalizers, kOrphan);
  if (policy == "Foreground") finalizers.emplace_back(kForeground);
  if (policy == "Orphan") finalizers.emplace_back(kOrphan);
  return finalizers;
}

// How long a pod may take to end; 0 for one that runs nowhere. A negative wish is a second, as in Kubernetes.
int64_t PodGrace(const Json& pod, const DeleteOptions& options) {
  const std::string_view phase = FindString(pod, {"status", "phase"});
  if (FindString(pod, {"spec", "nodeName"}).empty() || phase == "Succeeded" || phase == "Failed") return 0;
  const int64_t grace =
      options.grace_period_seconds.value_or(FindInt(pod, {"spec", "terminationGracePeriodSeconds"}, kDefaultPodGrace));
  return grace < 0 ? 1 : grace;
}

std::string PolicyOf(const DeleteOptions& options) {
  if (!options.orphan_dependents) return options.propagation_policy;
  return *options.orphan_dependents ? "Orphan" : "Background";
}

Status CheckPreconditions(const Served& served, const Object& stored, const DeleteOptions& options) {
  const auto conflict = [&](const std::string& what, const std::string& wanted, const std::string& found,
                            const std::string& hint) {
    return Status::ObjectConflict(served.def().group, served.def().plural, stored.name(),
                                  "the " + what + " in the precondition (" + wanted + ") does not match the " + what +
                                      " in record (" + found + "). " + hint);
  };
  if (!options.uid.empty() && options.uid != stored.meta().uid) {
    return conflict("UID", options.uid, stored.meta().uid, "The object might have been deleted and then recreated");
  }
  const std::string revision = std::to_string(stored.meta().revision);
  if (!options.resource_version.empty() && options.resource_version != revision) {
    return conflict("ResourceVersion", options.resource_version, revision, "The object might have been modified");
  }
  return Status::Ok();
}

// Namespaces that the lab can't do without.
Status CheckMortal(const Served& served, const Object& stored) {
  static constexpr std::array<std::string_view, 3> kImmortal = {"default", "kube-system", "kube-public"};
  if (!IsResource(served, "", "namespaces")) return Status::Ok();
  if (std::find(kImmortal.begin(), kImmortal.end(), stored.name()) == kImmortal.end()) return Status::Ok();
  Status status =
      Status::Forbidden("namespaces \"" + stored.name() + "\" is forbidden: this namespace may not be deleted");
  return status.WithDetails({"", "namespaces", stored.name(), {}, {}, {}});
}

}  // namespace

Result<DeleteResult> ResourceService::Delete(const Identity& who, const Target& target, const DeleteOptions& options) {
  Result<Served> served = Admit(who, target, "delete");
  if (!served.ok()) return served.status();
  CROFT_RETURN_IF_ERROR(CheckScope(*served, target, true));
  CROFT_RETURN_IF_ERROR(CheckDeleteOptions(options));
  if (!target.subresource.empty()) {
    return Status(Reason::kMethodNotAllowed, "the server does not allow this method on the requested resource");
  }
  Result<DeleteResult> result = DeleteNamed(*served, target, options);
  if (result.ok()) result->warnings = WarningsOf(*served, options);
  return result;
}

Result<DeleteResult> ResourceService::DeleteNamed(const Served& served, const Target& target,
                                                  const DeleteOptions& options) {
  for (int attempt = 1;; ++attempt) {
    const ObjectPtr stored = Stored(served, target);
    if (stored == nullptr) return Status::ObjectNotFound(target.gvr.group, target.gvr.resource, target.name);
    CROFT_RETURN_IF_ERROR(CheckPreconditions(served, *stored, options));
    Result<DeleteResult> result = DeleteStored(served, stored, options);
    if (result.ok() || !result.status().IsConflict() || attempt == 8) return result;
  }
}

Result<DeleteResult> ResourceService::DeleteStored(const Served& served, const ObjectPtr& stored,
                                                   const DeleteOptions& options) {
  CROFT_RETURN_IF_ERROR(CheckMortal(served, *stored));
  std::vector<std::string> finalizers = FinalizersFor(served, *stored, PolicyOf(options));
  int64_t grace = 0;
  bool held = !finalizers.empty();
  const JsonDocument json = stored->ToJson();
  if (IsResource(served, "", "pods")) {
    grace = PodGrace(json, options);
    if (stored->meta().deleting) {
      // It may only be hurried; nothing else about its deletion changes any more.
      const int64_t before = FindInt(json, {"metadata", "deletionGracePeriodSeconds"});
      const int64_t wanted = options.grace_period_seconds.value_or(before);
      if (before > 0 && wanted >= before) return DeleteResult{InVersion(served, stored), false};
      grace = before == 0 ? 0 : wanted < 0 ? 1 : wanted;
    }
    held = held || grace > 0;
  } else if (IsResource(served, "", "namespaces")) {
    const Json* own = Find(json, {"spec", "finalizers"});
    held = held || (own != nullptr && own->IsArray() && !own->Empty());
  } else if (IsResource(served, "apiextensions.k8s.io", "customresourcedefinitions")) {
    // It goes once its objects are gone.
    if (!stored->meta().deleting) finalizers.emplace_back(kCrdCleanup);
    held = true;
  }
  if (held) return MarkDeleting(served, stored, grace, finalizers, options.dry_run);
  if (IsResource(served, "", "pods")) return RemovePod(served, stored, options.dry_run);
  if (options.dry_run) return DeleteResult{InVersion(served, stored), true};
  return Remove(served, stored);
}

// Who watches a pod is told that it ends before he is told that it is gone. Between the two others may write to it, or
// remove it: then what was asked for is done.
Result<DeleteResult> ResourceService::RemovePod(const Served& served, const ObjectPtr& stored, bool dry_run) {
  Result<DeleteResult> marked = MarkDeleting(served, stored, 0, {}, dry_run);
  if (!marked.ok()) return marked;
  marked->removed = true;
  for (ObjectPtr last = marked->object; !dry_run && last != nullptr && last->meta().uid == stored->meta().uid;
       last = parts_.store.Get(ResourceOf(served), stored->key())) {
    Result<DeleteResult> removed = Remove(served, last);
    if (removed.status().IsNotFound()) break;
    if (!removed.status().IsConflict()) return removed;
  }
  return marked;
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
                                                   const std::vector<std::string>& finalizers, bool dry_run) {
  JsonDocument wanted = stored->ToJson();
  auto& allocator = wanted.GetAllocator();
  Json& metadata = Ensure(wanted, "metadata", allocator);
  const int64_t seconds = grace.value_or(0);
  const bool already = stored->meta().deleting;
  const int64_t before = FindInt(metadata, {"deletionGracePeriodSeconds"});
  if (!already || before != seconds) {
    // Counted from when the deletion was first asked for.
    const std::optional<WallTime> due = already ? ParseTime(FindString(metadata, {"deletionTimestamp"})) : std::nullopt;
    const WallTime asked = due ? *due - std::chrono::seconds(before) : parts_.clock.Now();
    SetString(metadata, "deletionTimestamp", FormatTime(asked + std::chrono::seconds(seconds)), allocator);
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
  if (IsResource(served, "apiextensions.k8s.io", "customresourcedefinitions")) {
    const bool cleaned = std::find(finalizers.begin(), finalizers.end(), kCrdCleanup) == finalizers.end();
    MarkCrdTerminating(wanted, cleaned, parts_.clock.Now(), allocator);
  }
  if (Equal(wanted, stored->ToJson())) return DeleteResult{InVersion(served, stored), false};
  Result<Draft> draft = Draft::From(wanted);
  if (!draft.ok()) return draft.status();
  if (dry_run) return DeleteResult{InVersion(served, draft->Commit(stored->meta().revision)), false};
  store::Write write{ResourceOf(served), stored->key(), std::move(*draft), stored->meta().revision,
                     served.def().ephemeral};
  const Result<ObjectPtr> committed = parts_.store.CommitAndWait(std::move(write));
  if (!committed.ok()) return committed.status();
  FollowUp(served, *committed, false);
  return DeleteResult{InVersion(served, *committed), false};
}

Result<ListResult> ResourceService::DeleteCollection(const Identity& who, const Target& target,
                                                     const ListOptions& select, const DeleteOptions& options) {
  Target asked = target;
  asked.name = SelectedName(select.field_selector);
  Result<Served> served = Admit(who, asked, "deletecollection");
  if (!served.ok()) return served.status();
  CROFT_RETURN_IF_ERROR(CheckScope(*served, target, false));
  if (served->def().namespaced && target.ns.empty() && !served->def().builtin) return PathNotFound();
  // Not of all namespaces at once, and not of the namespaces themselves.
  if ((served->def().namespaced && target.ns.empty()) || IsResource(*served, "", "namespaces")) {
    return Status(Reason::kMethodNotAllowed, "the server does not allow this method on the requested resource");
  }
  CROFT_RETURN_IF_ERROR(CheckListOptions(select));
  CROFT_RETURN_IF_ERROR(CheckDeleteOptions(options));
  Result<Selectors> selectors = ParseSelectors(*served, select.label_selector, select.field_selector);
  if (!selectors.ok()) return selectors.status();
  const store::Snapshot snapshot = parts_.store.List(ResourceOf(*served), target.ns);
  ListResult result;
  result.revision = snapshot.revision;
  result.warnings = WarningsOf(*served, options);
  for (const ObjectPtr& object : snapshot.items) {
    if (!selectors->Matches(*object)) continue;
    if (select.limit > 0 && result.items.size() == static_cast<size_t>(select.limit)) break;
    Target one = target;
    one.ns = object->ns();
    one.name = object->name();
    const Result<DeleteResult> deleted = DeleteNamed(*served, one, options);
    if (!deleted.ok() && !deleted.status().IsNotFound()) return deleted.status();
    result.items.push_back(InVersion(*served, object));
  }
  return result;
}

}  // namespace croft::server
