#include "operator/workloads/ownership.h"

#include "operator/runtime/write.h"

namespace croft::workloads {
namespace {

constexpr const char* kByController = "controller";

std::string OrphanValue(const std::string& ns) {
  return "orphans of " + ns;
}

// Whether the owner stands, asked from the server itself.
Status CheckStands(client::Client& client, const Claimant& claimant) {
  const auto fresh = client.Get(claimant.gvr, claimant.key);
  if (!fresh.ok()) return fresh.status();
  if ((*fresh)->meta().uid != claimant.reference.uid || (*fresh)->meta().deleting) {
    return Status::Conflict(claimant.reference.kind + " " + claimant.key.ToString() +
                            " was deleted; it adopts nothing any more");
  }
  return Status::Ok();
}

}  // namespace

const OwnerReference* ControllerOf(const Meta& meta) {
  for (const OwnerReference& owner : meta.owners) {
    if (owner.controller) return &owner;
  }
  return nullptr;
}

void AddControllerIndex(client::Informer& informer) {
  informer.AddIndex(kByController, [](const Object& object) {
    const OwnerReference* owner = ControllerOf(object.meta());
    return std::vector{owner != nullptr ? owner->uid : OrphanValue(object.ns())};
  });
}

std::vector<ObjectPtr> ControlledBy(const client::Informer& informer, const std::string& owner_uid) {
  return informer.ByIndex(kByController, owner_uid);
}

std::vector<ObjectPtr> OrphansIn(const client::Informer& informer, const std::string& ns) {
  return informer.ByIndex(kByController, OrphanValue(ns));
}

Claim DecideClaim(const Meta& object, const std::string& owner_uid, bool owner_deleting, bool selected) {
  const OwnerReference* owner = ControllerOf(object);
  if (owner != nullptr) {
    if (owner->uid != owner_uid) return Claim::kIgnore;
    if (selected) return Claim::kKeep;
    return owner_deleting || object.deleting ? Claim::kIgnore : Claim::kRelease;
  }
  if (owner_deleting || object.deleting || !selected) return Claim::kIgnore;
  return Claim::kAdopt;
}

Result<std::vector<ObjectPtr>> ClaimObjects(client::Client& client, const client::Informer& informer,
                                            const Claimant& claimant) {
  std::vector<ObjectPtr> candidates = ControlledBy(informer, claimant.reference.uid);
  for (ObjectPtr& orphan : OrphansIn(informer, claimant.key.ns)) candidates.push_back(std::move(orphan));
  std::vector<ObjectPtr> mine;
  bool stands = false;
  for (const ObjectPtr& object : candidates) {
    const bool selected = claimant.selector.Matches(object->meta().labels);
    switch (DecideClaim(object->meta(), claimant.reference.uid, claimant.deleting, selected)) {
      case Claim::kIgnore:
        break;
      case Claim::kKeep:
        mine.push_back(object);
        break;
      case Claim::kRelease: {
        std::vector<OwnerReference> owners = object->meta().owners;
        std::erase_if(owners, [&](const OwnerReference& o) { return o.uid == claimant.reference.uid; });
        const auto released = WriteOwners(client, informer.gvr(), *object, owners);
        if (!released.ok() && !released.status().IsNotFound()) return released.status();
        break;
      }
      case Claim::kAdopt: {
        if (!stands) CROFT_RETURN_IF_ERROR(CheckStands(client, claimant));
        stands = true;
        std::vector<OwnerReference> owners = object->meta().owners;
        owners.push_back(claimant.reference);
        auto adopted = WriteOwners(client, informer.gvr(), *object, owners);
        if (adopted.ok()) {
          mine.push_back(*adopted);
        } else if (!adopted.status().IsNotFound()) {
          return adopted.status();
        }
        break;
      }
    }
  }
  return mine;
}

Result<ObjectPtr> WriteOwners(client::Client& client, const GroupVersionResource& gvr, const Object& object,
                              const std::vector<OwnerReference>& owners) {
  JsonDocument patch(rapidjson::kObjectType);
  auto& allocator = patch.GetAllocator();
  Json& metadata = Ensure(patch, "metadata", allocator);
  SetString(metadata, "resourceVersion", std::to_string(object.meta().revision), allocator);
  Set(metadata, "ownerReferences", owners.empty() ? Json() : runtime::OwnersToJson(owners, allocator), allocator);
  return client.Patch(gvr, object.key(), client::PatchType::kMerge, patch);
}

Status RemoveFinalizer(client::Client& client, const GroupVersionResource& gvr, const Object& object,
                       std::string_view finalizer) {
  JsonDocument patch(rapidjson::kObjectType);
  auto& allocator = patch.GetAllocator();
  Json& metadata = Ensure(patch, "metadata", allocator);
  SetString(metadata, "resourceVersion", std::to_string(object.meta().revision), allocator);
  Json left(rapidjson::kArrayType);
  for (const std::string& name : object.meta().finalizers) {
    if (name != finalizer) left.PushBack(MakeString(name, allocator), allocator);
  }
  Set(metadata, "finalizers", left.Empty() ? Json() : std::move(left), allocator);
  const Status written = client.Patch(gvr, object.key(), client::PatchType::kMerge, patch).status();
  return written.IsNotFound() ? Status::Ok() : written;
}

}  // namespace croft::workloads
