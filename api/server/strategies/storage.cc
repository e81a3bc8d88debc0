#include <array>

#include "api/server/strategies/fields.h"
#include "api/server/strategies/kinds.h"
#include "api/server/strategies/limit_range_admission.h"
#include "api/server/strategies/pod_classes.h"

// PersistentVolume and PersistentVolumeClaim.
namespace croft::server {
namespace {

constexpr std::array kSources = {"awsElasticBlockStore",
                                 "azureDisk",
                                 "azureFile",
                                 "cephfs",
                                 "cinder",
                                 "csi",
                                 "fc",
                                 "flexVolume",
                                 "flocker",
                                 "gcePersistentDisk",
                                 "glusterfs",
                                 "hostPath",
                                 "iscsi",
                                 "local",
                                 "nfs",
                                 "photonPersistentDisk",
                                 "portworxVolume",
                                 "quobyte",
                                 "rbd",
                                 "scaleIO",
                                 "storageos",
                                 "vsphereVolume"};

constexpr const char* kOldClass = "volume.beta.kubernetes.io/storage-class";

// Kubernetes blames the list for what is wrong with one of its modes, and ReadWriteOncePod for having company.
void ValidateModes(const Json* modes, Causes& causes) {
  if (IsEmptyList(modes)) {
    causes.Required("spec.accessModes", "at least 1 access mode is required");
    return;
  }
  bool alone = false;
  ForEachItem(modes, "spec.accessModes", [&](const Json& mode, const std::string& at) {
    alone = alone || (mode.IsString() && AsView(mode) == "ReadWriteOncePod");
    if (!causes.Has(at)) return;
    causes.Drop(at);
    if (!mode.IsString()) return causes.TypeInvalid(at, "must be a string");
    causes.NotSupported("spec.accessModes", AsView(mode),
                        {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"});
  });
  if (alone && modes->Size() > 1) {
    causes.Forbidden("spec.accessModes", "may not use ReadWriteOncePod with other access modes");
  }
}

void ValidateSize(const Json* size, const std::string& at, Causes& causes) {
  if (const auto bytes = MilliOf(size); bytes && *bytes <= 0) causes.Invalid(at, *size, "must be greater than zero");
}

// The claim's spec without what may still change: the size and class of attributes of a bound claim, and the volume
// that it gets.
JsonDocument Frozen(const Json& claim, const Json& old) {
  JsonDocument copy;
  const Json* spec = Find(claim, "spec");
  if (spec == nullptr) return copy;
  copy.CopyFrom(*spec, copy.GetAllocator());
  if (FindString(old, {"spec", "volumeName"}).empty()) Erase(copy, "volumeName");
  if (FindString(old, {"status", "phase"}) != "Bound") return copy;
  Erase(copy, "volumeAttributesClassName");
  Json* resources = FindMutable(copy, "resources");
  Json* requests = resources == nullptr ? nullptr : FindMutable(*resources, "requests");
  if (requests != nullptr && requests->IsObject()) Erase(*requests, "storage");
  return copy;
}

}  // namespace

Status ClaimStrategy::PrepareForCreate(Json& claim, StrategyContext& context) const {
  SetString(Ensure(claim, "status", context.allocator), "phase", "Pending", context.allocator);
  Json* spec = FindMutable(claim, "spec");
  if (spec == nullptr || !spec->IsObject()) return Status::Ok();
  // An empty name is a name: that of no class.
  if (IsAbsent(Find(*spec, "storageClassName")) && Find(claim, {"metadata", "annotations", kOldClass}) == nullptr) {
    const std::string name = DefaultStorageClass(context.store);
    if (!name.empty()) SetString(*spec, "storageClassName", name, context.allocator);
  }
  return CheckLimitRanges(claim, "persistentvolumeclaims", context);
}

void ClaimStrategy::Validate(const Json& claim, Causes& causes) const {
  ValidateModes(Find(claim, {"spec", "accessModes"}), causes);
  const Json* size = Find(claim, {"spec", "resources", "requests", "storage"});
  if (IsAbsent(size)) {
    causes.Required("spec.resources[storage]");
  } else {
    ValidateSize(size, "spec.resources[storage]", causes);
  }
}

void ClaimStrategy::ValidateUpdate(const Json& old, const Json& claim, Causes& causes) const {
  if (!Equal(Frozen(old, old), Frozen(claim, old))) {
    causes.Forbidden("spec",
                     "spec is immutable after creation except resources.requests and volumeAttributesClassName for "
                     "bound claims");
    return;
  }
  const auto least = MilliOf(Find(old, {"status", "capacity", "storage"}));
  const auto wanted = MilliOf(Find(claim, {"spec", "resources", "requests", "storage"}));
  if (least && wanted && *wanted < *least) {
    causes.Forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
  }
}

Status VolumeStrategy::PrepareForCreate(Json& volume, StrategyContext& context) const {
  SetString(Ensure(volume, "status", context.allocator), "phase", "Pending", context.allocator);
  return Status::Ok();
}

void VolumeStrategy::Validate(const Json& volume, Causes& causes) const {
  ValidateModes(Find(volume, {"spec", "accessModes"}), causes);
  const Json* size = Find(volume, {"spec", "capacity", "storage"});
  if (IsAbsent(size)) {
    causes.Required("spec.capacity");
  } else {
    ValidateSize(size, "spec.capacity[storage]", causes);
  }
  int sources = 0;
  for (const std::string source : kSources) {
    if (IsAbsent(Find(volume, {"spec", source}))) continue;
    if (++sources > 1) causes.Forbidden("spec." + source, "may not specify more than 1 volume type");
  }
  if (sources == 0) causes.Required("spec", "must specify a volume type");
  const std::string path = "/" + std::string(FindString(volume, {"spec", "hostPath", "path"})) + "/";
  if (path.find("/../") != std::string::npos) {
    causes.Invalid("spec.hostPath.path", FindString(volume, {"spec", "hostPath", "path"}), "must not contain '..'");
  }
  if (!IsAbsent(Find(volume, {"spec", "local"})) && IsAbsent(Find(volume, {"spec", "nodeAffinity"}))) {
    causes.Required("spec.nodeAffinity", "Local volume requires node affinity");
  }
}

void VolumeStrategy::ValidateUpdate(const Json& old, const Json& volume, Causes& causes) const {
  for (const char* source : kSources) {
    if (SameField(Find(old, {"spec", source}), Find(volume, {"spec", source}))) continue;
    causes.Forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation");
  }
  CheckImmutable(Find(old, {"spec", "volumeMode"}), Find(volume, {"spec", "volumeMode"}), "spec.volumeMode", causes);
  const Json* affinity = Find(old, {"spec", "nodeAffinity"});
  if (!IsAbsent(affinity))
    CheckImmutable(affinity, Find(volume, {"spec", "nodeAffinity"}), "spec.nodeAffinity", causes);
}

}  // namespace croft::server
