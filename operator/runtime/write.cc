#include "operator/runtime/write.h"

#include "api/object/patch.h"

namespace croft::runtime {

Status PatchStatus(client::Client& client, const GroupVersionResource& gvr, const Key& key,
                   const std::string& resource_version, const Json& before, const Json& after) {
  static const Json kNone(rapidjson::kObjectType);
  const Json* old = Find(before, "status");
  const Json* now = Find(after, "status");
  JsonDocument change = CreateMergePatch(old != nullptr ? *old : kNone, now != nullptr ? *now : kNone);
  if (change.IsObject() && change.ObjectEmpty()) return Status::Ok();
  JsonDocument patch(rapidjson::kObjectType);
  auto& allocator = patch.GetAllocator();
  if (!resource_version.empty()) {
    SetString(Ensure(patch, "metadata", allocator), "resourceVersion", resource_version, allocator);
  }
  Set(patch, "status", Copy(change, allocator), allocator);
  return client.Patch(gvr, key, client::PatchType::kMerge, patch, "status").status();
}

Json OwnersToJson(const std::vector<OwnerReference>& owners, JsonAllocator& allocator) {
  Json list(rapidjson::kArrayType);
  for (const OwnerReference& owner : owners) {
    Json item(rapidjson::kObjectType);
    SetString(item, "apiVersion", owner.api_version, allocator);
    SetString(item, "kind", owner.kind, allocator);
    SetString(item, "name", owner.name, allocator);
    SetString(item, "uid", owner.uid, allocator);
    if (owner.controller) Set(item, "controller", Json(true), allocator);
    if (owner.block_owner_deletion) Set(item, "blockOwnerDeletion", Json(true), allocator);
    list.PushBack(std::move(item), allocator);
  }
  return list;
}

}  // namespace croft::runtime
