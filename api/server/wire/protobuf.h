#pragma once

#include <string_view>

#include "api/base/result.h"
#include "api/object/json.h"

namespace croft::server {

inline constexpr std::string_view kProtobufMediaType = "application/vnd.kubernetes.protobuf";

// A body in Kubernetes' protobuf form as the JSON that a client would have sent in its place. kUnsupportedMediaType for
// kinds whose wire numbers are not known (all but Kubernetes' own), kBadRequest when malformed.
Result<JsonDocument> DecodeProtobuf(std::string_view body);

}  // namespace croft::server
