#include "api/schema/complaints.h"

#include "api/schema/decoding_error.h"

namespace croft::schema {
namespace {

// A hostile body must not make a reply that is larger than itself.
constexpr size_t kMaxShownValue = 512;

}  // namespace

void Complaints::Add(std::string_view type, std::string message) {
  if (!Full()) causes_.push_back({std::string(type), std::move(message), path_});
}

void Complaints::Should(const Json& value, std::string_view rule) {
  Add("FieldValueInvalid", "Invalid value: " + Show(value) + ": " + Place() + " in body should " + std::string(rule));
}

void Complaints::Must(const Json& value, std::string_view rule) {
  Add("FieldValueInvalid", "Invalid value: " + Show(value) + ": " + std::string(rule));
}

void Complaints::Refuse(const Node& node, const Json& value, const std::string& rule) {
  node.native ? Must(value, "must " + rule) : Should(value, rule);
}

void Complaints::WrongType(std::string_view wanted, const Json& value, std::string_view shown) {
  Add("FieldValueTypeInvalid", "Invalid value: " + std::string(shown) + ": " + Place() + " in body must be of type " +
                                   std::string(wanted) + ": " + (value.IsString() ? Show(value) : std::string(shown)));
}

void Complaints::Undecodable(const Node& node, const Json& value) {
  Add("FieldValueTypeInvalid", DecodingError(node, value, {owner_, path_}));
}

std::string Quote(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string Show(const Json& value) {
  std::string text = WriteJson(value);
  if (text.size() <= kMaxShownValue) return text;
  size_t size = kMaxShownValue;
  while (size > 0 && (text[size] & 0xc0) == 0x80) --size;  // no half character
  return text.substr(0, size) + "...";
}

}  // namespace croft::schema
