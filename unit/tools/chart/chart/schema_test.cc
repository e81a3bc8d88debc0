#include "tools/chart/chart/schema.h"

#include <gtest/gtest.h>

#include "unit/tools/chart/chart/chart_files.h"

namespace croft::chart {
namespace {

std::string Complaint(const std::string& schema, const std::string& values) {
  const Result<Value> value = ReadJson(values);
  const Status status = ValidateSchema(schema, *value);
  return status.ok() ? "" : status.message();
}

TEST(ValidateSchema, TellsAllThatDoesNotFitAndWhere) {
  struct Case {
    std::string name;
    std::string schema;
    std::string values;
    std::string complaint;
  };
  const Case cases[] = {
      {"a type", R"({"type":"object","properties":{"a":{"type":["string","null"]}}})", R"({"a":1})",
       "- at '/a': got number, want null or string\n"},
      {"an integer may be written as a fraction", R"({"properties":{"a":{"type":"integer"}}})", R"({"a":1.0})", ""},
      {"what is missing", R"({"required":["a","b"]})", "{}", "- at '': missing properties 'a', 'b'\n"},
      {"what is too much", R"({"properties":{"a":true},"patternProperties":{"^p":true},"additionalProperties":false})",
       R"({"a":1,"p1":1,"q":1,"r":1})", "- at '': additional properties 'q', 'r' not allowed\n"},
      {"two at one place are a group", R"({"required":["b"],"properties":{"a":{"minLength":3,"pattern":"^[a-z]+$"}}})",
       R"({"a":"A'"})",
       "- at '': missing property 'b'\n- at '/a': validation failed\n  - at '/a': minLength: got 2, want 3\n"
       "  - at '/a': 'A\\'' does not match pattern '^[a-z]+$'\n"},
      {"a place in a list, its name escaped", R"({"properties":{"a/b":{"items":{"enum":["x",1,null]}}}})",
       R"({"a/b":["x","y"]})", "- at '/a~1b/1': value must be one of 'x', 1, <nil>\n"},
      {"large numbers are grouped", R"({"properties":{"a":{"maximum":65535}}})", R"({"a":70000})",
       "- at '/a': maximum: got 70,000, want 65,535\n"},
      {"decimal multiples", R"({"properties":{"a":{"multipleOf":0.1}}})", R"({"a":0.3})", ""},
      {"alternatives, each with its reason", R"({"properties":{"a":{"anyOf":[{"type":"integer"},{"const":"x"}]}}})",
       R"({"a":"y"})",
       "- at '/a': 'anyOf' failed\n  - at '/a': got string, want integer\n  - at '/a': value must be 'x'\n"},
      {"two of which one may hold", R"({"properties":{"a":{"oneOf":[{"type":"integer"},{"minimum":1}]}}})",
       R"({"a":2})", "- at '/a': 'oneOf' failed, subschemas 0, 1 matched\n"},
      {"conditions", R"({"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}})", R"({"a":1})",
       "- at '': missing property 'b'\n"},
      {"a reference stands for what it names",
       R"({"$defs":{"n":{"$anchor":"here","type":"integer"}},"properties":{"a":{"$ref":"#here"}}})", R"({"a":"x"})",
       "- at '/a': got string, want integer\n"},
      {"a schema that refers to itself", R"({"properties":{"c":{"$ref":"#"}},"additionalProperties":false})",
       R"({"c":{"c":{"d":1}}})", "- at '/c/c': additional properties 'd' not allowed\n"},
      {"what another schema has looked at is evaluated",
       R"({"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false})", R"({"a":1,"b":2})",
       "- at '/b': false schema\n"},
      {"items after those with a schema each",
       R"({"properties":{"a":{"prefixItems":[true],"items":{"type":"string"}}}})", R"({"a":[1,2]})",
       "- at '/a/1': got number, want string\n"},
      {"a dynamic reference goes to the outermost anchor",
       R"({"$id":"http://x/root","$dynamicAnchor":"T","properties":{"n":{"$ref":"node"}},"required":["k"],
           "$defs":{"node":{"$id":"node","$dynamicAnchor":"T","properties":{"c":{"$dynamicRef":"#T"}}}}})",
       R"({"k":1,"n":{"c":{}}})", "- at '/n/c': missing property 'k'\n"},
      {"draft 7 asserts formats",
       R"({"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"format":"ipv4"}}})",
       R"({"a":"1.2.3"})", "- at '/a': '1.2.3' is not valid ipv4\n"},
      {"2020-12 does not", R"({"properties":{"a":{"format":"ipv4"}}})", R"({"a":"1.2.3"})", ""},
      {"a schema that is none", R"("x")", "{}", "the schema must be an object, true or false"},
      {"a reference into nothing", R"({"$ref":"#/$defs/x"})", "{}",
       "the schema refers to #/$defs/x, which it does not have"},
      {"a reference to itself alone", R"({"$ref":"#"})", "{}", "the schema refers to itself without end"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Complaint(c.schema, c.values), c.complaint);
  }
}

TEST(ValidateSchema, WarnsOfWhatCanNotBeReached) {
  std::vector<std::string> warnings;
  const Value values = NewMap({{"a", Value::Int(1)}});
  EXPECT_TRUE(ValidateSchema(R"({"properties":{"a":{"$ref":"https://x.example/s.json"}}})", values, &warnings).ok());
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("https://x.example/s.json"), std::string::npos);
}

TEST(ValidateValues, NamesTheCharts) {
  const auto chart = ChartOf({{"Chart.yaml", "name: top\nversion: 1.0.0"},
                              {"values.schema.json", R"({"required":["a"]})"},
                              {"charts/sub/Chart.yaml", "name: sub\nversion: 1.0.0"},
                              {"charts/sub/values.schema.json", R"({"properties":{"b":{"type":"string"}}})"}});
  EXPECT_EQ(ValidateValues(**chart, ValuesOf("{sub: {b: 1}}")).message(),
            "values don't meet the specifications of the schema(s) in the following chart(s):\n"
            "top:\n- at '': missing property 'a'\nsub:\n- at '/b': got number, want string\n");
  EXPECT_TRUE(ValidateValues(**chart, ValuesOf("{a: 1}")).ok());
}

}  // namespace
}  // namespace croft::chart
