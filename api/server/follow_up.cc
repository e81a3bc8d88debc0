#include "api/server/resource_service.h"

// What other things must follow once an object is stored or gone: posted kinds are served or withdrawn, a new
// namespace gets what every namespace has.
namespace croft::server {
namespace {

constexpr const char* kCrdGroup = "apiextensions.k8s.io";
constexpr const char* kCrds = "customresourcedefinitions";

bool IsCrd(const Served& served) {
  return served.def().group == kCrdGroup && served.def().plural == kCrds;
}

bool IsNamespace(const Served& served) {
  return served.def().group.empty() && served.def().plural == "namespaces";
}

}  // namespace

bool ResourceService::HasFollowUp(const Served& served) const {
  return IsCrd(served) || IsNamespace(served);
}

bool ResourceService::WritesAreFollowed(const GroupVersionResource& gvr) const {
  const Served served = parts_.catalog.view()->Find(gvr);
  return served.definition != nullptr && HasFollowUp(served);
}

void ResourceService::FollowUp(const Served& served, const ObjectPtr& object, bool removed) {
  if (IsNamespace(served) && !removed && !object->meta().deleting && hooks_.namespace_created) {
    hooks_.namespace_created(object);
  }
  if (IsCrd(served)) {
    FollowCrd(object, removed);
    if (hooks_.kinds_changed) hooks_.kinds_changed();
  }
  if (removed && !served.def().builtin) FinishTerminatingCrd(served.def().group, served.def().plural);
}

}  // namespace croft::server
