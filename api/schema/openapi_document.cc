#include "api/schema/openapi_document.h"

namespace croft::schema {

OpenApiDocument::OpenApiDocument(JsonDocument& document, std::string_view server_version)
    : document_(document), allocator_(document.GetAllocator()) {
  Json& info = Ensure(document_, "info", allocator_);
  SetString(info, "title", "Croft", allocator_);
  SetString(info, "version", server_version, allocator_);
}

void OpenApiDocument::SetToken(Json& schemes) {
  Json& token = Ensure(schemes, "BearerToken", allocator_);
  SetString(token, "description", "Bearer token", allocator_);
  SetString(token, "type", "apiKey", allocator_);
  SetString(token, "name", "authorization", allocator_);
  SetString(token, "in", "header", allocator_);
}

void OpenApiDocument::Add(Json& paths, const OpenApiPath& path) {
  Json item(rapidjson::kObjectType);
  for (const OpenApiOperation& operation : path.operations) {
    Set(item, operation.method, Operation(operation), allocator_);
  }
  if (!path.in_path.empty()) Set(item, "parameters", Parameters(path.in_path, "path"), allocator_);
  Set(paths, path.path, std::move(item), allocator_);
}

Json OpenApiDocument::Operation(const OpenApiOperation& operation) {
  Json out(rapidjson::kObjectType);
  SetString(out, "operationId", operation.id, allocator_);
  SetString(out, "description", operation.description, allocator_);
  Json tags(rapidjson::kArrayType);
  tags.PushBack(MakeString(operation.tag, allocator_), allocator_);
  Set(out, "tags", std::move(tags), allocator_);
  Set(out, "parameters", Parameters(operation.query, "query"), allocator_);
  SetBody(out, operation);
  Json& responses = Ensure(out, "responses", allocator_);
  for (const std::string& code : OpenApiCodes(operation)) {
    Json& good = Ensure(responses, code, allocator_);
    SetString(good, "description", code == "200" ? "OK" : code == "201" ? "Created" : "Accepted", allocator_);
    SetContent(good, operation);
  }
  SetString(Ensure(responses, "401", allocator_), "description", "Unauthorized", allocator_);
  if (operation.action.empty()) return out;
  SetString(out, "x-kubernetes-action", operation.action, allocator_);
  Set(out, "x-kubernetes-group-version-kind", OpenApiKind(operation.gvk, allocator_), allocator_);
  return out;
}

Json OpenApiDocument::Parameters(const std::vector<OpenApiParameter>& parameters, std::string_view in) {
  Json list(rapidjson::kArrayType);
  for (const OpenApiParameter& parameter : parameters) {
    Json out(rapidjson::kObjectType);
    SetString(out, "name", parameter.name, allocator_);
    SetString(out, "in", in, allocator_);
    SetString(out, "description", OpenApiParameterText(parameter.name), allocator_);
    if (in == "path") Set(out, "required", Json(true), allocator_);
    SetType(out, parameter.type);
    list.PushBack(std::move(out), allocator_);
  }
  return list;
}

}  // namespace croft::schema
