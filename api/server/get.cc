#include "api/server/resource_service.h"

namespace croft::server {

Result<ObjectPtr> ResourceService::Get(const Identity& who, const Target& target) {
  Result<Served> served = Admit(who, target, "get");
  if (!served.ok()) return served.status();
  CROFT_RETURN_IF_ERROR(CheckScope(*served, target, true));
  const ObjectPtr stored = Stored(*served, target);
  if (stored == nullptr) return Status::ObjectNotFound(target.gvr.group, target.gvr.resource, target.name);
  if (target.subresource.empty()) return InVersion(*served, stored);
  if (target.subresource == "status" && served->version->has_status) return InVersion(*served, stored);
  if (target.subresource == "scale" && served->version->scale) return GetScale(*served, stored);
  return Status::NotFound("the server could not find the requested resource");
}

}  // namespace croft::server
