#include "api/base/log.h"
#include "api/server/resource_service.h"

// What other things must follow once an object is stored or gone: posted kinds are served or withdrawn, a new
// namespace gets what every namespace has.
namespace croft::server {
namespace {

constexpr const char* kCrdGroup = "apiextensions.k8s.io";
constexpr const char* kCrds = "customresourcedefinitions";
constexpr const char* kCrdCleanup = "customresourcecleanup.apiextensions.k8s.io";

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

void ResourceService::FollowUp(const Served& served, const ObjectPtr& object, bool removed) {
  if (IsNamespace(served) && !removed && !object->meta().deleting && hooks_.namespace_created) {
    hooks_.namespace_created(object);
  }
  if (IsCrd(served)) {
    if (removed) {
      const JsonDocument crd = object->ToJson();
      parts_.catalog.Remove(FindString(crd, {"spec", "group"}), FindString(crd, {"spec", "names", "plural"}));
    } else {
      ServeCrd(object);
      if (object->meta().deleting) CleanUpAfterCrd(object);
    }
    if (hooks_.kinds_changed) hooks_.kinds_changed();
  }
  if (removed && !served.def().builtin) FinishTerminatingCrd(served);
}

void ResourceService::ServeCrd(const ObjectPtr& crd) {
  Result<schema::ResourceDefinition> definition = schema::FromCrd(crd->ToJson(), nullptr);
  if (!definition.ok()) {
    log::Error("a stored CustomResourceDefinition can not be served",
               {{"name", crd->name()}, {"error", definition.status().message()}});
    return;
  }
  const Status put = parts_.catalog.Put(std::move(*definition), crd->meta().deleting);
  if (!put.ok()) {
    log::Warn("a CustomResourceDefinition is not served", {{"name", crd->name()}, {"error", put.message()}});
  }
}

void ResourceService::CleanUpAfterCrd(const ObjectPtr& crd) {
  const JsonDocument json = crd->ToJson();
  const DefinitionPtr definition = parts_.catalog.view()->FindResource(FindString(json, {"spec", "group"}),
                                                                       FindString(json, {"spec", "names", "plural"}));
  if (definition == nullptr) return;
  const Served served{definition, &definition->StorageVersion(), true};
  for (const ObjectPtr& object : parts_.store.List(ResourceOf(served), "").items) {
    const Result<DeleteResult> deleted = DeleteStored(served, object, {});
    if (!deleted.ok() && !deleted.status().IsNotFound()) {
      log::Warn(
          "an object of a deleted kind could not be removed",
          {{"kind", definition->kind}, {"object", object->key().ToString()}, {"error", deleted.status().message()}});
    }
  }
  FinishTerminatingCrd(served);
}

void ResourceService::FinishTerminatingCrd(const Served& instance) {
  const CatalogViewPtr view = parts_.catalog.view();
  const std::string name = instance.def().plural + "." + instance.def().group;
  const Served crds = view->Find({kCrdGroup, "v1", kCrds});
  const ObjectPtr crd = parts_.store.Get({kCrdGroup, kCrds}, {"", name});
  if (crds.definition == nullptr || crd == nullptr || !crd->meta().deleting) return;
  if (!parts_.store.List(ResourceOf(instance), "").items.empty()) return;
  std::vector<std::string> finalizers = crd->meta().finalizers;
  std::erase(finalizers, kCrdCleanup);
  // A conflict means that somebody else is at the same thing.
  const Result<DeleteResult> done =
      finalizers.empty() ? Remove(crds, crd) : MarkDeleting(crds, crd, std::nullopt, finalizers);
  if (!done.ok() && !done.status().IsNotFound() && !done.status().IsConflict()) {
    log::Warn("a CustomResourceDefinition could not be removed", {{"name", name}, {"error", done.status().message()}});
  }
}

}  // namespace croft::server
