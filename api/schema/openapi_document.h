#pragma once

#include <string_view>
#include <vector>

#include "api/schema/openapi_paths.h"
#include "api/schema/openapi_schemas.h"

namespace croft::schema {

// What documents of OpenAPI v2 and v3 say alike: their head, and paths with operations, parameters and responses. A
// version adds how it writes types, bodies and contents. Fills in `document`, an object, which must outlive it.
class OpenApiDocument {
 public:
  virtual ~OpenApiDocument() = default;

 protected:
  OpenApiDocument(JsonDocument& document, std::string_view server_version);

  void Add(Json& paths, const OpenApiPath& path);
  // How clients send their tokens.
  void SetToken(Json& schemes);

  // The type of a parameter, by name.
  virtual void SetType(Json& parameter, std::string_view type) = 0;
  // What an operation reads; `out` has its parameters of the query.
  virtual void SetBody(Json& out, const OpenApiOperation& operation) = 0;
  // What a good response has to say, beside its description.
  virtual void SetContent(Json& response, const OpenApiOperation& operation) = 0;

  JsonDocument& document_;
  JsonAllocator& allocator_;

 private:
  Json Operation(const OpenApiOperation& operation);
  Json Parameters(const std::vector<OpenApiParameter>& parameters, std::string_view in);
};

}  // namespace croft::schema
