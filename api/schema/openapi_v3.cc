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
  explicit Builder(JsonDocument& document) : document_(document), allocator_(document.GetAllocator()) {}

  void Build(const std::vector<PublishedKind>& kinds, const EmbeddedDefinitions& definitions,
             std::string_view version) {
    SetString(document_, "openapi", "3.0.0", allocator_);
    Json& info = Ensure(document_, "info", allocator_);
    SetString(info, "title", "Croft", allocator_);
    SetString(info, "version", version, allocator_);
    Set(document_, "paths", Paths(kinds), allocator_);
    Json& components = Ensure(document_, "components", allocator_);
    Set(components, "schemas", BuildOpenApiSchemas(kinds, definitions, OpenApiStyle::kV3, allocator_), allocator_);
    Json& token = Ensure(Ensure(components, "securitySchemes", allocator_), "BearerToken", allocator_);
    SetString(token, "description", "Bearer token", allocator_);
    SetString(token, "type", "apiKey", allocator_);
    SetString(token, "name", "authorization", allocator_);
    SetString(token, "in", "header", allocator_);
  }

 private:
  // Of one group and version.
  Json Paths(const std::vector<PublishedKind>& kinds) {
    Json paths(rapidjson::kObjectType);
    Add(paths, ResourceListPath(kinds.front().definition->group, kinds.front().version->name));
    for (const PublishedKind& kind : kinds) {
      for (const OpenApiPath& path : ListOpenApiPaths(*kind.definition, *kind.version)) Add(paths, path);
    }
    return paths;
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

JsonDocument BuildDocument(std::vector<PublishedKind> kinds, std::string_view group, std::string_view version,
                           const EmbeddedDefinitions& definitions, std::string_view server_version) {
  std::erase_if(kinds, [&](const PublishedKind& kind) {
    return kind.definition->group != group || kind.version->name != version;
  });
  if (kinds.empty()) return {};
  JsonDocument document(rapidjson::kObjectType);
  Builder(document).Build(kinds, definitions, server_version);
  return document;
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

std::string OpenApiV3Path(std::string_view group, std::string_view version) {
  return (group.empty() ? "api/" : "apis/" + std::string(group) + "/") + std::string(version);
}

JsonDocument BuildOpenApiV3(const std::vector<const ResourceDefinition*>& kinds, std::string_view group,
                            std::string_view version, std::string_view server_version) {
  return BuildDocument(ServedVersions(kinds), group, version, EmbeddedDefinitions(), server_version);
}

std::string BuildOpenApiV3Index(const std::vector<const ResourceDefinition*>& kinds, std::string_view server_version) {
  const EmbeddedDefinitions definitions;
  const std::vector<PublishedKind> served = ServedVersions(kinds);
  std::set<std::pair<std::string, std::string>> versions;
  for (const PublishedKind& kind : served) versions.emplace(kind.definition->group, kind.version->name);
  JsonDocument index(rapidjson::kObjectType);
  auto& allocator = index.GetAllocator();
  Json& paths = Ensure(index, "paths", allocator);
  for (const auto& [group, version] : versions) {
    const std::string path = OpenApiV3Path(group, version);
    const std::string text = WriteJson(BuildDocument(served, group, version, definitions, server_version));
    SetString(Ensure(paths, path, allocator), "serverRelativeURL", "/openapi/v3/" + path + "?hash=" + OpenApiHash(text),
              allocator);
  }
  return WriteJson(index);
}

}  // namespace croft::schema
