#include "api/schema/definition.h"

#include <gtest/gtest.h>
#include <rapidjson/pointer.h>

#include "unit/api/schema/schema_util.h"

namespace croft::schema {
namespace {

constexpr std::string_view kCrd = R"({
  "apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"boats.lake.example"},
  "spec":{"group":"lake.example","scope":"Namespaced","names":{"plural":"boats","kind":"Boat","shortNames":["bt"]},
    "versions":[{"name":"v1","served":true,"storage":true,
      "subresources":{"status":{},"scale":{"specReplicasPath":".spec.n","statusReplicasPath":".status.n"}},
      "additionalPrinterColumns":[{"name":"N","type":"integer","jsonPath":".spec.n","priority":1}],
      "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{
        "n":{"type":"integer","default":1},"any":{"x-kubernetes-int-or-string":true}}}}}}}]}})";

TEST(FromCrd, ReadsWhatItSays) {
  const auto read = FromCrd(MustParse(kCrd), nullptr);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->group, "lake.example");
  EXPECT_EQ(read->plural, "boats");
  EXPECT_EQ(read->singular, "boat");
  EXPECT_EQ(read->list_kind, "BoatList");
  EXPECT_EQ(read->short_names, std::vector<std::string>{"bt"});
  EXPECT_TRUE(read->namespaced);
  EXPECT_FALSE(read->builtin);
  ASSERT_NE(read->FindVersion("v1"), nullptr);
  EXPECT_EQ(read->FindVersion("v2"), nullptr);
  const ResourceVersion& version = read->StorageVersion();
  EXPECT_TRUE(version.has_status);
  EXPECT_EQ(version.scale->spec_replicas_path, ".spec.n");
  ASSERT_EQ(version.columns.size(), 1u);
  EXPECT_EQ(version.columns[0].priority, 1);
  JsonDocument value = MustParse(R"({"spec":{}})");
  ApplyDefaults(*version.schema, value, value.GetAllocator());
  EXPECT_EQ(FindInt(value, {"spec", "n"}), 1);
}

struct Refusal {
  const char* name;
  const char* path;   // JSON pointer of what is replaced
  const char* value;  // empty: removed
  const char* field;  // of a cause that must be there
  const char* type;
};

TEST(FromCrd, NamesTheFieldThatItRefuses) {
  const char* kSchema = "/spec/versions/0/schema/openAPIV3Schema";
  const std::string schema_field = "spec.versions[0].schema.openAPIV3Schema";
  const Refusal cases[] = {
      {"a name of another form", "/metadata/name", "\"boats\"", "metadata.name", "FieldValueInvalid"},
      {"no group", "/spec/group", "\"\"", "spec.group", "FieldValueRequired"},
      {"a group without a dot", "/spec/group", "\"lake\"", "spec.group", "FieldValueInvalid"},
      {"another scope", "/spec/scope", "\"Global\"", "spec.scope", "FieldValueNotSupported"},
      {"a plural that is no label", "/spec/names/plural", "\"Boats\"", "spec.names.plural", "FieldValueInvalid"},
      {"no kind", "/spec/names/kind", "", "spec.names.kind", "FieldValueRequired"},
      {"no versions", "/spec/versions", "[]", "spec.versions", "FieldValueRequired"},
      {"no storage version", "/spec/versions/0/storage", "false", "spec.versions", "FieldValueInvalid"},
      {"a version without schema", "/spec/versions/0/schema", "", "spec.versions[0].schema.openAPIV3Schema",
       "FieldValueRequired"},
      {"unknown fields that are to be kept", "/spec/preserveUnknownFields", "true", "spec.preserveUnknownFields",
       "FieldValueInvalid"},
      {"a column without path", "/spec/versions/0/additionalPrinterColumns/0/jsonPath", "\"spec\"",
       "spec.versions[0].additionalPrinterColumns[0].jsonPath", "FieldValueInvalid"},
      {"a scale path outside of spec", "/spec/versions/0/subresources/scale/specReplicasPath", "\".n\"",
       "spec.versions[0].subresources.scale.specReplicasPath", "FieldValueInvalid"},
      {"a version's name", "/spec/versions/0/name", "\"V1\"", "spec.versions[0].name", "FieldValueInvalid"},
  };
  for (const Refusal& c : cases) {
    JsonDocument crd = MustParse(kCrd);
    const rapidjson::Pointer pointer(c.path);
    if (*c.value == '\0') {
      pointer.Erase(crd);
    } else {
      const JsonDocument value = MustParse(c.value);
      pointer.Set(crd, Copy(value, crd.GetAllocator()));
    }
    const auto read = FromCrd(crd, nullptr);
    ASSERT_FALSE(read.ok()) << c.name;
    EXPECT_EQ(read.status().code(), 422);
    const Status status = read.status();
    bool found = false;
    for (const Cause& cause : status.details().causes) found |= cause.field == c.field && cause.type == c.type;
    EXPECT_TRUE(found) << c.name << "\n" << Lines(read.status().details().causes);
  }

  struct SchemaRefusal {
    const char* name;
    const char* schema;
    const char* field;  // below the schema
    const char* type;
  };
  const SchemaRefusal schemas[] = {
      {"a root of another type", R"({"type":"array","items":{"type":"string"}})", ".type", "FieldValueInvalid"},
      {"a field without type", R"({"type":"object","properties":{"a":{}}})", ".properties[a].type",
       "FieldValueRequired"},
      {"items without type", R"({"type":"object","properties":{"a":{"type":"array","items":{}}}})",
       ".properties[a].items.type", "FieldValueRequired"},
      {"a list without items", R"({"type":"object","properties":{"a":{"type":"array"}}})", ".properties[a].items",
       "FieldValueRequired"},
      {"a reference", R"({"type":"object","properties":{"a":{"$ref":"#/definitions/b"}}})", ".properties[a].$ref",
       "FieldValueForbidden"},
      {"unique items",
       R"({"type":"object","properties":{"a":{"type":"array","items":{"type":"string"},"uniqueItems":true}}})",
       ".properties[a].uniqueItems", "FieldValueForbidden"},
      {"properties and additional ones",
       R"({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":{"type":"string"}})",
       ".additionalProperties", "FieldValueForbidden"},
      {"a type within a combinator",
       R"({"type":"object","properties":{"a":{"type":"string"}},"anyOf":[{"properties":{"a":{"type":"string"}}}]})",
       ".anyOf[0].properties[a].type", "FieldValueForbidden"},
      {"a field that only a combinator knows", R"({"type":"object","oneOf":[{"properties":{"a":{"minLength":1}}}]})",
       ".oneOf[0].properties[a]", "FieldValueRequired"},
      {"a default of another type", R"({"type":"object","properties":{"a":{"type":"string","default":1}}})",
       ".properties[a].default", "FieldValueTypeInvalid"},
      {"a default with unknown fields", R"({"type":"object","properties":{"a":{"type":"object","default":{"b":1}}}})",
       ".properties[a].default", "FieldValueInvalid"},
      {"a pattern that does not compile", R"({"type":"object","properties":{"a":{"type":"string","pattern":"("}}})",
       ".properties[a].pattern", "FieldValueInvalid"},
      {"an unknown type", R"({"type":"object","properties":{"a":{"type":"text"}}})", ".properties[a].type",
       "FieldValueNotSupported"},
      {"a list map without keys",
       R"({"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map","items":{"type":"object"}}}})",
       ".properties[a].x-kubernetes-list-map-keys", "FieldValueRequired"},
      {"a set of objects",
       R"({"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"object"}}}})",
       ".properties[a].items", "FieldValueForbidden"},
      {"metadata beyond names",
       R"({"type":"object","properties":{"metadata":{"type":"object","properties":{"labels":{"type":"object"}}}}})",
       ".properties[metadata]", "FieldValueForbidden"},
      {"keys of Croft's own", R"({"type":"object","properties":{"a":{"type":"string","x-croft-zero-is-unset":true}}})",
       ".properties[a].x-croft-zero-is-unset", "FieldValueForbidden"},
      {"properties that are no object", R"({"type":"object","properties":[]})", ".properties", "FieldValueInvalid"},
  };
  for (const SchemaRefusal& c : schemas) {
    JsonDocument crd = MustParse(kCrd);
    const JsonDocument schema = MustParse(c.schema);
    rapidjson::Pointer(kSchema).Set(crd, Copy(schema, crd.GetAllocator()));
    const auto read = FromCrd(crd, nullptr);
    ASSERT_FALSE(read.ok()) << c.name;
    const Status status = read.status();
    bool found = false;
    for (const Cause& cause : status.details().causes) {
      found |= cause.field == schema_field + c.field && cause.type == c.type;
    }
    EXPECT_TRUE(found) << c.name << "\n" << Lines(read.status().details().causes);
  }
}

TEST(FromCrd, AcceptsWhatGeneratorsWrite) {
  JsonDocument crd = MustParse(kCrd);
  const JsonDocument schema = MustParse(
      R"({"type":"object","properties":{"metadata":{"type":"object"},"spec":{"type":"object","properties":{
          "port":{"anyOf":[{"type":"integer"},{"type":"string"}],"x-kubernetes-int-or-string":true,"pattern":"^[0-9]+%?$"},
          "raw":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
          "env":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
                 "items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"}}}}},
          "oneOf":[{"required":["port"]},{"required":["raw"]}]}},
          "x-kubernetes-validations":[{"rule":"true"}]})");
  rapidjson::Pointer("/spec/versions/0/schema/openAPIV3Schema").Set(crd, Copy(schema, crd.GetAllocator()));
  const auto read = FromCrd(crd, nullptr);
  ASSERT_TRUE(read.ok()) << Lines(read.status().details().causes);
  ASSERT_EQ(read->warnings.size(), 1u);
  EXPECT_NE(read->warnings[0].find("x-kubernetes-validations"), std::string::npos);
}

TEST(FromCrd, SurvivesWhatIsNoDefinition) {
  for (const char* text : {"[]", "1", "{}", R"({"spec":[]})", R"({"spec":{"names":1,"versions":[1,{}]}})",
                           R"({"spec":{"versions":[{"schema":{"openAPIV3Schema":5}}]}})"}) {
    EXPECT_FALSE(FromCrd(MustParse(text), nullptr).ok()) << text;
  }
}

}  // namespace
}  // namespace croft::schema
