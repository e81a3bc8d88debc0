#include "api/schema/openapi_v3.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <set>

#include "api/schema/openapi_document.h"

namespace croft::schema {
namespace {

class Builder final : public OpenApiDocument {
 public:
  Builder(JsonDocument& document, std::string_view server_version) : OpenApiDocument(document, server_version) {
    SetString(document_, "openapi", "3.0.0", allocator_);
  }

  // About the kinds of one group and version.
  void Build(const std::vector<PublishedKind>& kinds, const EmbeddedDefinitions& definitions) {
    Json& paths = Ensure(document_, "paths", allocator_);
    Add(paths, ResourceListPath(kinds.front().definition->group, kinds.front().version->name));
    for (const PublishedKind& kind : kinds) {
      for (const OpenApiPath& path : ListOpenApiPaths(*kind.definition, *kind.version)) Add(paths, path);
    }
    AddComponents(BuildOpenApiSchemas(kinds, definitions, OpenApiStyle::kV3, allocator_));
  }
  // About one path of discovery.
  void Build(const OpenApiPath& path, const EmbeddedDefinitions& definitions) {
    Add(Ensure(document_, "paths", allocator_), path);
    AddComponents(BuildOpenApiSchemas(std::set<std::string>{path.operations.front().reply}, definitions,
                                      OpenApiStyle::kV3, allocator_));
  }

 private:
  void AddComponents(Json schemas) {
    Json& components = Ensure(document_, "components", allocator_);
    Set(components, "schemas", std::move(schemas), allocator_);
    SetToken(Ensure(components, "securitySchemes", allocator_));
  }

  void SetType(Json& parameter, std::string_view type) override {
    SetString(Ensure(parameter, "schema", allocator_), "type", type, allocator_);
  }

  void SetBody(Json& out, const OpenApiOperation& operation) override {
    if (operation.body.empty()) return;
    Json& content = Ensure(Ensure(out, "requestBody", allocator_), "content", allocator_);
    if (operation.method != "patch") return AddMedia(content, "*/*", operation.body);
    for (const std::string_view type : PatchMediaTypes(operation.strategic)) AddMedia(content, type, operation.body);
  }

  void SetContent(Json& response, const OpenApiOperation& operation) override {
    Json& content = Ensure(response, "content", allocator_);
    if (operation.reply.empty()) return AddMedia(content, "text/plain", operation.reply);
    for (const char* type : {"application/json", "application/yaml"}) AddMedia(content, type, operation.reply);
  }

  // `definition` is empty for text.
  void AddMedia(Json& content, std::string_view type, std::string_view definition) {
    Json& media = Ensure(content, type, allocator_);
    if (definition.empty()) return SetType(media, "string");
    Set(media, "schema", OpenApiReference(definition, OpenApiStyle::kV3, allocator_), allocator_);
  }
};

// "api/v1", "apis/apps/v1"
std::string PathOf(const PublishedKind& kind) {
  const std::string& group = kind.definition->group;
  return (group.empty() ? "api/" : "apis/" + group + "/") + kind.version->name;
}

// "/apis/apps/" -> "apis/apps"
std::string_view PathOf(const OpenApiPath& discovery) {
  return std::string_view(discovery.path).substr(1, discovery.path.size() - 2);
}

std::vector<OpenApiPath> DiscoveryOf(const std::vector<PublishedKind>& kinds) {
  std::set<std::string> groups;
  for (const PublishedKind& kind : kinds) groups.insert(kind.definition->group);
  return ListDiscoveryPaths(groups);
}

JsonDocument BuildDocument(const std::vector<PublishedKind>& all, std::string_view path,
                           const EmbeddedDefinitions& definitions, std::string_view server_version) {
  JsonDocument document(rapidjson::kObjectType);
  std::vector<PublishedKind> kinds = all;
  std::erase_if(kinds, [&](const PublishedKind& kind) { return PathOf(kind) != path; });
  if (!kinds.empty()) {
    Builder(document, server_version).Build(kinds, definitions);
    return document;
  }
  for (const OpenApiPath& discovery : DiscoveryOf(all)) {
    if (PathOf(discovery) != path) continue;
    Builder(document, server_version).Build(discovery, definitions);
    return document;
  }
  return {};
}

}  // namespace

// FNV-1a: tells texts apart that nobody forges.
std::string OpenApiHash(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  char hex[17];
  std::snprintf(hex, sizeof(hex), "%016llX", static_cast<unsigned long long>(hash));
  return hex;
}

JsonDocument BuildOpenApiV3(const std::vector<const ResourceDefinition*>& kinds, std::string_view path,
                            std::string_view server_version) {
  return BuildDocument(ServedVersions(kinds), path, EmbeddedDefinitions(), server_version);
}

std::string BuildOpenApiV3Index(const std::vector<const ResourceDefinition*>& kinds, std::string_view server_version) {
  const EmbeddedDefinitions definitions;
  const std::vector<PublishedKind> served = ServedVersions(kinds);
  std::set<std::string> paths;
  for (const PublishedKind& kind : served) paths.insert(PathOf(kind));
  for (const OpenApiPath& discovery : DiscoveryOf(served)) paths.emplace(PathOf(discovery));
  JsonDocument index(rapidjson::kObjectType);
  auto& allocator = index.GetAllocator();
  Json& documents = Ensure(index, "paths", allocator);
  for (const std::string& path : paths) {
    const std::string text = WriteJson(BuildDocument(served, path, definitions, server_version));
    SetString(Ensure(documents, path, allocator), "serverRelativeURL",
              "/openapi/v3/" + path + "?hash=" + OpenApiHash(text), allocator);
  }
  return WriteJson(index);
}

}  // namespace croft::schema
