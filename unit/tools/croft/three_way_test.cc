#include "tools/croft/three_way.h"

#include <gtest/gtest.h>

#include "tools/croft/resource_finder.h"

namespace croft::cli {
namespace {

struct Case {
  const char* name;
  const char* last;  // empty: never applied
  const char* wanted;
  const char* live;
  const char* patch;
};

TEST(ThreeWayPatch, ChangesWhatIsDeclaredAndLeavesTheRest) {
  const Case cases[] = {
      {"nothing changed", R"({"a":1})", R"({"a":1})", R"({"a":1,"b":2})", R"({})"},
      {"a value changed", R"({"a":1})", R"({"a":2})", R"({"a":1,"b":2})", R"({"a":2})"},
      {"what the server filled in stays", "", R"({"s":{"x":1}})", R"({"s":{"x":1,"y":2}})", R"({})"},
      {"what is declared no more goes", R"({"s":{"x":1,"y":2}})", R"({"s":{"x":1}})", R"({"s":{"x":1,"y":2}})",
       R"({"s":{"y":null}})"},
      {"what is gone already is not removed again", R"({"y":2})", R"({})", R"({"z":1})", R"({})"},
      {"what somebody else set stays", R"({"l":{"a":"1"}})", R"({"l":{"a":"1"}})", R"({"l":{"a":"1","other":"2"}})",
       R"({})"},
      {"a list is replaced whole", R"({"l":[1]})", R"({"l":[1,2]})", R"({"l":[1]})", R"({"l":[1,2]})"},
      {"a new object is added", "", R"({"s":{"n":{"k":1}}})", R"({"s":{}})", R"({"s":{"n":{"k":1}}})"},
  };
  for (const Case& c : cases) {
    const std::string last_text = c.last;
    const auto last = ParseJson(last_text.empty() ? "null" : last_text);
    const JsonDocument patch =
        ThreeWayPatch(last_text.empty() ? nullptr : &*last, *ParseJson(c.wanted), *ParseJson(c.live));
    EXPECT_EQ(WriteJson(patch), c.patch) << c.name;
  }
}

TEST(WithLastApplied, RemembersTheObjectWithoutItself) {
  const JsonDocument once = WithLastApplied(*ParseJson(R"({"kind":"A","metadata":{"name":"x"}})"));
  const JsonDocument twice = WithLastApplied(once);
  EXPECT_TRUE(Equal(once, twice));
  EXPECT_EQ(FindString(once, {"metadata", "annotations", kLastApplied}),
            "{\"kind\":\"A\",\"metadata\":{\"name\":\"x\",\"annotations\":{}}}\n");
}

TEST(EditDistance, CountsSlips) {
  EXPECT_EQ(EditDistance("pods", "pods"), 0u);
  EXPECT_EQ(EditDistance("pdos", "pods"), 2u);
  EXPECT_EQ(EditDistance("depoyments", "deployments"), 1u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
}

}  // namespace
}  // namespace croft::cli
