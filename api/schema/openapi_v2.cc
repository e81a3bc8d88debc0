#include "api/schema/openapi_v2.h"

#include <set>
#include <utility>

#include "api/schema/openapi_paths.h"
#include "api/schema/openapi_schemas.h"

namespace croft::schema {
namespace {

class Builder {
 public:
  explicit Builder(JsonDocument& document) : document_(document), allocator_(document.GetAllocator()) {}

  void Build(const std::vector<PublishedKind>& kinds, std::string_view version) {
    const EmbeddedDefinitions definitions;
    SetString(document_, "swagger", "2.0", allocator_);
    SetOpenApiInfo(document_, version, allocator_);
    Set(document_, "paths", Paths(kinds), allocator_);
    Set(document_, "definitions", BuildOpenApiSchemas(kinds, definitions, OpenApiStyle::kV2, allocator_), allocator_);
    AddSecurity();
  }

 private:
  void AddSecurity() {
    SetOpenApiToken(Ensure(document_, "securityDefinitions", allocator_), allocator_);
    Json requirement(rapidjson::kObjectType);
    Set(requirement, "BearerToken", Json(rapidjson::kArrayType), allocator_);
    Json list(rapidjson::kArrayType);
    list.PushBack(std::move(requirement), allocator_);
    Set(document_, "security", std::move(list), allocator_);
  }

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
    Set(out, "schemes", Texts({"https"}), allocator_);
    Set(out, "tags", Texts({operation.tag}), allocator_);
    Json consumes(rapidjson::kArrayType);
    if (operation.method == "patch") {
      for (const std::string_view type : PatchMediaTypes(operation.strategic))
        consumes.PushBack(MakeString(type, allocator_), allocator_);
    } else {
      consumes.PushBack("*/*", allocator_);
    }
    Set(out, "consumes", std::move(consumes), allocator_);
    Set(out, "produces", Texts({"application/json", "application/yaml"}), allocator_);
    Json parameters = Parameters(operation.query, "query");
    if (!operation.body.empty()) parameters.PushBack(Body(operation), allocator_);
    Set(out, "parameters", std::move(parameters), allocator_);
    Set(out, "responses", Responses(operation), allocator_);
    if (operation.action.empty()) return out;
    SetString(out, "x-kubernetes-action", operation.action, allocator_);
    Set(out, "x-kubernetes-group-version-kind", OpenApiKind(operation.gvk, allocator_), allocator_);
    return out;
  }

  Json Texts(std::initializer_list<std::string_view> texts) {
    Json out(rapidjson::kArrayType);
    for (const std::string_view text : texts) out.PushBack(MakeString(text, allocator_), allocator_);
    return out;
  }

  Json Parameters(const std::vector<OpenApiParameter>& parameters, std::string_view in) {
    Json list(rapidjson::kArrayType);
    for (const OpenApiParameter& parameter : parameters) {
      Json out(rapidjson::kObjectType);
      SetString(out, "name", parameter.name, allocator_);
      SetString(out, "in", in, allocator_);
      SetString(out, "description", OpenApiParameterText(parameter.name), allocator_);
      SetString(out, "type", parameter.type, allocator_);
      if (in == "path") Set(out, "required", Json(true), allocator_);
      list.PushBack(std::move(out), allocator_);
    }
    return list;
  }

  Json Body(const OpenApiOperation& operation) {
    Json out(rapidjson::kObjectType);
    SetString(out, "name", "body", allocator_);
    SetString(out, "in", "body", allocator_);
    const bool optional = operation.method == "delete";
    if (!optional) Set(out, "required", Json(true), allocator_);
    Set(out, "schema", OpenApiReference(operation.body, OpenApiStyle::kV2, allocator_), allocator_);
    return out;
  }

  Json Responses(const OpenApiOperation& operation) {
    Json responses(rapidjson::kObjectType);
    for (const std::string& code : OpenApiCodes(operation)) {
      Json schema = operation.reply.empty() ? Json(rapidjson::kObjectType)
                                            : OpenApiReference(operation.reply, OpenApiStyle::kV2, allocator_);
      if (operation.reply.empty()) SetString(schema, "type", "string", allocator_);
      Json& good = Ensure(responses, code, allocator_);
      SetString(good, "description", code == "200" ? "OK" : code == "201" ? "Created" : "Accepted", allocator_);
      Set(good, "schema", std::move(schema), allocator_);
    }
    SetString(Ensure(responses, "401", allocator_), "description", "Unauthorized", allocator_);
    return responses;
  }

  JsonDocument& document_;
  JsonAllocator& allocator_;
};

}  // namespace

JsonDocument BuildOpenApiV2(const std::vector<const ResourceDefinition*>& kinds, std::string_view version) {
  JsonDocument document(rapidjson::kObjectType);
  Builder(document).Build(ServedVersions(kinds), version);
  return document;
}

}  // namespace croft::schema
