#include <set>
#include <utility>

#include "api/server/metadata.h"
#include "api/server/resource_service.h"

namespace croft::server {
namespace {

// How often a change without a wanted revision is tried again when another writer was faster. Of those who try at once
// one succeeds each time, so that this many would have to be faster than the same one.
constexpr int kAttempts = 1000;

constexpr const char* kModified =
    "the object has been modified; please apply your changes to the latest version and try again";

Status SetNamespaceFinalizers(const ObjectPtr& stored, const Json& body, JsonDocument* wanted) {
  *wanted = stored->ToJson();
  auto& allocator = wanted->GetAllocator();
  const std::string_view revision = FindString(body, {"metadata", "resourceVersion"});
  if (!revision.empty()) SetString(*FindMutable(*wanted, "metadata"), "resourceVersion", revision, allocator);
  Json& spec = Ensure(*wanted, "spec", allocator);
  const Json* finalizers = Find(body, {"spec", "finalizers"});
  Set(spec, "finalizers", finalizers != nullptr ? Copy(*finalizers, allocator) : Json(rapidjson::kArrayType),
      allocator);
  return Status::Ok();
}

// Kinds that Kubernetes lets a PUT create.
bool MayCreateByUpdate(const Served& served) {
  static const std::set<std::pair<std::string_view, std::string_view>> kKinds = {
      {"", "endpoints"},
      {"", "events"},
      {"", "limitranges"},
      {"", "services"},
      {"coordination.k8s.io", "leases"},
      {"events.k8s.io", "events"},
      {"node.k8s.io", "runtimeclasses"},
      {"rbac.authorization.k8s.io", "clusterrolebindings"},
      {"rbac.authorization.k8s.io", "clusterroles"},
      {"rbac.authorization.k8s.io", "rolebindings"},
      {"rbac.authorization.k8s.io", "roles"},
      {"scheduling.k8s.io", "priorityclasses"},
  };
  return kKinds.contains({served.def().group, served.def().plural});
}

// Kinds of which Kubernetes replaces none unless its revision is said; kinds that are posted there, too.
bool NeedsRevision(const Served& served) {
  static const std::set<std::pair<std::string_view, std::string_view>> kKinds = {
      {"admissionregistration.k8s.io", "mutatingwebhookconfigurations"},
      {"admissionregistration.k8s.io", "validatingadmissionpolicies"},
      {"admissionregistration.k8s.io", "validatingadmissionpolicybindings"},
      {"admissionregistration.k8s.io", "validatingwebhookconfigurations"},
      {"apiextensions.k8s.io", "customresourcedefinitions"},
      {"apiregistration.k8s.io", "apiservices"},
      {"coordination.k8s.io", "leases"},
      {"node.k8s.io", "runtimeclasses"},
      {"policy", "poddisruptionbudgets"},
      {"storage.k8s.io", "csidrivers"},
      {"storage.k8s.io", "csinodes"},
      {"storage.k8s.io", "csistoragecapacities"},
      {"storage.k8s.io", "volumeattachments"},
  };
  const schema::ResourceDefinition& kind = served.def();
  return !kind.builtin || kind.replaceable || kKinds.contains({kind.group, kind.plural});
}

}  // namespace

Result<WriteResult> ResourceService::Update(const Identity& who, const Target& target, JsonDocument body,
                                            const WriteOptions& options, Pending* pending) {
  Result<Served> served = Admit(who, target, "update");
  if (!served.ok()) return served.status();
  CROFT_RETURN_IF_ERROR(CheckScope(*served, target, true));
  if (target.subresource == "scale" && served->version->scale) {
    return WriteScale(
        *served, target,
        [&body](JsonDocument* scale) {
          scale->CopyFrom(body, scale->GetAllocator());
          return Status::Ok();
        },
        options);
  }
  if (target.subresource == "finalize" && target.gvr.resource == "namespaces" && target.gvr.group.empty()) {
    return Mutate(
        *served, target,
        [&body](const ObjectPtr& stored, JsonDocument* wanted) { return SetNamespaceFinalizers(stored, body, wanted); },
        options);
  }
  if (!ShowsObject(*served, target.subresource)) return PathNotFound();
  CROFT_RETURN_IF_ERROR(DecodeMetadata(body, body.GetAllocator()));
  CROFT_RETURN_IF_ERROR(CheckIdentity(*served, target, body));
  if (target.subresource.empty() && Stored(*served, target) == nullptr && MayCreateByUpdate(*served)) {
    Result<WriteResult> created = CreateByUpdate(who, *served, target, body, options);
    if (created.ok() || !created.status().IsAlreadyExists()) return created;
  }
  const auto replace = [&](const ObjectPtr& stored, JsonDocument* wanted) {
    if (target.subresource == kEphemeralContainers) {
      *wanted = WithEphemeralContainers(stored, body);
    } else {
      wanted->CopyFrom(body, wanted->GetAllocator());
    }
    return Status::Ok();
  };
  return Mutate(*served, target, replace, options, pending);
}

Result<WriteResult> ResourceService::CreateByUpdate(const Identity& who, const Served& served, const Target& target,
                                                    const Json& body, const WriteOptions& options) {
  const std::string_view uid = FindString(body, {"metadata", "uid"});
  if (!uid.empty()) return OtherUid(served, target, uid, "");
  JsonDocument object;
  object.CopyFrom(body, object.GetAllocator());
  Erase(*FindMutable(object, "metadata"), "resourceVersion");
  Target collection = target;
  collection.name.clear();
  return CreateAndWait(who, collection, std::move(object), options);
}

Status ResourceService::CheckUpdateRevision(const Served& served, const Target& target, const Object& stored,
                                            const Json& wanted) const {
  const std::string text(FindString(wanted, {"metadata", "resourceVersion"}));
  const Result<uint64_t> revision = ParseRevision(text);
  if (!revision.ok()) return revision.status();
  if (*revision != 0 && *revision != stored.meta().revision) {
    return Status::ObjectConflict(served.def().group, served.def().plural, target.name, kModified);
  }
  if (*revision == 0 && NeedsRevision(served)) {
    return Status::InvalidObject(
        served.def().group, served.def().plural, target.name,
        {{"FieldValueInvalid", "Invalid value: 0x0: must be specified for an update", "metadata.resourceVersion"}});
  }
  return Status::Ok();
}

Result<WriteResult> ResourceService::Mutate(const Served& served, const Target& target, const Change& change,
                                            const WriteOptions& options, Pending* pending) {
  for (int attempt = 1;; ++attempt) {
    const ObjectPtr stored = Stored(served, target);
    if (stored == nullptr) return Status::ObjectNotFound(served.def().group, served.def().plural, target.name);
    JsonDocument wanted;
    CROFT_RETURN_IF_ERROR(change(InVersion(served, stored), &wanted));
    if (const Status decoded = DecodeMetadata(wanted, wanted.GetAllocator()); !decoded.ok()) {
      return options.patched ? Unreadable(wanted, decoded.message()) : decoded;
    }
    CROFT_RETURN_IF_ERROR(CheckUpdateRevision(served, target, *stored, wanted));
    Result<Prepared> prepared = PrepareUpdate(served, target, *stored, wanted, options);
    if (!prepared.ok()) return prepared.status();
    Result<WriteResult> result = CommitUpdate(served, target, stored, std::move(*prepared), options, pending);
    if (result.ok() || !result.status().IsConflict() || attempt == kAttempts) return result;
  }
}

Result<WriteResult> ResourceService::CommitUpdate(const Served& served, const Target& target, const ObjectPtr& stored,
                                                  Prepared prepared, const WriteOptions& options, Pending* pending) {
  WriteResult result{InVersion(served, stored), false, std::move(prepared.warnings)};
  if (prepared.unchanged && !prepared.finished) return result;
  if (options.dry_run) {
    GiveBack(prepared.undo);
    result.object = InVersion(served, prepared.draft->Commit(stored->meta().revision));
    return result;
  }
  if (prepared.finished) {
    result.object = InVersion(served, prepared.draft->Commit(stored->meta().revision));
    Result<DeleteResult> removed = Remove(served, stored);
    if (!removed.ok()) return removed.status();
    return result;
  }
  store::Write write{ResourceOf(served), stored->key(), std::move(prepared.draft), stored->meta().revision,
                     served.def().ephemeral};
  auto finish = [this, kept = served, name = target.name, warnings = std::move(result.warnings),
                 undo = std::move(prepared.undo)](const Result<ObjectPtr>& committed) -> Result<WriteResult> {
    if (committed.ok()) return WriteResult{InVersion(kept, *committed), false, warnings};
    auto give_back = undo;
    GiveBack(give_back);
    const Status& status = committed.status();
    if (status.IsConflict()) return Status::ObjectConflict(kept.def().group, kept.def().plural, name, kModified);
    if (status.IsNotFound()) return Status::ObjectNotFound(kept.def().group, kept.def().plural, name);
    return status;
  };
  if (pending != nullptr && !HasFollowUp(served)) {
    pending->write = std::move(write);
    pending->finish = std::move(finish);
    return result;
  }
  const Result<ObjectPtr> committed = parts_.store.CommitAndWait(std::move(write));
  if (committed.ok() && HasFollowUp(served)) FollowUp(served, *committed, false);
  return finish(committed);
}

void ResourceService::Commit(Pending pending, CreateDone done) {
  parts_.store.Commit(std::move(*pending.write), [finish = std::move(pending.finish), done = std::move(done)](
                                                     const Result<ObjectPtr>& committed) { done(finish(committed)); });
}

}  // namespace croft::server
