#include "api/server/read_options.h"
#include "api/server/resource_service.h"

namespace croft::server {

Result<ObjectPtr> ResourceService::Get(const Identity& who, const Target& target, const GetOptions& options) {
  Result<Served> served = Admit(who, target, "get");
  if (!served.ok()) return served.status();
  CROFT_RETURN_IF_ERROR(CheckScope(*served, target, true));
  const Result<uint64_t> wanted = ParseRevision(options.resource_version);
  if (!wanted.ok()) return wanted.status();
  if (*wanted > 0 && *wanted > parts_.store.Revision()) return TooLargeRevision(*wanted, parts_.store.Revision());
  const ObjectPtr stored = Stored(*served, target);
  if (stored == nullptr) return Status::ObjectNotFound(target.gvr.group, target.gvr.resource, target.name);
  if (ShowsObject(*served, target.subresource)) return InVersion(*served, stored);
  if (target.subresource == "scale" && served->version->scale) return GetScale(*served, stored);
  return PathNotFound();
}

}  // namespace croft::server
