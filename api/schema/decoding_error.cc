#include "api/schema/decoding_error.h"

namespace croft::schema {
namespace {

std::string GoTypeOf(const Node& node, int depth = 0) {
  if (node.go_type != nullptr && (node.type == Type::kObject || node.type == Type::kAny)) return *node.go_type;
  const auto of = [&](const Node* inner) {
    return inner == nullptr || depth > 8 ? std::string("interface {}") : GoTypeOf(*inner, depth + 1);
  };
  switch (node.type) {
    case Type::kObject:
      return "map[string]" + of(node.additional.node);
    case Type::kArray:
      return "[]" + of(node.items.node);
    case Type::kString:
      return node.format == Format::kByte ? "[]uint8" : "string";
    case Type::kInteger:
      return node.format == Format::kInt64 ? "int64" : "int32";
    case Type::kNumber:
      return "float64";
    case Type::kBoolean:
      return "bool";
    case Type::kIntOrString:
      return "int32";
    case Type::kAny:
      break;
  }
  return "interface {}";
}

std::string ValueName(const Node& node, const Json& value) {
  if (value.IsObject()) return "object";
  if (value.IsArray()) return "array";
  if (value.IsString()) return "string";
  if (value.IsBool()) return "bool";
  // A number that does not fit is named itself.
  return node.type == Type::kInteger ? "number " + WriteJson(value) : "number";
}

// Indices and keys of maps are not part of the decoder's paths.
std::string WithoutKeys(std::string_view path) {
  std::string out;
  int depth = 0;
  for (const char c : path) {
    if (c == '[') ++depth;
    if (depth == 0) out += c;
    if (c == ']' && depth > 0) --depth;
  }
  return out;
}

bool IsBase64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

}  // namespace

std::string DecodingError(const Node& node, const Json& value, const DecodingPlace& place) {
  const std::string what = "json: cannot unmarshal " + ValueName(node, value) + " into Go ";
  const std::string type = " of type " + GoTypeOf(node);
  // Numbers or texts decode themselves and know nothing of their place.
  if (place.path.empty() || place.owner == nullptr || node.type == Type::kIntOrString) return what + "value" + type;
  const std::string_view owner = *place.owner;
  return what + "struct field " + std::string(owner.substr(owner.rfind('.') + 1)) + "." + WithoutKeys(place.path) +
         type;
}

size_t BadBase64(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && IsBase64(text[at])) ++at;
  if (at == text.size()) return at;
  if (text[at] != '=') return at;
  // Padding is good at the end of a group of four alone.
  const size_t needed = at % 4 == 2 ? 2 : at % 4 == 3 ? 1 : 0;
  if (needed == 0) return at;
  for (size_t i = 0; i < needed; ++i) {
    if (at + i >= text.size() || text[at + i] != '=') return at + i;
  }
  return at + needed;
}

}  // namespace croft::schema
