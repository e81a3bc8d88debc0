#include "api/schema/openapi_v3.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <set>

#include "api/schema/openapi_paths.h"
#include "api/schema/openapi_schemas.h"

namespace croft::schema {
namespace {

class Builder {
 public:
  Builder(JsonDocument& document, std::string_view server_version)
      : document_(document), allocator_(document.GetAllocator()) {
    SetString(document_, "openapi", "3.0.0", allocator_);
    SetOpenApiInfo(document_, server_version, allocator_);
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
    SetOpenApiToken(Ensure(components, "securitySchemes", allocator_), allocator_);
  }

  void Add(Json& paths, const OpenApiPath& path) {
    Json item(rapidjson::kObjectType);
    for (const OpenApiOperation& operation : path.operations) {
      Set(item, operation.method, Operation(operation), allocator_);
    }
    if (!path.in_path.empty()) Set(item, "parameters", Parameters(path.in_path, "path"), allocator_);
    Set(paths, path.path, std::move(item), allocator_);
  }

  Json Operation(const OpenApiOperation& operation) {
    Json out(rapidjson::kObjectType);
    SetString(out, "operationId", operation.id, allocator_);
    SetString(out, "description", operation.description, allocator_);
    Json tags(rapidjson::kArrayType);
    tags.PushBack(MakeString(operation.tag, allocator_), allocator_);
    Set(out, "tags", std::move(tags), allocator_);
    Set(out, "parameters", Parameters(operation.query, "query"), allocator_);
    if (!operation.body.empty()) {
      Json& content = Ensure(Ensure(out, "requestBody", allocator_), "content", allocator_);
      if (operation.method == "patch") {
        for (const std::string_view type : PatchMediaTypes(operation.strategic))
          Set(content, type, Media(operation.body), allocator_);
      } else {
        Set(content, "*/*", Media(operation.body), allocator_);
      }
    }
    Json& responses = Ensure(out, "responses", allocator_);
    for (const std::string& code : OpenApiCodes(operation)) {
      Json& good = Ensure(responses, code, allocator_);
      SetString(good, "description", code == "200" ? "OK" : code == "201" ? "Created" : "Accepted", allocator_);
      Json& content = Ensure(good, "content", allocator_);
      if (operation.reply.empty()) {
        Set(content, "text/plain", Media(operation.reply), allocator_);
        continue;
      }
      for (const char* type : {"application/json", "application/yaml"}) {
        Set(content, type, Media(operation.reply), allocator_);
      }
    }
    SetString(Ensure(responses, "401", allocator_), "description", "Unauthorized", allocator_);
    if (operation.action.empty()) return out;
    SetString(out, "x-kubernetes-action", operation.action, allocator_);
    Set(out, "x-kubernetes-group-version-kind", OpenApiKind(operation.gvk, allocator_), allocator_);
    return out;
  }

  Json Media(std::string_view definition) {
    Json out(rapidjson::kObjectType);
    Set(out, "schema",
        definition.empty() ? Type("string") : OpenApiReference(definition, OpenApiStyle::kV3, allocator_), allocator_);
    return out;
  }

  Json Type(std::string_view name) {
    Json out(rapidjson::kObjectType);
    SetString(out, "type", name, allocator_);
    return out;
  }

  Json Parameters(const std::vector<OpenApiParameter>& parameters, std::string_view in) {
    Json list(rapidjson::kArrayType);
    for (const OpenApiParameter& parameter : parameters) {
      Json out(rapidjson::kObjectType);
      SetString(out, "name", parameter.name, allocator_);
      SetString(out, "in", in, allocator_);
      SetString(out, "description", OpenApiParameterText(parameter.name), allocator_);
      if (in == "path") Set(out, "required", Json(true), allocator_);
      Set(out, "schema", Type(parameter.type), allocator_);
      list.PushBack(std::move(out), allocator_);
    }
    return list;
  }

  JsonDocument& document_;
  JsonAllocator& allocator_;
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
