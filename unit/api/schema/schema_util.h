#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "api/object/json.h"
#include "api/schema/schema.h"

namespace croft::schema {

inline JsonDocument MustParse(std::string_view text) {
  auto document = ParseJson(text);
  if (!document.ok()) ADD_FAILURE() << document.status().message() << ": " << text;
  return document.ok() ? *std::move(document) : JsonDocument(rapidjson::kObjectType);
}

inline SchemaPtr MustCompile(std::string_view text, const Definitions* definitions = nullptr) {
  auto schema = Compile(MustParse(text), definitions, "schema");
  if (!schema.ok()) ADD_FAILURE() << schema.status().message() << ": " << text;
  return schema.ok() ? *schema : *Compile(MustParse("{}"), nullptr, "");
}

// "FieldValueInvalid spec.a: Invalid value: ...", a line each.
inline std::string Lines(const std::vector<Cause>& causes) {
  std::string text;
  for (const Cause& cause : causes) {
    text += (text.empty() ? "" : "\n") + cause.type + " " + cause.field + ": " + cause.message;
  }
  return text;
}

// Definitions of a test's own, which makes its schemas Kubernetes' own kinds.
class FakeDefinitions : public Definitions {
 public:
  explicit FakeDefinitions(std::string_view json) : document_(MustParse(json)) {}
  const Json* Find(std::string_view name) const override { return croft::Find(document_, name); }

 private:
  const JsonDocument document_;
};

}  // namespace croft::schema
