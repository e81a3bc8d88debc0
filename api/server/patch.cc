#include "api/object/patch.h"

#include "api/server/resource_service.h"

namespace croft::server {
namespace {

// What Kubernetes says of each JSON patch that can not be carried out; the cause follows.
constexpr const char* kRejected = "the server rejected our request due to an error in our request: ";

Status ApplyPatch(const Served& served, PatchKind kind, const Json& patch, JsonDocument* document) {
  switch (kind) {
    case PatchKind::kJson: {
      if (!patch.IsArray()) return Status::BadRequest("a JSON patch must be a list of operations");
      const Status applied = ApplyJsonPatch(*document, patch);
      // What is a list at all is refused as a whole, as Kubernetes does, whatever is wrong with an operation.
      if (applied.ok() || applied.reason() == Reason::kRequestEntityTooLarge) return applied;
      return Status::Invalid(kRejected + applied.message());
    }
    case PatchKind::kMerge:
      if (!patch.IsObject()) return Status::BadRequest("a merge patch must be a JSON object");
      ApplyMergePatch(*document, patch, document->GetAllocator());
      return Status::Ok();
    case PatchKind::kApply:  // has a file of its own
    case PatchKind::kStrategic: {
      if (!patch.IsObject()) return Status::BadRequest("a strategic merge patch must be a JSON object");
      const MergeSchema* schema = schema::ForMerge(*served.version->schema);
      return ApplyStrategicMergePatch(*document, patch, schema, document->GetAllocator());
    }
  }
  return Status::Ok();
}

}  // namespace

Result<WriteResult> ResourceService::Patch(const Identity& who, const Target& target, PatchKind kind, const Json& patch,
                                           const WriteOptions& options, Pending* pending) {
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
        *served, target, [&](JsonDocument* scale) { return ApplyPatch(*served, kind, patch, scale); }, options);
  }
  if (!ShowsObject(*served, target.subresource)) return PathNotFound();
  const auto change = [&](const ObjectPtr& stored, JsonDocument* wanted) {
    *wanted = stored->ToJson();
    CROFT_RETURN_IF_ERROR(ApplyPatch(*served, kind, patch, wanted));
    if (target.subresource == kEphemeralContainers) *wanted = WithEphemeralContainers(stored, *wanted);
    return Status::Ok();
  };
  WriteOptions write = options;
  write.patched = true;
  return Mutate(*served, target, change, write, pending);
}

}  // namespace croft::server
