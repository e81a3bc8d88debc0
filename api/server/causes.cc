#include "api/server/causes.h"

#include <algorithm>

namespace croft::server {
namespace {

// How much of a refused value is repeated in the message.
constexpr size_t kMaxShown = 256;
// As many as a schema's violations: a hostile body must not make a reply that is larger than itself.
constexpr size_t kMaxCauses = 100;

std::string Quoted(std::string_view value) {
  if (value.empty()) return "\"\"";  // also what is absent, which has no data to point at
  JsonDocument document;
  std::string shown = WriteJson(MakeString(value.substr(0, kMaxShown), document.GetAllocator()));
  return shown;
}

std::string Shown(const Json& value) {
  std::string shown = WriteJson(value);
  if (shown.size() > kMaxShown) shown = shown.substr(0, kMaxShown) + "...";
  return shown;
}

std::string Because(std::string message, std::string_view why) {
  if (!why.empty()) message.append(": ").append(why);
  return message;
}

}  // namespace

void Causes::Push(std::string_view type, std::string message, std::string field) {
  if (list_.size() >= kMaxCauses) return;
  Cause cause{std::string(type), std::move(message), std::move(field)};
  if (std::find(list_.begin(), list_.end(), cause) == list_.end()) list_.push_back(std::move(cause));
}

void Causes::Required(std::string field, std::string_view why) {
  Push("FieldValueRequired", Because("Required value", why), std::move(field));
}

void Causes::Invalid(std::string field, const Json& value, std::string_view why) {
  Push("FieldValueInvalid", Because("Invalid value: " + Shown(value), why), std::move(field));
}

void Causes::Invalid(std::string field, std::string_view value, std::string_view why) {
  Push("FieldValueInvalid", Because("Invalid value: " + Quoted(value), why), std::move(field));
}

void Causes::Invalid(std::string field, int64_t value, std::string_view why) {
  Push("FieldValueInvalid", Because("Invalid value: " + std::to_string(value), why), std::move(field));
}

void Causes::NotSupported(std::string field, std::string_view value,
                          std::initializer_list<std::string_view> supported) {
  Unsupported(std::move(field), Quoted(value), supported);
}

void Causes::NotSupported(std::string field, const Json& value, std::initializer_list<std::string_view> supported) {
  Unsupported(std::move(field), Shown(value), supported);
}

void Causes::Unsupported(std::string field, const std::string& shown,
                         std::initializer_list<std::string_view> supported) {
  std::string message = "Unsupported value: " + shown + ": supported values: ";
  for (const std::string_view one : supported) {
    if (one.data() != supported.begin()->data()) message += ", ";
    message += Quoted(one);
  }
  Push("FieldValueNotSupported", std::move(message), std::move(field));
}

void Causes::Forbidden(std::string field, std::string_view why) {
  Push("FieldValueForbidden", Because("Forbidden", why), std::move(field));
}

void Causes::Duplicate(std::string field, std::string_view value) {
  Push("FieldValueDuplicate", "Duplicate value: " + Quoted(value), std::move(field));
}

void Causes::NotFound(std::string field, std::string_view value) {
  Push("FieldValueNotFound", "Not found: " + Quoted(value), std::move(field));
}

void Causes::TypeInvalid(std::string field, std::string_view why) {
  Push("FieldValueTypeInvalid", "Invalid value: " + std::string(why), std::move(field));
}

void Causes::TooLong(std::string field, std::string_view why) {
  Push("FieldValueTooLong", Because("Too long", why), std::move(field));
}

void Causes::Add(std::vector<Cause> causes) {
  for (Cause& cause : causes) Push(cause.type, std::move(cause.message), std::move(cause.field));
}

void Causes::Drop(std::string_view field) {
  std::erase_if(list_, [&](const Cause& cause) { return cause.field == field; });
}

bool Causes::Has(std::string_view field) const {
  return std::any_of(list_.begin(), list_.end(), [&](const Cause& cause) { return cause.field == field; });
}

bool Causes::HasUnder(std::string_view field) const {
  return std::any_of(list_.begin(), list_.end(), [&](const Cause& cause) {
    if (!cause.field.starts_with(field)) return false;
    return cause.field.size() == field.size() || cause.field[field.size()] == '.' || cause.field[field.size()] == '[';
  });
}

std::string Indexed(std::string_view path, size_t index) {
  return std::string(path) + "[" + std::to_string(index) + "]";
}

std::string Keyed(std::string_view path, std::string_view key) {
  return std::string(path) + "[" + std::string(key) + "]";
}

}  // namespace croft::server
