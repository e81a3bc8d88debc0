#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "api/apply/apply.h"
#include "api/object/yaml.h"

namespace croft::apply {

inline JsonDocument Parse(std::string_view yaml) {
  Result<JsonDocument> document = ParseYamlDocument(std::string(yaml));
  EXPECT_TRUE(document.ok()) << document.status().message() << "\n" << yaml;
  return document.ok() ? std::move(*document) : JsonDocument();
}

inline FieldSet SetOf(std::string_view fields_v1) {
  const JsonDocument json = Parse(fields_v1);
  Result<FieldSet> set = FieldSet::FromJson(json);
  EXPECT_TRUE(set.ok()) << set.status().message();
  return set.ok() ? *set : FieldSet();
}

inline std::string TextOf(const FieldSet& set) {
  JsonDocument document;
  return WriteJson(set.ToJson(document.GetAllocator()));
}

// A kind with every way of merging: a custom resource, as a user posts it.
inline constexpr std::string_view kPlant = R"(
type: object
properties:
  apiVersion: {type: string}
  kind: {type: string}
  metadata: {type: object}
  status: {type: object, x-kubernetes-preserve-unknown-fields: true}
  spec:
    type: object
    properties:
      count: {type: integer}
      name: {type: string}
      options: {type: object, additionalProperties: {type: string}}
      whole: {type: object, x-kubernetes-map-type: atomic, additionalProperties: {type: string}}
      words: {type: array, items: {type: string}}
      tags: {type: array, x-kubernetes-list-type: set, items: {type: string}}
      free: {type: object, x-kubernetes-preserve-unknown-fields: true}
      nested: {type: object, properties: {a: {type: string}, b: {type: string}}}
      ports:
        type: array
        x-kubernetes-list-type: map
        x-kubernetes-list-map-keys: [port, protocol]
        items:
          type: object
          properties:
            port: {type: integer}
            protocol: {type: string, default: TCP}
            name: {type: string}
            inner: {type: object, properties: {x: {type: integer}, y: {type: integer}}}
)";

// An older version of it, without ports and with a part that is atomic there.
inline constexpr std::string_view kOldPlant = R"(
type: object
properties:
  metadata: {type: object}
  spec:
    type: object
    properties:
      count: {type: integer}
      name: {type: string}
      nested: {type: object, x-kubernetes-map-type: atomic, properties: {a: {type: string}, b: {type: string}}}
      tags: {type: array, x-kubernetes-list-type: set, items: {type: string}}
)";

inline const schema::Node& Compiled(std::string_view yaml) {
  static std::map<std::string, schema::SchemaPtr, std::less<>> known;
  schema::SchemaPtr& schema = known[std::string(yaml)];
  if (schema == nullptr) {
    Result<schema::SchemaPtr> compiled = schema::Compile(Parse(yaml), nullptr, "schema");
    EXPECT_TRUE(compiled.ok()) << compiled.status().message();
    schema = *compiled;
  }
  return *schema;
}

inline Place Plant() {
  return RootPlace(Compiled(kPlant));
}

}  // namespace croft::apply
