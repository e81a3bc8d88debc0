#include <gtest/gtest.h>

#include "unit/tools/chart/functions/table.h"

namespace croft::chart::test {
namespace {

TEST(DefaultFunctions, ChooseWhatIsGiven) {
  Check({
      {"what is given", "default", {S("d"), S("x")}, R"("x")"},
      {"an empty text is not given", "default", {S("d"), S("")}, R"("d")"},
      {"nor is zero", "default", {S("d"), I(0)}, R"("d")"},
      {"nor false", "default", {S("d"), B(false)}, R"("d")"},
      {"nor an empty list", "default", {S("d"), L({})}, R"("d")"},
      {"nor an empty map", "default", {S("d"), M({})}, R"("d")"},
      {"nor nil", "default", {S("d"), kNil}, R"("d")"},
      {"nor nothing", "default", {S("d")}, R"("d")"},
      {"zero is empty", "empty", {F(0)}, "true"},
      {"a list of nil is not", "empty", {L({kNil})}, "false"},
      {"the first that is not empty", "coalesce", {kNil, I(0), S("a"), S("b")}, R"("a")"},
      {"none is nil", "coalesce", {kNil, I(0)}, "<nil>"},
      {"all are something", "all", {I(1), S("a")}, "true"},
      {"one is nothing", "all", {I(1), S("")}, "false"},
      {"of none all are", "all", {}, "true"},
      {"one is something", "any", {I(0), S("a")}, "true"},
      {"of none not one is", "any", {}, "false"},
      {"the first where it is true", "ternary", {S("yes"), S("no"), B(true)}, R"("yes")"},
      {"the second where it is not", "ternary", {S("yes"), S("no"), B(false)}, R"("no")"},
      {"a failure that is asked for", "fail", {S("set a password")}, "error: set a password"},
  });
  EXPECT_EQ(Call("empty", {*CallFor("now", {})}), "false") << "a struct never is empty";
}

TEST(DefaultFunctions, TellTypes) {
  Check({
      {"a text", "typeOf", {S("a")}, R"("string")"},
      {"a map", "typeOf", {M({})}, R"("map[string]interface {}")"},
      {"nil", "typeOf", {kNil}, R"("<nil>")"},
      {"a list's kind", "kindOf", {L({})}, R"("slice")"},
      {"nil's kind", "kindOf", {kNil}, R"("invalid")"},
      {"a float's kind", "kindIs", {S("float64"), F(1)}, "true"},
      {"an int is no int64", "typeIs", {S("int64"), I(1)}, "false"},
      {"equal to the depths", "deepEqual", {L({M({{"a", I(1)}})}), L({M({{"a", I(1)}})})}, "true"},
      {"types count", "deepEqual", {I(1), Value::Int64(1)}, "false"},
  });
  const Value version = *CallFor("semver", {S("1.2.3")});
  EXPECT_EQ(Call("typeIsLike", {S("semver.Version"), version}), "true") << "a pointer is like what it points to";
  EXPECT_EQ(Call("typeIs", {S("semver.Version"), version}), "false");
}

TEST(DefaultFunctions, CopiesShareNothing) {
  const Value inner = M({{"x", I(1)}});
  const Value copy = *CallFor("deepCopy", {M({{"a", inner}})});
  inner.as_map()->members["x"] = I(2);
  EXPECT_EQ(Call("dig", {S("a"), S("x"), kNil, copy}), "1");
}

}  // namespace
}  // namespace croft::chart::test
