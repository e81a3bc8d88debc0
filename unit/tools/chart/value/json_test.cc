#include "tools/chart/value/json.h"

#include <gtest/gtest.h>

#include <cmath>

namespace croft::chart {
namespace {

TEST(WriteJson, WritesAsEncodingJsonDoes) {
  struct Case {
    std::string name;
    Value value;
    std::string json;
  };
  const Case cases[] = {
      {"keys are sorted by bytes", NewMap({{"b", Value::Int(1)}, {"B", Value::Int(2)}, {"a2", Value()}}),
       R"({"B":2,"a2":null,"b":1})"},
      {"HTML is escaped", Value::String("<a href=\"x\">&</a>"), R"("\u003ca href=\"x\"\u003e\u0026\u003c/a\u003e")"},
      {"control characters are escaped", Value::String("\b\f\n\r\t\x01\x7f"), "\"\\b\\f\\n\\r\\t\\u0001\x7f\""},
      {"separators of lines are escaped", Value::String("\xE2\x80\xA8\xE2\x80\xA9"), R"("\u2028\u2029")"},
      {"what is no UTF-8 is replaced",
       Value::String("a\xff"
                     "b\xC3"),
       R"("a\ufffdb\ufffd")"},
      {"large numbers are plain below 1e21", Value::Float64(1e20), "100000000000000000000"},
      {"and have an exponent from there", Value::Float64(1e21), "1e+21"},
      {"small ones from 1e-7", Value::Float64(1e-7), "1e-7"},
      {"fractions have the digits that they need", Value::Float64(0.1), "0.1"},
      {"a nil list is null", NilList(), "null"},
      {"an empty one is not", NewList({}), "[]"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Result<std::string> json = WriteJson(c.value);
    ASSERT_TRUE(json.ok());
    EXPECT_EQ(*json, c.json);
  }
  EXPECT_EQ(WriteJson(Value::Float64(INFINITY)).status().message(), "json: unsupported value: +Inf");
}

TEST(WriteJson, IndentsAndLeavesHtml) {
  const Value value = NewMap({{"a", NewList({Value::Int(1), NewMap()})}, {"b", Value::String("<")}});
  EXPECT_EQ(*WriteJson(value, {.escape_html = false, .indent = "  "}),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": \"<\"\n}");
}

TEST(ReadJson, ReadsAsEncodingJsonDoes) {
  struct Case {
    std::string name;
    std::string text;
    std::string result;  // written again, or the message
  };
  const Case cases[] = {
      {"white space counts for nothing", " { \"a\" : [ 1 , 2.50 ] }\n", R"({"a":[1,2.5]})"},
      {"the last of equal keys wins", R"({"a":1,"a":2})", R"({"a":2})"},
      {"surrogates are one character", R"("\ud83d\ude00")", "\"\xF0\x9F\x98\x80\""},
      {"a lone surrogate is replaced", R"("\ud83dx")", "\"\xEF\xBF\xBDx\""},
      {"nothing is too little", "", "unexpected end of JSON input"},
      {"an open list", "[1,", "unexpected end of JSON input"},
      {"a comma too many", "[1,]", "invalid character ']' looking for beginning of value"},
      {"a key without quotes", "{a:1}", "invalid character 'a' looking for beginning of object key string"},
      {"no colon", R"({"a" 1})", "invalid character '1' after object key"},
      {"no comma", "[1 2]", "invalid character '2' after array element"},
      {"something after the value", "1 x", "invalid character 'x' after top-level value"},
      {"a word that is none", "nul ", "invalid character ' ' in literal null (expecting 'l')"},
      {"a zero too many", "01", "invalid character '1' after top-level value"},
      {"a line break in a string", "\"a\nb\"", "invalid character '\\n' in string literal"},
      {"an escape that is none", R"("\x")", "invalid character 'x' in string escape code"},
      {"a number that is too large", "1e999", "json: cannot unmarshal number 1e999 into Go value of type float64"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Result<Value> value = ReadJson(c.text);
    EXPECT_EQ(value.ok() ? *WriteJson(*value) : value.status().message(), c.result);
  }
  EXPECT_FALSE(ReadJson(std::string(100000, '[')).ok());
}

TEST(TakeJson, LeavesWhatFollows) {
  std::string_view text = R"( {"a":1}, b={} )";
  ASSERT_TRUE(TakeJson(text).ok());
  EXPECT_EQ(text, ", b={} ");
}

}  // namespace
}  // namespace croft::chart
