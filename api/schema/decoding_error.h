#pragma once

#include <string>
#include <string_view>

#include "api/schema/node.h"

namespace croft::schema {

// Where a value of the wrong type stands.
struct DecodingPlace {
  const std::string* owner;  // the struct that it is a field of ("v1.PodSpec"); nullptr: unknown
  std::string_view path;     // "spec.containers[0].name"
};

// What Kubernetes' decoder says of a value that one of its own kinds can't hold: "json: cannot unmarshal string into Go
// struct field PodSpec.spec.hostNetwork of type bool".
std::string DecodingError(const Node& node, const Json& value, const DecodingPlace& place);

// Where a text stops being base64, as Go's decoder counts.
size_t BadBase64(std::string_view text);

}  // namespace croft::schema
