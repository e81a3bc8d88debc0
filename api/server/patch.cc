#include "api/object/patch.h"

#include "api/server/resource_service.h"

namespace croft::server {
namespace {

Status ApplyTo(const Served& served, PatchKind kind, const Json& patch, JsonDocument* document) {
  switch (kind) {
    case PatchKind::kJson: {
      if (!patch.IsArray()) return Status::BadRequest("a JSON patch must be a list of operations");
      const Status applied = ApplyJsonPatch(*document, patch);
      // What is a list at all is refused as a whole, as Kubernetes does, whatever is wrong with an operation.
      if (applied.ok() || applied.reason() == Reason::kRequestEntityTooLarge) return applied;
      return Status::Invalid(applied.message());
    }
    case PatchKind::kMerge:
      if (!patch.IsObject()) return Status::BadRequest("a merge patch must be a JSON object");
      ApplyMergePatch(*document, patch, document->GetAllocator());
      return Status::Ok();
    case PatchKind::kStrategic:
    case PatchKind::kApply: {
      if (!patch.IsObject()) return Status::BadRequest("a strategic merge patch must be a JSON object");
      const MergeSchema* schema = schema::ForMerge(*served.version->schema);
      return ApplyStrategicMergePatch(*document, patch, schema, document->GetAllocator());
    }
  }
  return Status::Ok();
}

}  // namespace

Result<WriteResult> ResourceService::Patch(const Identity& who, const Target& target, PatchKind kind, const Json& patch,
                                           const WriteOptions& options) {
  if (kind == PatchKind::kApply) return Apply(who, target, patch, options);
  Result<Served> served = Admit(who, target, "patch");
  if (!served.ok()) return served.status();
  CROFT_RETURN_IF_ERROR(CheckScope(*served, target, true));
  if (kind == PatchKind::kStrategic && !served->def().builtin) {
    return Status(Reason::kUnsupportedMediaType,
                  "the body of the request was in an unknown format - accepted media types include: "
                  "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
  }
  if (target.subresource == "scale" && served->version->scale) {
    return WriteScale(
        *served, target, [&](JsonDocument* scale) { return ApplyTo(*served, kind, patch, scale); }, options);
  }
  const bool plain = target.subresource.empty() || (target.subresource == "status" && served->version->has_status);
  if (!plain) return Status::NotFound("the server could not find the requested resource");
  const auto change = [&](const ObjectPtr& stored, JsonDocument* wanted) {
    *wanted = stored->ToJson();
    return ApplyTo(*served, kind, patch, wanted);
  };
  WriteOptions write = options;
  write.patched = true;
  return Mutate(*served, target, change, write);
}

// Server-side apply without field ownership: an absent object is created, a present one gets what the applied
// configuration says. Fields that an earlier configuration of the same manager had and this one lacks stay.
Result<WriteResult> ResourceService::Apply(const Identity& who, const Target& target, const Json& patch,
                                           const WriteOptions& options) {
  if (options.field_manager.empty()) {
    Causes causes;
    causes.Required("fieldManager", "is required for apply patch");
    return Status::InvalidObject("meta.k8s.io", "PatchOptions", "", causes.Take());
  }
  if (!patch.IsObject()) return Status::BadRequest("the applied configuration must be an object");
  Result<Served> served = Admit(who, target, "patch");
  if (!served.ok()) return served.status();
  CROFT_RETURN_IF_ERROR(CheckScope(*served, target, true));
  if (Stored(*served, target) == nullptr && target.subresource.empty()) {
    JsonDocument body;
    body.CopyFrom(patch, body.GetAllocator());
    const std::string_view name = FindString(body, {"metadata", "name"});
    if (name != target.name) {
      return Status::BadRequest("the name of the object (" + std::string(name) +
                                ") does not match the name on the URL (" + target.name + ")");
    }
    Target collection = target;
    collection.name.clear();
    return CreateAndWait(who, collection, std::move(body), options);
  }
  const bool plain = target.subresource.empty() || (target.subresource == "status" && served->version->has_status);
  if (!plain) return Status::NotFound("the server could not find the requested resource");
  const auto change = [&](const ObjectPtr& stored, JsonDocument* wanted) {
    *wanted = stored->ToJson();
    return ApplyTo(*served, PatchKind::kApply, patch, wanted);
  };
  return Mutate(*served, target, change, options);
}

}  // namespace croft::server
