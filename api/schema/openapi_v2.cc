#include "api/schema/openapi_v2.h"

#include <set>
#include <utility>

#include "api/schema/openapi_document.h"

namespace croft::schema {
namespace {

class Builder final : public OpenApiDocument {
 public:
  Builder(JsonDocument& document, std::string_view server_version) : OpenApiDocument(document, server_version) {}

  void Build(const std::vector<PublishedKind>& kinds) {
    const EmbeddedDefinitions definitions;
    SetString(document_, "swagger", "2.0", allocator_);
    Set(document_, "paths", Paths(kinds), allocator_);
    Set(document_, "definitions", BuildOpenApiSchemas(kinds, definitions, OpenApiStyle::kV2, allocator_), allocator_);
    SetToken(Ensure(document_, "securityDefinitions", allocator_));
    Json requirement(rapidjson::kObjectType);
    Set(requirement, "BearerToken", Json(rapidjson::kArrayType), allocator_);
    Json list(rapidjson::kArrayType);
    list.PushBack(std::move(requirement), allocator_);
    Set(document_, "security", std::move(list), allocator_);
  }

 private:
  Json Paths(const std::vector<PublishedKind>& kinds) {
    Json paths(rapidjson::kObjectType);
    std::set<std::string> groups;
    std::set<std::pair<std::string, std::string>> versions;
    for (const PublishedKind& kind : kinds) {
      for (const OpenApiPath& path : ListOpenApiPaths(*kind.definition, *kind.version)) Add(paths, path);
      groups.insert(kind.definition->group);
      versions.emplace(kind.definition->group, kind.version->name);
    }
    for (const auto& [group, version] : versions) Add(paths, ResourceListPath(group, version));
    for (const OpenApiPath& path : ListDiscoveryPaths(groups)) Add(paths, path);
    return paths;
  }

  void SetType(Json& parameter, std::string_view type) override { SetString(parameter, "type", type, allocator_); }

  void SetBody(Json& out, const OpenApiOperation& operation) override {
    Set(out, "schemes", Texts({"https"}), allocator_);
    Json consumes(rapidjson::kArrayType);
    if (operation.method == "patch") {
      for (const std::string_view type : PatchMediaTypes(operation.strategic))
        consumes.PushBack(MakeString(type, allocator_), allocator_);
    } else {
      consumes.PushBack("*/*", allocator_);
    }
    Set(out, "consumes", std::move(consumes), allocator_);
    Set(out, "produces", Texts({"application/json", "application/yaml"}), allocator_);
    if (operation.body.empty()) return;
    Json body(rapidjson::kObjectType);
    SetString(body, "name", "body", allocator_);
    SetString(body, "in", "body", allocator_);
    const bool optional = operation.method == "delete";
    if (!optional) Set(body, "required", Json(true), allocator_);
    Set(body, "schema", OpenApiReference(operation.body, OpenApiStyle::kV2, allocator_), allocator_);
    out["parameters"].PushBack(std::move(body), allocator_);
  }

  void SetContent(Json& response, const OpenApiOperation& operation) override {
    if (operation.reply.empty()) {
      SetString(Ensure(response, "schema", allocator_), "type", "string", allocator_);
    } else {
      Set(response, "schema", OpenApiReference(operation.reply, OpenApiStyle::kV2, allocator_), allocator_);
    }
  }

  Json Texts(std::initializer_list<std::string_view> texts) {
    Json out(rapidjson::kArrayType);
    for (const std::string_view text : texts) out.PushBack(MakeString(text, allocator_), allocator_);
    return out;
  }
};

}  // namespace

JsonDocument BuildOpenApiV2(const std::vector<const ResourceDefinition*>& kinds, std::string_view version) {
  JsonDocument document(rapidjson::kObjectType);
  Builder(document, version).Build(ServedVersions(kinds));
  return document;
}

}  // namespace croft::schema
