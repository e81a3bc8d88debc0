#pragma once

#include "api/client/client.h"
#include "api/types/meta.h"

namespace croft::runtime {

// Writes what differs between two readings of an object's status, by a merge patch of the status subresource that holds
// only for the revision it was read at (else kConflict). Nothing is sent when they are equal.
Status PatchStatus(client::Client& client, const GroupVersionResource& gvr, const Key& key,
                   const std::string& resource_version, const Json& before, const Json& after);

// The same for a typed kind: `after` is `before` with another status.
template <class T>
Status WriteStatus(client::Client& client, const GroupVersionResource& gvr, const T& before, const T& after) {
  if (before.status == after.status) return Status::Ok();
  return PatchStatus(client, gvr, before.metadata.key(), before.metadata.resource_version, types::ToJson(before),
                     types::ToJson(after));
}

// Owner references as JSON, for a patch of metadata.ownerReferences.
Json OwnersToJson(const std::vector<OwnerReference>& owners, JsonAllocator& allocator);

}  // namespace croft::runtime
