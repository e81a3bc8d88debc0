#include <gtest/gtest.h>

#include <limits>

#include "unit/tools/chart/functions/table.h"

namespace croft::chart::test {
namespace {

const Value kMixed = M({{"b", L({I(1), F(1.5), kNil})}, {"a", S("<x>")}});
const Value kNoNumber = L({F(std::numeric_limits<double>::infinity())});

TEST(CodecFunctions, Json) {
  Check({
      {"on one line, keys in order", "toJson", {kMixed}, R"("{\"a\":\"\\u003cx\\u003e\",\"b\":[1,1.5,null]}")"},
      {"or a failure", "mustToJson", {L({I(1)})}, R"("[1]")"},
      {"as it is", "toRawJson", {S("<&>")}, R"("\"<&>\"")"},
      {"or a failure, as it is", "mustToRawJson", {S("<&>")}, R"("\"<&>\"")"},
      {"on many lines",
       "toPrettyJson",
       {M({{"a", L({I(1)})}, {"b", M({})}})},
       R"("{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}")"},
      {"or a failure, on many lines", "mustToPrettyJson", {L({})}, R"("[]")"},
      {"a nil list is null", "toJson", {*CallFor("concat", {L({})})}, R"("null")"},
      {"what JSON can't hold is nothing", "toJson", {kNoNumber}, R"("")"},
      {"or fails where it must", "mustToJson", {kNoNumber}, "error"},
      {"or as it is", "toRawJson", {kNoNumber}, "error"},
      {"a map",
       "fromJson",
       {S(R"({"a": [1, 2.5, "x"]})")},
       R"(map[string]interface {}{"a":[]interface {}{1, 2.5, "x"}})"},
      {"a list is no map",
       "fromJson",
       {S("[1]")},
       R"(map[string]interface {}{"Error":"json: cannot unmarshal array into Go value of type map[string]interface {}"})"},
      {"null is a nil map", "fromJson", {S("null")}, "map[string]interface {}(nil)"},
      {"a list", "fromJsonArray", {S("[1]")}, "[]interface {}{1}"},
      {"a map is no list",
       "fromJsonArray",
       {S("{}")},
       R"([]interface {}{"json: cannot unmarshal object into Go value of type []interface {}"})"},
      {"anything", "mustFromJson", {S("\"x\"")}, R"("x")"},
      {"nothing fails", "mustFromJson", {S("")}, "error: unexpected end of JSON input"},
  });
  EXPECT_EQ(CallFor("mustFromJson", {S("1")})->type(), Type::kFloat64);
}

TEST(CodecFunctions, Yaml) {
  Check({
      {"block style without a line break at the end", "toYaml", {kMixed}, R"("a: <x>\nb:\n- 1\n- 1.5\n- null")"},
      {"lists under their key", "toYamlPretty", {M({{"b", L({I(1)})}})}, R"("b:\n  - 1")"},
      {"nil", "toYaml", {kNil}, R"("null")"},
      {"a text that looks like a truth", "toYaml", {S("yes")}, R"("\"yes\"")"},
      {"what YAML can't hold is nothing", "toYaml", {kNoNumber}, R"("")"},
      {"a map",
       "fromYaml",
       {S("a: [1, yes]\nb:")},
       R"(map[string]interface {}{"a":[]interface {}{1, true}, "b":interface {}(nil)})"},
      {"nothing is a nil map", "fromYaml", {S("")}, "map[string]interface {}(nil)"},
      {"a list", "fromYamlArray", {S("- a\n- b: 1")}, R"([]interface {}{"a", map[string]interface {}{"b":1}})"},
      {"no list", "fromYamlArray", {S("null")}, "[]interface {}(nil)"},
  });
  EXPECT_TRUE(CallFor("fromYaml", {S("- a")})->as_map()->Find("Error") != nullptr) << "a list is no map";
  EXPECT_TRUE(CallFor("fromYaml", {S("a: [")})->as_map()->Find("Error") != nullptr) << "no YAML";
  EXPECT_EQ(CallFor("fromYamlArray", {S("a: 1")})->as_list()->items.size(), 1U) << "the error is the only item";
}

TEST(CodecFunctions, ToToml) {
  Check({
      {"plain values before tables",
       "toToml",
       {M({{"a", M({{"b", I(1)}, {"c", M({{"d", S("x\"\n")}})}})}, {"z", F(2)}, {"nil", kNil}})},
       R"("z = 2.0\n\n[a]\n  b = 1\n  [a.c]\n    d = \"x\\\"\\n\"\n")"},
      {"lists of tables", "toToml", {M({{"t", L({M({{"a", B(true)}}), M({})})}})}, R"("[[t]]\n  a = true\n\n[[t]]\n")"},
      {"tables in lists of other things",
       "toToml",
       {M({{"t", L({I(1), M({{"a b", L({})}})})}})},
       R"("t = [1, {\"a b\" = []}]\n")"},
      {"a failure is the text", "toToml", {M({{"a", L({kNil})}})}, R"("toml: cannot encode array with nil element")"},
      {"a list of tables has no name",
       "toToml",
       {L({M({})})},
       R"("toml: top-level values must be Go maps or structs")"},
      {"nil is none", "toToml", {kNil}, "error"},
  });
}

TEST(CodecFunctions, FromToml) {
  Check({
      {"members and tables",
       "fromToml",
       {S("a = 1\nb.c = 'x' # why\n[t.u]\nd = [1.5, true]\n")},
       R"(map[string]interface {}{"a":1, "b":map[string]interface {}{"c":"x"}, )"
       R"("t":map[string]interface {}{"u":map[string]interface {}{"d":[]interface {}{1.5, true}}}})"},
      {"lists of tables",
       "fromToml",
       {S("[[t]]\na = 0x1_F\n[[t]]\n[t.s]\nb = {c = -0}\n")},
       R"(map[string]interface {}{"t":[]map[string]interface {}{map[string]interface {}{"a":31}, )"
       R"(map[string]interface {}{"s":map[string]interface {}{"b":map[string]interface {}{"c":0}}}}})"},
      {"texts",
       "fromToml",
       {S("a = \"\"\"\n x\\\n   y\"\"\"\"\nb = \"\\u00e9\\t\"\n'c d' = '''\nl\\n'''\n")},
       R"(map[string]interface {}{"a":" xy\"", "b":"é\t", "c d":"l\\n"})"},
      {"nothing", "fromToml", {S(" # nothing\r\n")}, "map[string]interface {}{}"},
  });
  EXPECT_EQ(Call("toString", {*CallFor("get", {*CallFor("fromToml", {S("t = 2024-07-06 13:03:04.5Z")}), S("t")})}),
            R"("2024-07-06 13:03:04.5 +0000 UTC")");
  for (const char* text :
       {"a = 1\na = 2", "a", "a = ", "a = 01", "a = 1__0", "a = 1.", "a = 'x", "[t]\n[t]", "a = {}\na.b = 1",
        "a = [1\n", "a = 1 b = 2", "a = \"\\q\"", "a = 99999999999999999999", "[a", "t = 2024-13-01"}) {
    EXPECT_TRUE(CallFor("fromToml", {S(text)})->as_map()->Find("Error") != nullptr) << text;
  }
  EXPECT_EQ(Call("get", {*CallFor("fromToml", {S("a = 1\n\na = 2")}), S("Error")}),
            R"("toml: line 3: Key 'a' has already been defined.")");
  EXPECT_TRUE(CallFor("fromToml", {S("a = " + std::string(100000, '['))})->as_map()->Find("Error") != nullptr);
}

}  // namespace
}  // namespace croft::chart::test
