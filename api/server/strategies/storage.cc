#include "api/server/strategies/kinds.h"

namespace croft::server {

Status ClaimStrategy::PrepareForCreate(Json& claim, StrategyContext& context) const {
  SetString(Ensure(claim, "status", context.allocator), "phase", "Pending", context.allocator);
  return Status::Ok();
}

void ClaimStrategy::Validate(const Json& claim, Causes& causes) const {
  const Json* modes = Find(claim, {"spec", "accessModes"});
  if (modes == nullptr || !modes->IsArray() || modes->Empty()) {
    causes.Required("spec.accessModes", "at least 1 access mode is required");
  }
  if (Find(claim, {"spec", "resources", "requests", "storage"}) == nullptr) {
    causes.Required("spec.resources[storage]");
  }
}

Status VolumeStrategy::PrepareForCreate(Json& volume, StrategyContext& context) const {
  SetString(Ensure(volume, "status", context.allocator), "phase", "Pending", context.allocator);
  return Status::Ok();
}

void VolumeStrategy::Validate(const Json& volume, Causes& causes) const {
  if (Find(volume, {"spec", "capacity", "storage"}) == nullptr) causes.Required("spec.capacity");
  int sources = 0;
  for (const char* source : {"hostPath", "local", "nfs", "csi", "iscsi", "fc", "cephfs", "rbd"}) {
    if (Find(volume, {"spec", source}) == nullptr) continue;
    if (++sources > 1) causes.Forbidden(std::string("spec.") + source, "may not specify more than 1 volume type");
  }
  if (sources == 0) causes.Required("spec", "must specify a volume type");
}

}  // namespace croft::server
