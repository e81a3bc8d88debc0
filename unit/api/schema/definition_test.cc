#include "api/schema/definition.h"

#include <gtest/gtest.h>
#include <rapidjson/pointer.h>

#include "api/schema/version_order.h"
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
  const Refusal cases[] = {
      {"no spec", "/spec", "[]", "spec", "FieldValueRequired"},
      {"no kind", "/spec/names/kind", "", "spec.names.kind", "FieldValueRequired"},
      {"no versions", "/spec/versions", "[]", "spec.versions", "FieldValueRequired"},
      {"no storage version", "/spec/versions/0/storage", "false", "spec.versions", "FieldValueInvalid"},
      {"a version without schema", "/spec/versions/0/schema", "", "spec.versions[0].schema.openAPIV3Schema",
       "FieldValueRequired"},
  };
  for (const Refusal& c : cases) {
    JsonDocument crd = MustParse(kCrd);
    const rapidjson::GenericPointer<Json> pointer(c.path);
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
}

TEST(FromCrd, RefusesSchemasInKubernetesWords) {
  struct Case {
    const char* name;
    const char* schema;
    const char* causes;  // a line each, fields below the schema
  };
  const Case cases[] = {
      {"a root of another type", R"({"type":"array","items":{"type":"string"}})",
       "FieldValueInvalid .type: Invalid value: \"array\": must be object at the root"},
      {"a root without type", "{}", "FieldValueRequired .type: Required value: must not be empty at the root"},
      {"a root that may be null", R"({"type":"object","nullable":true})",
       "FieldValueForbidden .nullable: Forbidden: nullable cannot be true at the root"},
      {"a root of any members", R"({"type":"object","additionalProperties":{"type":"string"}})",
       "FieldValueForbidden .additionalProperties: Forbidden: must not be used at the root"},
      {"a field without type", R"({"type":"object","properties":{"a":{}}})",
       "FieldValueRequired .properties[a].type: Required value: must not be empty for specified object fields"},
      {"items without type", R"({"type":"object","properties":{"a":{"type":"array","items":{}}}})",
       "FieldValueRequired .properties[a].items.type: Required value: must not be empty for specified array items"},
      {"a list without items", R"({"type":"object","properties":{"a":{"type":"array"}}})",
       "FieldValueRequired .properties[a].items: Required value: must be specified"},
      {"a reference", R"({"type":"object","properties":{"a":{"type":"string","$ref":"#/definitions/b"}}})",
       "FieldValueForbidden .properties[a].$ref: Forbidden: $ref is not supported"},
      {"unique items",
       R"({"type":"object","properties":{"a":{"type":"array","items":{"type":"string"},"uniqueItems":true}}})",
       "FieldValueForbidden .properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime "
       "complexity becomes quadratic"},
      {"properties and additional ones",
       R"({"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}},"additionalProperties":{"type":"string"}}}})",
       "FieldValueForbidden .properties[a].additionalProperties: Forbidden: additionalProperties and properties are "
       "mutual exclusive"},
      {"a type within a combinator",
       R"({"type":"object","properties":{"a":{"type":"string"}},"anyOf":[{"properties":{"a":{"type":"string"}}}]})",
       "FieldValueForbidden .anyOf[0].properties[a].type: Forbidden: must be empty to be structural"},
      {"all that a combinator may not say",
       R"({"type":"object","not":{"default":{},"description":"d","title":"t","nullable":true,"x-kubernetes-list-type":"set"}})",
       "FieldValueForbidden .not.default: Forbidden: must be undefined to be structural\n"
       "FieldValueForbidden .not.title: Forbidden: must be empty to be structural\n"
       "FieldValueForbidden .not.description: Forbidden: must be empty to be structural\n"
       "FieldValueForbidden .not.nullable: Forbidden: must be false to be structural\n"
       "FieldValueForbidden .not.x-kubernetes-list-type: Forbidden: must be undefined to be structural"},
      {"a field that only a combinator knows", R"({"type":"object","oneOf":[{"properties":{"a":{"minLength":1}}}]})",
       "FieldValueRequired .properties[a]: Required value: because it is defined in "
       "spec.versions[0].schema.openAPIV3Schema.oneOf[0].properties[a]"},
      {"metadata within a combinator",
       R"({"type":"object","properties":{"metadata":{"type":"object"}},"allOf":[{"properties":{"metadata":{}}}]})",
       "FieldValueForbidden .allOf[0].properties[metadata]: Forbidden: must not be specified in a nested context"},
      {"a default of another type", R"({"type":"object","properties":{"a":{"type":"string","default":1}}})",
       "FieldValueTypeInvalid .properties[a].default: Invalid value: \"integer\": object in body must be of type "
       "string: \"integer\""},
      {"a default with unknown fields", R"({"type":"object","properties":{"a":{"type":"object","default":{"b":1}}}})",
       "FieldValueInvalid .properties[a].default: Invalid value: {\"b\":1}: must not have unknown fields"},
      {"a pattern that does not compile", R"({"type":"object","properties":{"a":{"type":"string","pattern":"("}}})",
       "FieldValueInvalid .properties[a].pattern: Invalid value: \"(\": must be a valid regular expression, but "
       "isn't: missing ) at offset 1"},
      {"an unknown type", R"({"type":"object","properties":{"a":{"type":"text"}}})",
       "FieldValueNotSupported .properties[a].type: Unsupported value: \"text\": supported values: \"array\", "
       "\"boolean\", \"integer\", \"number\", \"object\", \"string\""},
      {"a list type without a list",
       R"({"type":"object","properties":{"a":{"type":"string","x-kubernetes-list-type":"set"}}})",
       "FieldValueInvalid .properties[a].type: Invalid value: \"string\": must be array if x-kubernetes-list-type is "
       "specified"},
      {"a list map without keys",
       R"({"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map","items":{"type":"object"}}}})",
       "FieldValueRequired .properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if "
       "x-kubernetes-list-type is map"},
      {"keys that are no fields, or need not be there",
       R"({"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n","m"],"items":{"type":"object","properties":{"n":{"type":"string"}}}}}})",
       "FieldValueRequired .properties[a].items.properties[n].default: Required value: this property is in "
       "x-kubernetes-list-map-keys, so it must have a default or be a required property\n"
       "FieldValueInvalid .properties[a].x-kubernetes-list-map-keys: Invalid value: [\"n\",\"m\"]: entries must all be "
       "names of item properties"},
      {"keys of a list that is no map",
       R"({"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-map-keys":["n"],"items":{"type":"object"}}}})",
       "FieldValueRequired .properties[a].x-kubernetes-list-type: Required value: must be map if "
       "x-kubernetes-list-map-keys is non-empty"},
      {"a set of objects",
       R"({"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"object"}}}})",
       "FieldValueInvalid .properties[a].items.x-kubernetes-map-type: Invalid value: \"granular\": must be atomic as "
       "item of a list with x-kubernetes-list-type=set"},
      {"a set of what may be null",
       R"({"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string","nullable":true}}}})",
       "FieldValueForbidden .properties[a].items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type "
       "is "
       "set"},
      {"metadata beyond names",
       R"({"type":"object","properties":{"metadata":{"type":"object","properties":{"labels":{"type":"object"}}}}})",
       "FieldValueForbidden .properties[metadata]: Forbidden: must not specify anything other than name and "
       "generateName, but metadata is implicitly specified"},
      {"a kind that is no text", R"({"type":"object","properties":{"kind":{"type":"integer"}}})",
       "FieldValueInvalid .properties[kind].type: Invalid value: \"integer\": must be string"},
      {"an embedded object of no known fields",
       R"({"type":"object","properties":{"a":{"type":"object","x-kubernetes-embedded-resource":true}}})",
       "FieldValueRequired .properties[a].properties: Required value: must not be empty if "
       "x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"},
      {"an embedded object that is none",
       R"({"type":"object","properties":{"a":{"type":"string","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}})",
       "FieldValueInvalid .properties[a].type: Invalid value: \"string\": must be object if "
       "x-kubernetes-embedded-resource is true"},
      {"unknown fields that are not preserved",
       R"({"type":"object","properties":{"a":{"type":"object","x-kubernetes-preserve-unknown-fields":false}}})",
       "FieldValueInvalid .properties[a].x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or "
       "undefined"},
      {"a rule without text", R"({"type":"object","x-kubernetes-validations":[{"message":"m"}]})",
       "FieldValueRequired .x-kubernetes-validations[0].rule: Required value: rule is not specified"},
      {"keys of Croft's own", R"({"type":"object","properties":{"a":{"type":"string","x-croft-zero-is-unset":true}}})",
       "FieldValueForbidden .properties[a].x-croft-zero-is-unset: Forbidden: x-croft keys are for Croft's own kinds"},
      {"properties that are no object", R"({"type":"object","properties":[]})",
       "FieldValueInvalid .properties: Invalid value: must be an object"},
  };
  const std::string at = "spec.versions[0].schema.openAPIV3Schema";
  for (const Case& c : cases) {
    JsonDocument crd = MustParse(kCrd);
    const JsonDocument schema = MustParse(c.schema);
    rapidjson::GenericPointer<Json>("/spec/versions/0/schema/openAPIV3Schema")
        .Set(crd, Copy(schema, crd.GetAllocator()));
    const auto read = FromCrd(crd, nullptr);
    EXPECT_FALSE(read.ok()) << c.name;
    if (read.ok()) continue;
    std::vector<Cause> causes = read.status().details().causes;
    for (Cause& cause : causes) {
      ASSERT_TRUE(cause.field.starts_with(at)) << c.name << " " << cause.field;
      cause.field.erase(0, at.size());
    }
    EXPECT_EQ(Lines(causes), c.causes) << c.name;
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
  rapidjson::GenericPointer<Json>("/spec/versions/0/schema/openAPIV3Schema").Set(crd, Copy(schema, crd.GetAllocator()));
  const auto read = FromCrd(crd, nullptr);
  ASSERT_TRUE(read.ok()) << Lines(read.status().details().causes);
  ASSERT_EQ(read->warnings.size(), 1u);
  EXPECT_EQ(read->warnings[0],
            "spec.versions: the x-kubernetes-validations rules of version v1 are kept, but not enforced yet");
}

TEST(FromCrd, TellsFromWhatToMoveOn) {
  const struct {
    const char* name;
    const char* versions;  // name and attributes, of which the first is asked about
    const char* warning;
  } cases[] = {
      {"a newer one that is stable", R"([{"name":"v1beta1","deprecated":true},{"name":"v1"},{"name":"v2alpha1"}])",
       "lake.example/v1beta1 Boat is deprecated; use lake.example/v1 Boat"},
      {"none that is better", R"([{"name":"v2","deprecated":true},{"name":"v1"}])",
       "lake.example/v2 Boat is deprecated"},
      {"none that is served", R"([{"name":"v1beta1","deprecated":true},{"name":"v1","served":false}])",
       "lake.example/v1beta1 Boat is deprecated"},
      {"the author's own words", R"([{"name":"v1","deprecated":true,"deprecationWarning":"sink it"},{"name":"v2"}])",
       "sink it"},
  };
  for (const auto& c : cases) {
    JsonDocument crd = MustParse(kCrd);
    auto& allocator = crd.GetAllocator();
    JsonDocument versions = MustParse(c.versions);
    for (Json& version : versions.GetArray()) {
      if (Find(version, "served") == nullptr) Set(version, "served", Json(true), allocator);
      Set(version, "storage", Json(&version == &versions[0]), allocator);
      Set(version, "schema", Copy(crd["spec"]["versions"][0]["schema"], allocator), allocator);
    }
    Set(crd["spec"], "versions", Copy(versions, allocator), allocator);
    const auto read = FromCrd(crd, nullptr);
    ASSERT_TRUE(read.ok()) << c.name << Lines(read.status().details().causes);
    EXPECT_EQ(read->versions[0].deprecation_warning, c.warning) << c.name;
  }
}

TEST(CompareApiVersions, PrefersWhatClientsPrefer) {
  const std::vector<std::string> ordered = {"v10",       "v2",        "v1",   "v11beta2", "v10beta3", "v3beta1",
                                            "v12alpha1", "v11alpha2", "foo1", "foo10",    "v01"};
  for (size_t i = 0; i < ordered.size(); ++i) {
    for (size_t j = 0; j < ordered.size(); ++j) {
      const int got = CompareApiVersions(ordered[i], ordered[j]);
      EXPECT_TRUE(i == j ? got == 0 : i < j ? got > 0 : got < 0) << ordered[i] << " " << ordered[j];
    }
  }
}

TEST(FromCrd, SurvivesWhatIsNoDefinition) {
  for (const char* text : {"[]", "1", "{}", R"({"spec":[]})", R"({"spec":{"names":1,"versions":[1,{}]}})",
                           R"({"spec":{"versions":[{"schema":{"openAPIV3Schema":5}}]}})"}) {
    EXPECT_FALSE(FromCrd(MustParse(text), nullptr).ok()) << text;
  }
}

}  // namespace
}  // namespace croft::schema
