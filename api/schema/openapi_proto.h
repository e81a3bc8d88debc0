#pragma once

#include <string>

#include "api/object/json.h"

namespace croft::schema {

// The media type under which old clients ask for the protobuf form of /openapi/v2.
inline constexpr const char* kOpenApiProtoMediaType = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

// A document of BuildOpenApiV2 in the protobuf encoding of gnostic's openapi.v2.Document.
std::string EncodeOpenApiProto(const Json& document);

}  // namespace croft::schema
