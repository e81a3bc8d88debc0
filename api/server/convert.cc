#include "api/server/forms.h"
#include "api/server/resource_service.h"

// Posted kinds in several versions, which differ in apiVersion alone, and in what their schemas know: an object is
// stored as its storage version has it, and read through the schema of the version that is asked for. What was stored
// before a schema changed is read through the present one. Versions that only a web service could convert are not
// served, since none is called.
namespace croft::server {
namespace {

// Makes an object what `version` says: fields it doesn't know are dropped.
void Show(const Served& served, const schema::ResourceVersion& version, JsonDocument& object) {
  schema::Prune(*version.schema, object);
  SetString(object, "apiVersion", ApiVersion(served.def().group, version.name), object.GetAllocator());
}

const schema::ResourceVersion& StoredAs(const Served& served, const Object& object) {
  const auto [group, name] = SplitApiVersion(object.meta().api_version);
  const schema::ResourceVersion* version = served.def().FindVersion(name);
  return version == nullptr ? served.def().StorageVersion() : *version;
}

}  // namespace

ObjectPtr ResourceService::InVersion(const Served& served, const ObjectPtr& object) const {
  if (object == nullptr) return object;
  const bool there = object->meta().api_version == ApiVersion(served.def().group, served.version->name);
  // What the definition doesn't change never goes through it again.
  if (there && (served.def().builtin || object->meta().revision > served.def().since)) return object;
  JsonDocument json = object->ToJson();
  if (served.def().builtin) {
    ToReadForm(served, json, json.GetAllocator());
    SetString(json, "apiVersion", ApiVersion(served.def().group, served.version->name), json.GetAllocator());
  } else {
    const schema::ResourceVersion& stored = StoredAs(served, *object);
    schema::Prune(*stored.schema, json);
    schema::ApplyDefaults(*stored.schema, json, json.GetAllocator());
    Show(served, *served.version, json);
  }
  Result<ObjectPtr> shown = Object::From(json);
  return shown.ok() ? *shown : object;
}

void ToStorage(const Served& served, JsonDocument& object) {
  const schema::ResourceVersion& storage = served.def().StorageVersion();
  if (&storage == served.version || served.def().builtin) return;
  Show(served, storage, object);
  schema::ApplyDefaults(*storage.schema, object, object.GetAllocator());
}

Status PathNotFound() {
  return Status::NotFound("the server could not find the requested resource");
}

Status NotServed(const CatalogView& view, const GroupVersionResource& gvr) {
  const DefinitionPtr definition = view.FindResource(gvr.group, gvr.resource);
  const schema::ResourceVersion* version = definition == nullptr ? nullptr : definition->FindVersion(gvr.version);
  if (version == nullptr || !version->unconvertible) return PathNotFound();
  const std::string use = ApiVersion(gvr.group, definition->StorageVersion().name);
  return Status::NotFound(PathNotFound().message() + ": " + definition->kind + " in " +
                          ApiVersion(gvr.group, gvr.version) +
                          " is not served, since its definition leaves the conversion to a webhook and conversion "
                          "webhooks are not called; use " +
                          use + ", in which the objects are stored");
}

}  // namespace croft::server
