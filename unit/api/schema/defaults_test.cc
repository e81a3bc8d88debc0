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

TEST(ApplyDefaults, WritesKubernetesOwnKindsAsTheirTypesDo) {
  const FakeDefinitions definitions(R"({"Q":{"x-kubernetes-int-or-string":true,"format":"quantity"},
      "T":{"type":"string","format":"date-time","nullable":true},"M":{"type":"string","format":"micro-time"},
      "O":{"type":"object","properties":{"q":{"$ref":"#/definitions/Q"}}}})");
  const char* schema = R"({"type":"object","properties":{
      "limits":{"type":"object","additionalProperties":{"$ref":"#/definitions/Q"}},
      "sizes":{"type":"array","items":{"$ref":"#/definitions/Q"}},
      "texts":{"type":"array","items":{"type":"string"}},
      "labels":{"type":"object","additionalProperties":{"type":"string"}},
      "objects":{"type":"array","items":{"$ref":"#/definitions/O"}},
      "numbers":{"type":"array","items":{"type":"integer"}},
      "flags":{"type":"object","additionalProperties":{"type":"boolean"}},
      "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
      "time":{"$ref":"#/definitions/T"},"micro":{"$ref":"#/definitions/M"}}})";
  const Case cases[] = {
      {"quantities", schema, R"({"limits":{"cpu":0.5,"memory":"0.5Gi","x":1},"sizes":["1000m",2]})",
       R"({"limits":{"cpu":"500m","memory":"512Mi","x":"1"},"sizes":["1","2"]})"},
      {"what is no quantity stays", schema, R"({"sizes":["5x",true]})", R"({"sizes":["5x",true]})"},
      {"times", schema, R"({"time":"2026-01-01T02:00:00.5+02:00","micro":"2026-01-01T02:00:00.500000+02:00"})",
       R"({"time":"2026-01-01T00:00:00Z","micro":"2026-01-01T00:00:00.500000Z"})"},
      {"what is no time stays", schema, R"({"time":"noon","micro":"2026-01-01T02:00:00Z"})",
       R"({"time":"noon","micro":"2026-01-01T02:00:00Z"})"},
      {"null in a list of texts", schema, R"({"texts":["a",null]})", R"({"texts":["a",""]})"},
      {"null in a map of texts", schema, R"({"labels":{"a":null}})", R"({"labels":{"a":""}})"},
      {"null in a list of objects", schema, R"({"objects":[null,{"q":1}]})", R"({"objects":[{},{"q":"1"}]})"},
      {"null among numbers, flags and quantities", schema,
       R"({"numbers":[null],"flags":{"a":null},"limits":{"cpu":null}})",
       R"({"numbers":[0],"flags":{"a":false},"limits":{"cpu":"0"}})"},
      {"null where everything is free", schema, R"({"free":{"a":null,"q":0.5}})", R"({"free":{"a":null,"q":0.5}})"},
  };
  for (const Case& c : cases) {
    Check(c, &definitions);
    JsonDocument value = MustParse(c.value);
    Canonicalize(*MustCompile(c.schema, &definitions), value, value.GetAllocator());
    EXPECT_EQ(WriteJson(value), c.expected) << c.name << ", without defaults";
  }
}

TEST(ApplyDefaults, LeavesPostedKindsAsTheyAreWritten) {
  const char* schema = R"({"type":"object","properties":{"q":{"x-kubernetes-int-or-string":true,"format":"quantity"},
      "t":{"type":"string","format":"date-time"},"l":{"type":"array","items":{"type":"string"}}}})";
  const char* value = R"({"q":"1000m","t":"2026-01-01T02:00:00+02:00","l":[null]})";
  Check({"a quantity, a time and a null", schema, value, value}, nullptr);
}

}  // namespace
}  // namespace croft::schema
