#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tools/chart/value/yaml.h"

namespace croft::chart {
namespace {

std::string Write(const std::string& json, bool pretty = false) {
  const Result<Value> value = ReadJson(json);
  if (!value.ok()) return value.status().message();
  const Result<std::string> yaml = pretty ? WriteYamlPretty(*value) : WriteYaml(*value);
  return yaml.ok() ? *yaml : yaml.status().message();
}

TEST(WriteYaml, WritesAsHelmDoes) {
  struct Case {
    std::string name;
    std::string json;
    std::string yaml;
  };
  const Case cases[] = {
      {"nil is null", "null", "null\n"},
      {"empty collections are flow", R"({"a":{},"b":[]})", "a: {}\nb: []\n"},
      {"a list stands at the indent of its key", R"({"a":[1,2]})", "a:\n- 1\n- 2\n"},
      {"a map in a list begins on the line of its dash", R"([{"a":1,"b":[{"c":2}]}])", "- a: 1\n  b:\n  - c: 2\n"},
      {"lists in lists", "[[1,[2]],[]]", "- - 1\n  - - 2\n- []\n"},
      {"numbers in keys count as numbers", R"({"a10":1,"a2":1})", "a2: 1\na10: 1\n"},
      {"what is no letter comes first", R"({"aB":1,"a_b":1,"a-b":1,"ab":1})", "a-b: 1\na_b: 1\naB: 1\nab: 1\n"},
      {"whole numbers have no exponent", "[1000000,1e18]", "- 1000000\n- 1000000000000000000\n"},
      {"fractions and huge numbers have one", "[1234567.5,1e21,0.00001]", "- 1.2345675e+06\n- 1e+21\n- 1e-05\n"},
      {"texts that would be other types are quoted",
       R"(["true","1","no","~","","0x1f","1e3","2001-01-01","12:30",".5"])",
       "- \"true\"\n- \"1\"\n- \"no\"\n- \"~\"\n- \"\"\n- \"0x1f\"\n- \"1e3\"\n- \"2001-01-01\"\n- \"12:30\"\n- "
       "\".5\"\n"},
      {"texts that would be structure are in single quotes", R"(["a: b","#a","a #b","- a","*a","{","@a","a:","%a"])",
       "- 'a: b'\n- '#a'\n- 'a #b'\n- '- a'\n- '*a'\n- '{'\n- '@a'\n- 'a:'\n- '%a'\n"},
      {"spaces at the edge need quotes", R"([" a","a ","it's "])", "- ' a'\n- 'a '\n- 'it''s '\n"},
      {"what looks harmless is plain", R"(["a:b","a#b","-a","http://a/?b=c&d","a, b","it's"])",
       "- a:b\n- a#b\n- -a\n- http://a/?b=c&d\n- a, b\n- it's\n"},
      {"lines are a literal block", R"({"a":"x\ny\n","b":"x\ny","c":"x\n\n","d":"  x\n"})",
       "a: |\n  x\n  y\nb: |-\n  x\n  y\nc: |+\n  x\n\nd: |2\n    x\n"},
      {"a space before a line break needs double quotes", R"(["a \nb"])", "- \"a \\nb\"\n"},
      {"tabs and control characters are escaped", R"(["a\tb","\u0000\u001b","\r"])",
       "- \"a\\tb\"\n- \"\\0\\e\"\n- \"\\r\"\n"},
      {"letters of all languages stay", "[\"\xC3\xA9\xE6\x97\xA5\"]", "- \xC3\xA9\xE6\x97\xA5\n"},
      {"characters beyond 16 bits are escaped", R"(["\ud83d\ude00"])", "- \"\\U0001F600\"\n"},
      {"HTML stays as it is", R"(["<a&b>"])", "- <a&b>\n"},
      {"a key of several lines is written after a question mark", R"({"a\nb":[1]})", "? |-\n  a\n  b\n: - 1\n"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Write(c.json), c.yaml);
  }
}

TEST(WriteYaml, WritesLongKeysAfterAQuestionMark) {
  const std::string key(129, 'k');
  EXPECT_EQ(Write("{\"" + key + "\":1}"), "? " + key + "\n: 1\n");
}

TEST(WriteYaml, FailsForWhatJsonDoesNotHave) {
  EXPECT_FALSE(WriteYaml(Value::Float64(NAN)).ok());
  EXPECT_FALSE(WriteYaml(Value::String("\x7f")).ok());
  auto own = std::make_shared<Map>();
  own->members["self"] = Value::Of(own);
  EXPECT_FALSE(WriteYaml(Value::Of(own)).ok());
  EXPECT_FALSE(WriteJson(Value::Of(own)).ok());
  own->members.clear();
}

TEST(WriteYaml, KeepsIntegersApartFromFloats) {
  EXPECT_EQ(*WriteYaml(Value::Int(9007199254740993)), "9007199254740993\n");
  EXPECT_EQ(*WriteYaml(Value::Float64(-0.0)), "0\n");
  EXPECT_EQ(*WriteYaml(NilMap()), "null\n");
  EXPECT_EQ(*WriteYaml(NilList()), "null\n");
}

TEST(WriteYamlPretty, IndentsListsAndKeepsFloats) {
  EXPECT_EQ(Write(R"({"a":[{"b":[1e6]}],"c":"x\ty\n","d":"yes"})", true),
            "a:\n  - b:\n      - 1e+06\nc: |\n  x\ty\nd: \"yes\"\n");
}

TEST(WriteYaml, ReadsBackWhatItWrote) {
  const std::string json =
      R"({"":"x","a":["- b","c: d","e\n\n f\n","\u2028","\t"],"nested":[[],[{"k":{"l":[null,true,1.5,"1.5"]}}]]})";
  const Result<Value> value = ReadJson(json);
  ASSERT_TRUE(value.ok());
  const Result<Value> again = ReadYaml(*WriteYaml(*value));
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_TRUE(DeepEqual(*value, *again));
}

}  // namespace
}  // namespace croft::chart
