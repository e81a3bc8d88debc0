#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/clock.h"
#include "api/base/id.h"
#include "api/object/object.h"
#include "api/schema/definition.h"
#include "api/server/causes.h"
#include "api/server/names.h"

namespace croft::server {

// Checks metadata of an object that is to be stored: name, labels, annotations, owners, finalizers.
void ValidateMetadata(const Json& object, bool namespaced, NameFormat format, Causes& causes);
// Checks what may change from `old` to `object`.
void ValidateMetadataUpdate(const Json& old, const Json& object, Causes& causes);

// Of two owners that are the same in all they say one stays; who sent them is warned.
void MergeEqualOwners(JsonDocument& object, std::vector<std::string>& warnings);
// Finalizers whose names say nothing of whose they are: refused of Kubernetes' own kinds, and worth a warning where a
// posted kind gets them (`old` is null for an object that is new).
void JudgeFinalizers(const schema::ResourceDefinition& kind, const Json* old, const Json& object, Causes& causes,
                     std::vector<std::string>& warnings);

// Checks what a client may not decide of a stored object: when it is deleted and, in a patch, what it is called. In
// a replacement a foreign name or uid is another request's mistake, answered before.
void CheckImmutable(const Json& old, const Json& object, bool patched, Causes& causes);

// What the server alone decides, at creation: uid, creationTimestamp, generation. Fields of the body that only the
// server may set are left out. metadata must be an object.
void StampNew(Json& metadata, const std::string& ns, bool has_generation, WallTime now, Random& random,
              JsonAllocator& allocator);
// Takes over from `old` what an update can't change.
void CarryOver(const Json& old_metadata, Json& metadata, JsonAllocator& allocator);

// Reads metadata as Kubernetes' typed one is read, whatever the kind: null in maps and lists is an empty text, times
// get their one spelling. kBadRequest names a field of a wrong type.
Status DecodeMetadata(Json& object, JsonAllocator& allocator);

// Members of metadata that an update of a Kubernetes kind's status leaves as they are.
std::span<const std::string_view> KeptByStatus(std::string_view group, std::string_view plural);
// Makes a member what it is in `old_metadata`, or absent.
void MoveFrom(const Json& old_metadata, Json& metadata, std::string_view key, JsonAllocator& allocator);

// Sets a member, or removes it when `text` is empty.
void SetOrErase(Json& object, std::string_view key, std::string_view text, JsonAllocator& allocator);

}  // namespace croft::server
