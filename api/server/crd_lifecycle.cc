#include "api/base/log.h"
#include "api/server/metadata.h"
#include "api/server/resource_service.h"
#include "api/server/strategies/crd_status.h"

// How a posted kind lives: served under its accepted names once it is established, read anew when its definition
// changes, emptied and withdrawn when the definition is deleted. Names that one definition gives up go to others that
// wait for them.
namespace croft::server {
namespace {

constexpr const char* kCrdGroup = "apiextensions.k8s.io";
constexpr const char* kCrds = "customresourcedefinitions";
constexpr const char* kCrdCleanup = "customresourcecleanup.apiextensions.k8s.io";

const store::GroupResource& CrdResource() {
  static const store::GroupResource kResource{kCrdGroup, kCrds};
  return kResource;
}

std::vector<std::string> Texts(const Json* list) {
  std::vector<std::string> texts;
  if (list == nullptr || !list->IsArray()) return texts;
  for (const Json& text : list->GetArray()) {
    if (text.IsString()) texts.emplace_back(AsView(text));
  }
  return texts;
}

void UseAcceptedNames(const Json& crd, schema::ResourceDefinition& definition) {
  const Json* names = Find(crd, {"status", "acceptedNames"});
  if (names == nullptr) return;
  definition.singular = FindString(*names, {"singular"}, definition.singular);
  definition.kind = FindString(*names, {"kind"}, definition.kind);
  definition.list_kind = FindString(*names, {"listKind"}, definition.list_kind);
  definition.short_names = Texts(Find(*names, "shortNames"));
  definition.categories = Texts(Find(*names, "categories"));
}

// Whether objects that are stored under one are what the other would store.
bool SameSchemas(const schema::ResourceDefinition& a, const schema::ResourceDefinition& b) {
  if (a.versions.size() != b.versions.size()) return false;
  for (const schema::ResourceVersion& version : a.versions) {
    const schema::ResourceVersion* other = b.FindVersion(version.name);
    if (other == nullptr || other->storage != version.storage || *other->source != *version.source) return false;
  }
  return true;
}

}  // namespace

void ResourceService::ServeCrd(const ObjectPtr& object) {
  const JsonDocument crd = object->ToJson();
  const std::string_view group = FindString(crd, {"spec", "group"});
  const std::string_view plural = FindString(crd, {"spec", "names", "plural"});
  if (!CrdConditionIsTrue(crd, "Established")) return parts_.catalog.Remove(group, plural);
  Result<schema::ResourceDefinition> definition = schema::FromCrd(crd, nullptr);
  if (!definition.ok()) {
    log::Error("a stored CustomResourceDefinition can not be served",
               {{"name", object->name()}, {"error", definition.status().message()}});
    return;
  }
  UseAcceptedNames(crd, *definition);
  const DefinitionPtr before = parts_.catalog.view()->FindResource(group, plural);
  const bool kept = before != nullptr && !before->builtin && SameSchemas(*before, *definition);
  definition->since = kept ? before->since : object->meta().revision;
  const Status put = parts_.catalog.Put(std::move(*definition), object->meta().deleting);
  if (!put.ok()) {
    log::Warn("a CustomResourceDefinition is not served", {{"name", object->name()}, {"error", put.message()}});
  }
}

void ResourceService::FollowCrd(const ObjectPtr& object, bool removed) {
  const JsonDocument crd = object->ToJson();
  const std::string group(FindString(crd, {"spec", "group"}));
  if (removed) {
    // One that was never served may have the name of a built-in kind, which the catalog keeps apart.
    parts_.catalog.Remove(group, FindString(crd, {"spec", "names", "plural"}));
    return ReconsiderNames(group);
  }
  // Who writes the status may have taken away what it says of the names.
  ServeCrd(object->meta().deleting ? object : JudgeAgain(object));
  ReconsiderNames(group);
  if (object->meta().deleting) CleanUpAfterCrd(object);
}

void ResourceService::ReconsiderNames(const std::string& group) {
  for (const ObjectPtr& object : parts_.store.List(CrdResource(), "").items) {
    const JsonDocument crd = object->ToJson();
    const Json* wanted = Find(crd, {"spec", "names"});
    const Json* accepted = Find(crd, {"status", "acceptedNames"});
    if (FindString(crd, {"spec", "group"}) != group || wanted == nullptr) continue;
    if (accepted != nullptr && Equal(*wanted, *accepted)) continue;
    const ObjectPtr judged = JudgeAgain(object);
    if (judged != object) ServeCrd(judged);
  }
}

ObjectPtr ResourceService::JudgeAgain(const ObjectPtr& object) {
  const Served crds = parts_.catalog.view()->Find({kCrdGroup, "v1", kCrds});
  if (crds.definition == nullptr) return object;
  JsonDocument crd = object->ToJson();
  const NamesInUse used =
      NamesOfGroup(parts_.store, parts_.catalog, FindString(crd, {"spec", "group"}), object->name());
  JudgeNames(crd, used, parts_.clock.Now(), crd.GetAllocator());
  if (Equal(crd, object->ToJson())) return object;
  Result<Draft> draft = Draft::From(crd);
  if (!draft.ok()) return object;
  // A conflict means that the definition changes, which judges it again.
  const Result<ObjectPtr> stored = parts_.store.CommitAndWait(
      {CrdResource(), object->key(), std::move(*draft), object->meta().revision, crds.def().ephemeral});
  return stored.ok() ? *stored : object;
}

void ResourceService::CleanUpAfterCrd(const ObjectPtr& object) {
  const JsonDocument crd = object->ToJson();
  const std::string group(FindString(crd, {"spec", "group"}));
  const std::string plural(FindString(crd, {"spec", "names", "plural"}));
  const DefinitionPtr definition = parts_.catalog.view()->FindResource(group, plural);
  if (definition != nullptr && !definition->builtin) {
    const Served served{definition, &definition->StorageVersion(), true};
    for (const ObjectPtr& instance : parts_.store.List(ResourceOf(served), "").items) {
      const Result<DeleteResult> deleted = DeleteStored(served, instance, {});
      if (!deleted.ok() && !deleted.status().IsNotFound()) {
        log::Warn("an object of a deleted kind could not be removed", {{"kind", definition->kind},
                                                                       {"object", instance->key().ToString()},
                                                                       {"error", deleted.status().message()}});
      }
    }
  }
  FinishTerminatingCrd(group, plural);
}

void ResourceService::FinishTerminatingCrd(const std::string& group, const std::string& plural) {
  const CatalogViewPtr view = parts_.catalog.view();
  const Served crds = view->Find({kCrdGroup, "v1", kCrds});
  const ObjectPtr object = parts_.store.Get(CrdResource(), {"", plural + "." + group});
  if (crds.definition == nullptr || object == nullptr || !object->meta().deleting) return;
  const DefinitionPtr definition = view->FindResource(group, plural);
  const bool served = definition != nullptr && !definition->builtin;
  if (served && !parts_.store.List({group, plural}, "").items.empty()) return;
  std::vector<std::string> finalizers = object->meta().finalizers;
  if (std::erase(finalizers, kCrdCleanup) == 0) return;
  // A conflict means that somebody else is at the same thing.
  const Result<DeleteResult> done =
      finalizers.empty() ? Remove(crds, object) : MarkDeleting(crds, object, std::nullopt, finalizers);
  if (!done.ok() && !done.status().IsNotFound() && !done.status().IsConflict()) {
    log::Warn("a CustomResourceDefinition could not be removed",
              {{"name", object->name()}, {"error", done.status().message()}});
  }
}

void MarkCrdTerminating(Json& crd, bool cleaned, WallTime now, JsonAllocator& allocator) {
  if (!cleaned) {
    SetCrdCondition(crd, "Terminating", true, "InstanceDeletionInProgress", "CustomResource deletion is in progress",
                    now, allocator);
  } else if (CrdConditionIsTrue(crd, "Established")) {
    SetCrdCondition(crd, "Terminating", false, "InstanceDeletionCompleted", "removed all instances", now, allocator);
  } else {
    SetCrdCondition(crd, "Terminating", false, "NeverEstablished", "resource was never established", now, allocator);
  }
}

}  // namespace croft::server
