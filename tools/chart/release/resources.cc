#include "tools/chart/release/resources.h"

#include <algorithm>

#include "api/object/yaml.h"
#include "tools/chart/release/manifests.h"

namespace croft::chart {
namespace {

constexpr std::string_view kManagedBy = "app.kubernetes.io/managed-by";
constexpr std::string_view kManager = "Helm";
constexpr std::string_view kReleaseName = "meta.helm.sh/release-name";
constexpr std::string_view kReleaseNamespace = "meta.helm.sh/release-namespace";

Result<Resource> ResourceOf(JsonDocument object, const std::string& ns, KindFinder& kinds) {
  Resource resource;
  const std::string version(FindString(object, {"apiVersion"}));
  resource.kind = FindString(object, {"kind"});
  const std::string name(FindString(object, {"metadata", "name"}));
  if (version.empty() || resource.kind.empty()) return Status::Invalid("apiVersion and kind must be set");
  if (name.empty()) return Status::Invalid(resource.kind + ": metadata.name must be set");
  const Result<ServedKind> served = kinds.Find(version, resource.kind);
  if (!served.ok()) return served.status().Annotate(resource.kind + " " + name);
  resource.served = *served;
  resource.key.name = name;
  if (served->namespaced) {
    const std::string_view own = FindString(object, {"metadata", "namespace"});
    resource.key.ns = own.empty() ? ns : own;
    SetString(object["metadata"], "namespace", resource.key.ns, object.GetAllocator());
  }
  resource.object = std::move(object);
  return resource;
}

Status RequireMark(const Json& live, const char* where, std::string_view key, std::string_view value) {
  const Json* marks = Find(live, {"metadata", where});
  const Json* mark = marks != nullptr && marks->IsObject() ? Find(*marks, key) : nullptr;
  const std::string what = std::string(where) + " " + std::string(key);
  if (mark == nullptr || !mark->IsString()) {
    return Status::Conflict("it has no " + what + ", which must be " + std::string(value));
  }
  if (AsView(*mark) == value) return Status::Ok();
  return Status::Conflict("its " + what + " is " + std::string(AsView(*mark)) + ", which must be " +
                          std::string(value));
}

}  // namespace

bool Resource::SameAs(const Resource& other) const {
  return key == other.key && served.gvr.group == other.served.gvr.group &&
         served.gvr.resource == other.served.gvr.resource;
}

std::string Resource::Show() const {
  std::string text = kind + " \"" + key.name + "\"";
  if (!key.ns.empty()) text += " in namespace \"" + key.ns + "\"";
  return text;
}

Result<Resources> ReadResources(std::string_view manifest, const std::string& ns, KindFinder& kinds) {
  Resources resources;
  int number = 0;
  for (const std::string& document : SplitManifests(manifest)) {
    ++number;
    if (IsBlank(document)) continue;
    const auto place = [&] { return "document " + std::to_string(number) + " of the manifest"; };
    std::vector<YamlDuplicate> duplicates;  // are no error to Helm
    Result<JsonDocument> object = ParseYamlDocument(document, &duplicates);
    if (!object.ok()) return object.status().Annotate(place());
    if (!object->IsObject()) return Status::Invalid(place() + " must be a map");
    const Json* items = FindString(*object, {"kind"}) == "List" ? Find(*object, "items") : nullptr;
    if (items == nullptr || !items->IsArray()) {
      Result<Resource> resource = ResourceOf(std::move(*object), ns, kinds);
      if (!resource.ok()) return resource.status().Annotate(place());
      resources.push_back(std::move(*resource));
      continue;
    }
    for (const Json& item : items->GetArray()) {
      JsonDocument copy;
      copy.CopyFrom(item, copy.GetAllocator());
      Result<Resource> resource = ResourceOf(std::move(copy), ns, kinds);
      if (!resource.ok()) return resource.status().Annotate(place());
      resources.push_back(std::move(*resource));
    }
  }
  return resources;
}

void Ownership::Mark(Resource& resource) const {
  auto& allocator = resource.object.GetAllocator();
  Json& metadata = resource.object["metadata"];
  SetString(Ensure(metadata, "labels", allocator), kManagedBy, kManager, allocator);
  Json& annotations = Ensure(metadata, "annotations", allocator);
  SetString(annotations, kReleaseName, name, allocator);
  SetString(annotations, kReleaseNamespace, ns, allocator);
}

Status Ownership::Check(const Json& live) const {
  CROFT_RETURN_IF_ERROR(RequireMark(live, "labels", kManagedBy, kManager));
  CROFT_RETURN_IF_ERROR(RequireMark(live, "annotations", kReleaseName, name));
  return RequireMark(live, "annotations", kReleaseNamespace, ns);
}

}  // namespace croft::chart
