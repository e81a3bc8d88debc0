#include <gtest/gtest.h>

#include "unit/tools/chart/functions/table.h"

namespace croft::chart::test {
namespace {

Value Ab() {
  return M({{"a", I(1)}, {"b", S("x")}});
}
Value Nested() {
  return M({{"a", M({{"b", M({{"c", I(1)}})}})}});
}

TEST(DictFunctions, ReadAndWrite) {
  Check({
      {"keys become text",
       "dict",
       {S("a"), I(1), I(2), kNil},
       R"(map[string]interface {}{"2":interface {}(nil), "a":1})"},
      {"a key without a value has an empty text", "dict", {S("a")}, R"(map[string]interface {}{"a":""})"},
      {"the later one wins", "dict", {S("a"), I(1), S("a"), I(2)}, R"(map[string]interface {}{"a":2})"},
      {"what is there", "get", {Ab(), S("a")}, "1"},
      {"what is not there is an empty text", "get", {Ab(), S("z")}, R"("")"},
      {"nil has nothing", "get", {kNil, S("z")}, R"("")"},
      {"a key is set", "set", {Ab(), S("c"), I(3)}, R"(map[string]interface {}{"a":1, "b":"x", "c":3})"},
      {"nothing is set in nil", "set", {kNil, S("c"), I(3)}, "error: assignment to entry in nil map"},
      {"a key is taken out", "unset", {Ab(), S("a")}, R"(map[string]interface {}{"b":"x"})"},
      {"a key is there", "hasKey", {Ab(), S("a")}, "true"},
      {"a key is not there", "hasKey", {Ab(), S("z")}, "false"},
      {"keys in order", "keys", {Ab(), M({{"0", kNil}})}, R"([]string{"a", "b", "0"})"},
      {"values by their keys' order", "values", {Ab()}, R"([]interface {}{1, "x"})"},
      {"one key of many maps",
       "pluck",
       {S("a"), Ab(), M({}), M({{"a", kNil}})},
       "[]interface {}{1, interface {}(nil)}"},
      {"some keys", "pick", {Ab(), S("a"), S("z")}, R"(map[string]interface {}{"a":1})"},
      {"all other keys", "omit", {Ab(), S("a"), S("z")}, R"(map[string]interface {}{"b":"x"})"},
  });
}

TEST(DictFunctions, SetChangesTheMapItself) {
  const Value map = Ab();
  ASSERT_TRUE(CallFor("set", {map, S("c"), I(3)}).ok());
  ASSERT_TRUE(CallFor("unset", {map, S("a")}).ok());
  EXPECT_EQ(Call("keys", {map}), R"([]string{"b", "c"})");
  ASSERT_TRUE(CallFor("omit", {map, S("c")}).ok());
  EXPECT_EQ(Call("keys", {map}), R"([]string{"b", "c"})");
}

TEST(DictFunctions, Dig) {
  Check({
      {"down to a value", "dig", {S("a"), S("b"), S("c"), S("none"), Nested()}, "1"},
      {"a key that is missing gives the default", "dig", {S("a"), S("x"), S("c"), S("none"), Nested()}, R"("none")"},
      {"what is no map can't be dug in",
       "dig",
       {S("a"), S("b"), S("c"), S("d"), S("none"), Nested()},
       "error: interface conversion: interface {} is int, not map[string]interface {}"},
      {"nil neither",
       "dig",
       {S("a"), S("b"), S("none"), M({{"a", kNil}})},
       "error: interface conversion: interface {} is nil, not map[string]interface {}"},
      {"keys are texts",
       "dig",
       {I(1), S("none"), Nested()},
       "error: interface conversion: interface {} is int, not string"},
      {"too few arguments", "dig", {S("none"), Nested()}, "error: dig needs at least three arguments"},
  });
}

TEST(DictFunctions, Merge) {
  const auto all = [](Value a) { return M({{"a", std::move(a)}}); };
  Check({
      {"what is missing comes in",
       "merge",
       {M({{"a", I(1)}}), M({{"b", I(2)}}), M({{"c", I(3)}})},
       R"(map[string]interface {}{"a":1, "b":2, "c":3})"},
      {"what is there stays", "merge", {all(I(1)), all(I(2))}, R"(map[string]interface {}{"a":1})"},
      {"what is empty counts as missing",
       "merge",
       {all(B(false)), all(B(true))},
       R"(map[string]interface {}{"a":true})"},
      {"nil counts as missing", "merge", {all(kNil), all(S("x"))}, R"(map[string]interface {}{"a":"x"})"},
      {"nil does not come in", "merge", {M({}), all(kNil)}, "map[string]interface {}{}"},
      {"maps within are merged",
       "merge",
       {all(M({{"x", I(1)}})), all(M({{"x", I(2)}, {"y", I(3)}}))},
       R"(map[string]interface {}{"a":map[string]interface {}{"x":1, "y":3}})"},
      {"lists are not", "merge", {all(L({I(1)})), all(L({I(2)}))}, R"(map[string]interface {}{"a":[]interface {}{1}})"},
      {"a text stays before a map",
       "merge",
       {all(S("x")), all(M({{"y", I(1)}}))},
       R"(map[string]interface {}{"a":"x"})"},
      {"into nil", "merge", {kNil, all(I(1))}, R"(map[string]interface {}{"a":1})"},
      {"nothing into nil", "mustMerge", {kNil}, "map[string]interface {}(nil)"},
  });
}

TEST(DictFunctions, MergeOverwrite) {
  const auto all = [](Value a) { return M({{"a", std::move(a)}}); };
  Check({
      {"what comes wins", "mergeOverwrite", {all(I(1)), all(I(2)), all(I(3))}, R"(map[string]interface {}{"a":3})"},
      {"even when it is empty", "mergeOverwrite", {all(I(1)), all(S(""))}, R"(map[string]interface {}{"a":""})"},
      {"even when it is nil",
       "mergeOverwrite",
       {all(I(1)), all(kNil)},
       R"(map[string]interface {}{"a":interface {}(nil)})"},
      {"an empty list too",
       "mustMergeOverwrite",
       {all(L({I(1)})), all(L({}))},
       R"(map[string]interface {}{"a":[]interface {}{}})"},
      {"an empty map does not",
       "mergeOverwrite",
       {all(M({{"x", I(1)}})), all(M({}))},
       R"(map[string]interface {}{"a":map[string]interface {}{"x":1}})"},
      {"maps within are merged",
       "mergeOverwrite",
       {all(M({{"x", I(1)}, {"z", I(0)}})), all(M({{"x", I(2)}}))},
       R"(map[string]interface {}{"a":map[string]interface {}{"x":2, "z":0}})"},
      {"a map before a text",
       "mergeOverwrite",
       {all(S("x")), all(M({{"y", I(1)}}))},
       R"(map[string]interface {}{"a":map[string]interface {}{"y":1}})"},
      {"a text before a map",
       "mergeOverwrite",
       {all(M({{"y", I(1)}})), all(S("x"))},
       R"(map[string]interface {}{"a":"x"})"},
  });
}

TEST(DictFunctions, MergeTakesOverWhatItMerges) {
  const Value inner = M({{"x", I(1)}});
  const Value into = M({});
  ASSERT_TRUE(CallFor("merge", {into, M({{"a", inner}})}).ok());
  ASSERT_TRUE(CallFor("set", {inner, S("x"), I(2)}).ok());
  EXPECT_EQ(Call("dig", {S("a"), S("x"), kNil, into}), "2");
}

TEST(DictFunctions, MergeOfMapsThatHoldThemselvesFails) {
  const Value a = M({}), b = M({});
  ASSERT_TRUE(CallFor("set", {a, S("self"), a}).ok());
  ASSERT_TRUE(CallFor("set", {b, S("self"), b}).ok());
  EXPECT_EQ(Call("merge", {a, b}), "error: maps are nested too deep to be merged");
  a.as_map()->members.clear();
  b.as_map()->members.clear();
}

}  // namespace
}  // namespace croft::chart::test
