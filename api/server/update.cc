#include "api/server/metadata.h"
#include "api/server/resource_service.h"

namespace croft::server {
namespace {

// How often a change without a wanted revision is tried again when another writer was faster.
constexpr int kAttempts = 8;

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

}  // namespace

Result<WriteResult> ResourceService::Update(const Identity& who, const Target& target, JsonDocument body,
                                            const WriteOptions& options) {
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
  const bool plain = target.subresource.empty() || (target.subresource == "status" && served->version->has_status);
  if (!plain) return Status::NotFound("the server could not find the requested resource");
  const auto replace = [&body](const ObjectPtr&, JsonDocument* wanted) {
    wanted->CopyFrom(body, wanted->GetAllocator());
    return Status::Ok();
  };
  return Mutate(*served, target, replace, options);
}

Status ResourceService::CheckUpdateRevision(const Served& served, const Target& target, const Object& stored,
                                            const Json& wanted) const {
  const std::string text(FindString(wanted, {"metadata", "resourceVersion"}));
  const Result<uint64_t> revision = ParseRevision(text);
  if (!revision.ok()) return revision.status();
  if (*revision != 0 && *revision != stored.meta().revision) {
    return Status::ObjectConflict(served.def().group, served.def().plural, target.name, kModified);
  }
  if (*revision == 0 && !served.def().builtin) {
    Causes causes;
    causes.Invalid("metadata.resourceVersion", int64_t{0}, "must be specified for an update");
    return Status::InvalidObject(served.def().group, served.def().kind, target.name, causes.Take());
  }
  return Status::Ok();
}

Result<WriteResult> ResourceService::Mutate(const Served& served, const Target& target, const Change& change,
                                            const WriteOptions& options) {
  for (int attempt = 1;; ++attempt) {
    const ObjectPtr stored = Stored(served, target);
    if (stored == nullptr) return Status::ObjectNotFound(served.def().group, served.def().plural, target.name);
    JsonDocument wanted;
    CROFT_RETURN_IF_ERROR(change(InVersion(served, stored), &wanted));
    CROFT_RETURN_IF_ERROR(CheckMetadataTypes(wanted));
    CROFT_RETURN_IF_ERROR(CheckUpdateRevision(served, target, *stored, wanted));
    Result<Prepared> prepared = PrepareUpdate(served, target, *stored, wanted, options);
    if (!prepared.ok()) return prepared.status();
    Result<WriteResult> result = CommitUpdate(served, target, stored, std::move(*prepared), options);
    if (result.ok() || !result.status().IsConflict() || attempt == kAttempts) return result;
  }
}

Result<WriteResult> ResourceService::CommitUpdate(const Served& served, const Target& target, const ObjectPtr& stored,
                                                  Prepared prepared, const WriteOptions& options) {
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
  const Result<ObjectPtr> committed = parts_.store.CommitAndWait(std::move(write));
  if (!committed.ok()) {
    GiveBack(prepared.undo);
    const Status& status = committed.status();
    if (status.IsConflict()) {
      return Status::ObjectConflict(served.def().group, served.def().plural, target.name, kModified);
    }
    if (status.IsNotFound()) return Status::ObjectNotFound(served.def().group, served.def().plural, target.name);
    return status;
  }
  if (HasFollowUp(served)) FollowUp(served, *committed, false);
  result.object = InVersion(served, *committed);
  return result;
}

}  // namespace croft::server
