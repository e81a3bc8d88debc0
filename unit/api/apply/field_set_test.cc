#include "unit/api/apply/apply_util.h"

namespace croft::apply {
namespace {

TEST(FieldSetTest, FieldsV1IsReadAndWrittenInKubernetesOrder) {
  const struct {
    const char* name;
    const char* in;
    const char* out;
  } kCases[] = {
      {"an empty set", "{}", "{}"},
      {"a leaf", R"({"f:a":{}})", R"({"f:a":{}})"},
      {"members by name", R"({"f:b":{},"f:a":{},"f:B":{}})", R"({"f:B":{},"f:a":{},"f:b":{}})"},
      {"the dot comes first", R"({"f:a":{"f:b":{},".":{}}})", R"({"f:a":{".":{},"f:b":{}}})"},
      {"a dot alone says what a leaf says", R"({"f:a":{".":{}}})", R"({"f:a":{}})"},
      {"members, keys, values, places", R"({"i:0":{},"v:1":{},"k:{\"a\":1}":{},"f:z":{}})",
       R"({"f:z":{},"k:{\"a\":1}":{},"v:1":{},"i:0":{}})"},
      {"keys are sorted and without spaces", R"({"k:{ \"b\": 1, \"a\": \"x\" }":{}})",
       R"({"k:{\"a\":\"x\",\"b\":1}":{}})"},
      {"numbers sort as numbers", R"({"k:{\"port\":8080}":{},"k:{\"port\":443}":{},"k:{\"port\":80}":{}})",
       R"({"k:{\"port\":80}":{},"k:{\"port\":443}":{},"k:{\"port\":8080}":{}})"},
      {"a later key decides between equal ones",
       R"({"k:{\"port\":53,\"protocol\":\"UDP\"}":{},"k:{\"port\":53,\"protocol\":\"TCP\"}":{}})",
       R"({"k:{\"port\":53,\"protocol\":\"TCP\"}":{},"k:{\"port\":53,\"protocol\":\"UDP\"}":{}})"},
      {"a text before one that it begins", R"({"v:\"ab\"":{},"v:\"a\"":{},"v:\"a!\"":{}})",
       R"({"v:\"a\"":{},"v:\"a!\"":{},"v:\"ab\"":{}})"},
      {"negative numbers and fractions", R"({"v:2":{},"v:-10":{},"v:1.5":{}})", R"({"v:-10":{},"v:1.5":{},"v:2":{}})"},
      {"numbers before texts before booleans before null", R"({"v:null":{},"v:true":{},"v:\"1\"":{},"v:9":{}})",
       R"({"v:9":{},"v:\"1\"":{},"v:true":{},"v:null":{}})"},
  };
  for (const auto& c : kCases) EXPECT_EQ(TextOf(SetOf(c.in)), c.out) << c.name;
}

TEST(FieldSetTest, ElementsAreFoundWhateverStandsInThem) {
  const struct {
    const char* name;
    const char* in;
    const char* out;
  } kCases[] = {
      {"negative numbers that begin alike", R"({"v:-10":{},"v:-1":{},"v:-9":{}})",
       R"({"v:-10":{},"v:-9":{},"v:-1":{}})"},
      {"powers of ten", R"({"v:2e-7":{},"v:2":{},"v:1":{}})", R"({"v:2e-7":{},"v:1":{},"v:2":{}})"},
      {"texts that differ in an escape", R"({"v:\"a\\t\"":{},"v:\"a\\n\"":{},"v:\"a\\\"\"":{},"v:\"a\\\\\"":{}})",
       R"({"v:\"a\\t\"":{},"v:\"a\\n\"":{},"v:\"a\\\"\"":{},"v:\"a\\\\\"":{}})"},
      {"control characters", R"({"v:\"\\u001F\"":{},"v:\"\\n\"":{},"v:\"\\u0001\"":{},"v:\"!\"":{}})",
       R"({"v:\"\\u0001\"":{},"v:\"\\n\"":{},"v:\"\\u001F\"":{},"v:\"!\"":{}})"},
  };
  for (const auto& c : kCases) {
    const FieldSet set = SetOf(c.in);
    EXPECT_EQ(TextOf(set), c.out) << c.name;
    for (const FieldNode& node : set.nodes())
      EXPECT_EQ(set.Find(node.element), &node) << c.name << ": " << node.element;
    EXPECT_EQ(Union(set, set), set) << c.name;
  }
}

TEST(FieldSetTest, ManyFieldsInAnyOrderAreSoonRead) {
  std::string text = "{";
  for (int i = 100'000; i-- > 0;) text += "\"f:" + std::to_string(i) + "\":{},";
  text.back() = '}';
  const Result<FieldSet> set = FieldSet::FromJson(*ParseJson(text));
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set->nodes().size(), 100'000u);
  EXPECT_NE(set->Find("f:77"), nullptr);
}

TEST(FieldSetTest, WhatIsNoFieldsV1IsRefused) {
  const struct {
    const char* name;
    const char* in;
    const char* why;
  } kCases[] = {
      {"a list", "[]", "must be an object"},
      {"a leaf that is a text", R"({"f:a":"x"})", "must be an object"},
      {"an unknown kind of element", R"({"x:a":{}})", "must begin with"},
      {"no kind at all", R"({"a":{}})", "must begin with"},
      {"keys that are no JSON", R"({"k:{a}":{}})", "malformed JSON"},
      {"keys that are a list", R"({"k:[1]":{}})", "keys must be a JSON object"},
      {"a value that is no JSON", R"({"v:x":{}})", "malformed JSON"},
      {"a place that is no number", R"({"i:x":{}})", "an index must be a number"},
  };
  for (const auto& c : kCases) {
    const Result<FieldSet> set = FieldSet::FromJson(Parse(c.in));
    ASSERT_FALSE(set.ok()) << c.name;
    EXPECT_NE(set.status().message().find(c.why), std::string::npos) << c.name << ": " << set.status().message();
  }
}

TEST(FieldSetTest, Operations) {
  const struct {
    const char* name;
    const char* a;
    const char* b;
    const char* both;    // union
    const char* rest;    // difference
    const char* common;  // intersection
  } kCases[] = {
      {"of nothing", "{}", "{}", "{}", "{}", "{}"},
      {"of different paths", R"({"f:a":{}})", R"({"f:b":{}})", R"({"f:a":{},"f:b":{}})", R"({"f:a":{}})", "{}"},
      {"of the same path", R"({"f:a":{"f:b":{}}})", R"({"f:a":{"f:b":{}}})", R"({"f:a":{"f:b":{}}})", "{}",
       R"({"f:a":{"f:b":{}}})"},
      {"a path does not mean what is below it", R"({"f:a":{".":{},"f:b":{}}})", R"({"f:a":{}})",
       R"({"f:a":{".":{},"f:b":{}}})", R"({"f:a":{"f:b":{}}})", R"({"f:a":{}})"},
      {"what is below does not mean the path", R"({"f:a":{".":{},"f:b":{}}})", R"({"f:a":{"f:b":{}}})",
       R"({"f:a":{".":{},"f:b":{}}})", R"({"f:a":{}})", R"({"f:a":{"f:b":{}}})"},
  };
  for (const auto& c : kCases) {
    const FieldSet a = SetOf(c.a), b = SetOf(c.b);
    EXPECT_EQ(TextOf(Union(a, b)), c.both) << c.name;
    EXPECT_EQ(TextOf(Difference(a, b)), c.rest) << c.name;
    EXPECT_EQ(TextOf(Intersection(a, b)), c.common) << c.name;
  }
  EXPECT_EQ(TextOf(Leaves(SetOf(R"({"f:a":{".":{},"f:b":{".":{},"f:c":{}}},"f:d":{}})"))),
            R"({"f:a":{"f:b":{"f:c":{}}},"f:d":{}})");
  EXPECT_EQ(FieldSet({{"f:a", "f:b"}, {"f:a"}, {"f:c"}}), SetOf(R"({"f:a":{".":{},"f:b":{}},"f:c":{}})"));
  FieldSet erased = SetOf(R"({"f:a":{"f:b":{"f:c":{}},"f:d":{}},"f:e":{"f:f":{}}})");
  erased.Erase({"f:a", "f:b"});
  erased.Erase({"f:e", "f:f"});
  erased.Erase({"f:x", "f:y"});
  EXPECT_EQ(TextOf(erased), R"({"f:a":{"f:d":{}}})");
}

TEST(FieldSetTest, PathsReadAsConflictsShowThem) {
  const FieldSet set = SetOf(
      R"({"f:spec":{".":{},"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:name":{}}},"f:tags":{"v:\"x\"":{}},
          "f:list":{"i:3":{}}}})");
  EXPECT_EQ(set.Paths(),
            (std::vector<std::string>{".spec", ".spec.list[3]", ".spec.ports[port=80,protocol=\"TCP\"]",
                                      ".spec.ports[port=80,protocol=\"TCP\"].name", ".spec.tags[=\"x\"]"}));
}

}  // namespace
}  // namespace croft::apply
