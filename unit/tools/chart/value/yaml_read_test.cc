#include <gtest/gtest.h>

#include <string>

#include "tools/chart/value/yaml.h"

namespace croft::chart {
namespace {

std::string AsJson(const Result<Value>& value) {
  if (!value.ok()) return value.status().message();
  const Result<std::string> json = WriteJson(*value);
  return json.ok() ? *json : json.status().message();
}

TEST(ReadYaml, ReadsAsHelmDoes) {
  struct Case {
    std::string name;
    std::string yaml;
    std::string json;
  };
  const Case cases[] = {
      {"an empty document is null", "", "null"},
      {"comments alone are null", "# nothing\n", "null"},
      {"YAML 1.1's booleans are booleans", "[yes, No, on, OFF, y, n, true, TRUE]",
       "[true,false,true,false,true,false,true,true]"},
      {"other spellings are strings", "[yEs, oN, tRUE]", R"(["yEs","oN","tRUE"])"},
      {"quoted words are strings", R"(["yes", '1', "null"])", R"(["yes","1","null"])"},
      {"nothing, a tilde and null are null", "{a: , b: ~, c: null, d: NULL}",
       R"({"a":null,"b":null,"c":null,"d":null})"},
      {"integers in all bases", "[017, 0o17, 0x1F, 0b11, -0b11, +12, 1_000]", "[15,15,31,3,-3,12,1000]"},
      {"what is not octal is read as a decimal fraction", "[08, 0o8]", R"([8,"0o8"])"},
      {"numbers of base 60 are strings", "[12:30, 1:20:30.5]", R"(["12:30","1:20:30.5"])"},
      {"fractions and exponents", "[1.5, .5, 1., 1e3, -1E-3, +.5]", "[1.5,0.5,1,1000,-0.001,0.5]"},
      {"what is too large for a double is a string", "[1e999, 1.2.3, 1e]", R"(["1e999","1.2.3","1e"])"},
      {"what is too small is zero", "[1e-999]", "[0]"},
      {"integers are doubles", "[9007199254740993, 18446744073709551615]", "[9007199254740992,18446744073709552000]"},
      {"times stay strings", "[2001-01-01, 2001-01-01T01:02:03Z]", R"(["2001-01-01","2001-01-01T01:02:03Z"])"},
      {"keys become strings", "{1: a, 1.50: b, yes: c, 0x10: d, 1.1: e}",
       R"({"1":"a","1.1":"e","1.5":"b","16":"d","true":"c"})"},
      {"the last of equal keys wins", "a: 1\nb: 2\na: 3\n", R"({"a":3,"b":2})"},
      {"only the first document counts", "a: 1\n---\nb: {\n", R"({"a":1})"},
      {"an alias is a copy", "a: &x {k: 1}\nb: *x\n", R"({"a":{"k":1},"b":{"k":1}})"},
      {"the later of equal anchors counts", "a: &x 1\nb: &x 2\nc: *x\n", R"({"a":1,"b":2,"c":2})"},
      {"an alias can be a key", "a: &x k\n*x : 1\n", R"({"a":"k","k":1})"},
      {"a merge is overridden by what follows", "a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}\n",
       R"({"a":{"k":1,"l":2},"b":{"k":3,"l":2}})"},
      {"a merge overrides what it follows", "a: &x {k: 1}\nb: {k: 3, <<: *x}\n", R"({"a":{"k":1},"b":{"k":1}})"},
      {"of several merged the first wins", "b: {<<: [{k: 1}, {k: 2, l: 2}]}\n", R"({"b":{"k":1,"l":2}})"},
      {"a quoted merge is a key", "{'<<': 1}", R"({"\u003c\u003c":1})"},
      {"tags choose types", "[!!str 1, !!int '2', !!float 3, !!bool 'yes', !own 4]", R"(["1",2,3,true,"4"])"},
      {"binary is decoded", "!!binary aGVsbG8=", R"("hello")"},
      {"literal blocks keep, clip and strip", "a: |+\n  x\n\nb: |\n  x\n\nc: |-\n  x\n",
       R"({"a":"x\n\n","b":"x\n","c":"x"})"},
      {"folded blocks fold", "a: >-\n  x\n  y\n\n  z\n", R"({"a":"x y\nz"})"},
      {"indentation can be told", "a: |2\n   x\n", R"({"a":" x\n"})"},
      {"lists stand at the indent of their key", "a:\n- 1\n- b: 2\n  c: 3\n", R"({"a":[1,{"b":2,"c":3}]})"},
      {"a byte order mark is skipped", "\xEF\xBB\xBF{a: 1}", R"({"a":1})"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(AsJson(ReadYaml(c.yaml)), c.json) << c.yaml;
  }
}

TEST(ReadYaml, SaysWhatIsWrongAndInWhichLine) {
  struct Case {
    std::string name;
    std::string yaml;
    std::string message;
  };
  const Case cases[] = {
      {"a map within a value", "a: b: c\n", "yaml: mapping values are not allowed in this context"},
      {"a tab as indentation", "a:\n\tb: 1\n", "yaml: line 2: found character that cannot start any token"},
      {"a collection that nobody closes", "a: [1,\n", "yaml: line 1: did not find expected node content"},
      {"an alias without an anchor", "a: *x\n", "yaml: unknown anchor 'x' referenced"},
      {"an alias within what it stands for", "a: &x [*x]\n", "yaml: anchor 'x' value contains itself"},
      {"a tag that its text does not fit", "a: !!int b\n", "yaml: cannot decode !!str `b` as a !!int"},
      {"a merge of what is no map", "<<: 1\n", "yaml: map merge requires map or sequence of maps as the value"},
      {"a number that JSON does not have", "a: .inf\n", "json: unsupported value: +Inf"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(AsJson(ReadYaml(c.yaml)), "error converting YAML to JSON: " + c.message);
  }
}

TEST(ReadYaml, RefusesATextThatItsAliasesMakeLarge) {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c <= 'i'; ++c) {
    const std::string before = std::string("*") + static_cast<char>(c - 1);
    bomb += std::string(1, c) + ": &" + c + " [" + before;
    for (int i = 0; i < 8; ++i) bomb += "," + before;
    bomb += "]\n";
  }
  EXPECT_EQ(AsJson(ReadYaml(bomb)), "error converting YAML to JSON: yaml: document contains excessive aliasing");
}

TEST(ReadYaml, EndsWithWhatIsNestedTooDeep) {
  const std::string flow = std::string(100000, '[');
  EXPECT_FALSE(ReadYaml(flow).ok());
  std::string closed = std::string(5000, '[') + std::string(5000, ']');
  EXPECT_EQ(AsJson(ReadYaml(closed)), "error converting YAML to JSON: yaml: exceeded max depth of 250");
  // Each alias alone is not deep.
  const std::string half = std::string(150, '[');
  const std::string chain = "a: &a " + half + std::string(150, ']') + "\nb: " + half + "*a" + std::string(150, ']');
  EXPECT_EQ(AsJson(ReadYaml(chain)), "error converting YAML to JSON: yaml: exceeded max depth of 250");
}

TEST(ReadYaml, KeepsIntegersWhereAsked) {
  const Result<Value> value = ReadYaml("9007199254740993", Numbers::kExact);
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->type(), Type::kInt64);
  EXPECT_EQ(value->as_integer(), 9007199254740993);
}

TEST(ReadYaml, TellsAMapFromOtherThings) {
  EXPECT_TRUE(ReadYamlMap("").ok());
  EXPECT_EQ(ReadYamlMap("[1]").status().message(),
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type "
            "map[string]interface {}");
  EXPECT_EQ(ReadYamlList("a: 1").status().message(),
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go value of type "
            "[]interface {}");
}

}  // namespace
}  // namespace croft::chart
