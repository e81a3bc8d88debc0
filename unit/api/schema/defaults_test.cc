#include <gtest/gtest.h>

#include "api/schema/schema.h"
#include "unit/api/schema/schema_util.h"

namespace croft::schema {
namespace {

struct Case {
  const char* name;
  const char* schema;
  const char* value;
  const char* expected;
};

void Check(const Case& c, const Definitions* definitions) {
  const SchemaPtr schema = MustCompile(c.schema, definitions);
  JsonDocument value = MustParse(c.value);
  ApplyDefaults(*schema, value, value.GetAllocator());
  EXPECT_EQ(WriteJson(value), c.expected) << c.name;
}

TEST(ApplyDefaults, FillsInWhatIsAbsent) {
  const Case cases[] = {
      {"an absent field", R"({"type":"object","properties":{"a":{"type":"integer","default":1}}})", "{}", R"({"a":1})"},
      {"a field that is there stays", R"({"type":"object","properties":{"a":{"type":"integer","default":1}}})",
       R"({"a":0})", R"({"a":0})"},
      {"null that is not allowed counts as absent",
       R"({"type":"object","properties":{"a":{"type":"integer","default":1}}})", R"({"a":null})", R"({"a":1})"},
      {"null that is not allowed goes without a default too",
       R"({"type":"object","properties":{"a":{"type":"integer"},"m":{"type":"object","additionalProperties":{"type":"string"}}}})",
       R"({"a":null,"m":{"x":null,"y":"z"},"unknown":null})", R"({"m":{"y":"z"},"unknown":null})"},
      {"null that is allowed stays",
       R"({"type":"object","properties":{"a":{"type":"integer","default":1,"nullable":true}}})", R"({"a":null})",
       R"({"a":null})"},
      {"an absent object is not made for the defaults within",
       R"({"type":"object","properties":{"o":{"type":"object","properties":{"a":{"type":"integer","default":1}}}}})",
       "{}", "{}"},
      {"a default object gets the defaults within",
       R"({"type":"object","properties":{"o":{"type":"object","default":{},"properties":{"a":{"type":"integer","default":1}}}}})",
       "{}", R"({"o":{"a":1}})"},
      {"items of lists and values of maps",
       R"({"type":"object","properties":{"l":{"type":"array","items":{"type":"object","properties":{"a":{"default":1}}}},
           "m":{"type":"object","additionalProperties":{"type":"object","properties":{"a":{"default":2}}}}}})",
       R"({"l":[{},{"a":5}],"m":{"x":{}}})", R"({"l":[{"a":1},{"a":5}],"m":{"x":{"a":2}}})"},
      {"another type is left for validation", R"({"type":"object","properties":{"a":{"default":1}}})", "[]", "[]"},
  };
  for (const Case& c : cases) Check(c, nullptr);
}

TEST(ApplyDefaults, DropsWhatMeansAbsentInKubernetesOwnKinds) {
  const FakeDefinitions definitions(
      R"({"D":{"type":"object","default":{"a":7},"properties":{"a":{"type":"integer"}}}})");
  const Case cases[] = {
      {"null goes, with or without a default",
       R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string","nullable":true},"c":{"type":"string"}}})",
       R"({"a":null,"b":null,"c":"x"})", R"({"c":"x"})"},
      {"zero that means unset gives way to the default",
       R"({"type":"object","properties":{"a":{"type":"integer","default":3,"x-croft-zero-is-unset":true},
           "b":{"type":"string","x-croft-zero-is-unset":true},"c":{"type":"integer"}}})",
       R"({"a":0,"b":"","c":0})", R"({"c":0,"a":3})"},
      {"empty lists and maps go, an object with fields does not",
       R"({"type":"object","properties":{"l":{"type":"array","items":{"type":"string"}},"any":{},
           "m":{"type":"object","additionalProperties":{"type":"string"}},
           "o":{"type":"object","properties":{"a":{"type":"string"}}}}})",
       R"({"any":[],"l":[],"m":{},"o":{}})", R"({"any":[],"o":{}})"},
      {"a list that is required stays, empty as it is",
       R"({"type":"object","required":["l"],"properties":{"l":{"type":"array","items":{"type":"string"}}}})",
       R"({"l":[]})", R"({"l":[]})"},
      {"a list that says something by being empty stays",
       R"({"type":"object","properties":{"l":{"type":"array","x-croft-empty-is-said":true,"items":{"type":"string"}}}})",
       R"({"l":[]})", R"({"l":[]})"},
      {"the default of a definition", R"({"type":"object","properties":{"d":{"$ref":"#/definitions/D"}}})", "{}",
       R"({"d":{"a":7}})"},
      {"a default beside the reference wins",
       R"({"type":"object","properties":{"d":{"$ref":"#/definitions/D","default":{}}}})", "{}", R"({"d":{}})"},
  };
  for (const Case& c : cases) Check(c, &definitions);
}

}  // namespace
}  // namespace croft::schema
