#include <gtest/gtest.h>

#include "unit/tools/chart/functions/table.h"

namespace croft::chart::test {
namespace {

const Value kAbc = L({S("a"), S("b"), S("c")});
const Value kEmpty = L({});

TEST(ListFunctions, Ends) {
  Check({
      {"what is given is the list", "list", {I(1), S("a"), kNil}, R"([]interface {}{1, "a", interface {}(nil)})"},
      {"a tuple is a list", "tuple", {I(1)}, "[]interface {}{1}"},
      {"the first", "first", {kAbc}, R"("a")"},
      {"the last", "last", {kAbc}, R"("c")"},
      {"all but the first", "rest", {kAbc}, R"([]interface {}{"b", "c"})"},
      {"all but the last", "initial", {kAbc}, R"([]interface {}{"a", "b"})"},
      {"the first of none is nil", "first", {kEmpty}, "<nil>"},
      {"the last of none is nil", "mustLast", {kEmpty}, "<nil>"},
      {"the rest of none is a nil list", "rest", {kEmpty}, "[]interface {}(nil)"},
      {"so is its beginning", "initial", {kEmpty}, "[]interface {}(nil)"},
      {"a text has no first", "mustFirst", {S("abc")}, "error: Cannot find first on type string"},
      {"nil has none either", "first", {kNil}, "error"},
  });
}

TEST(ListFunctions, Grow) {
  Check({
      {"one more at the end", "append", {kAbc, I(1)}, R"([]interface {}{"a", "b", "c", 1})"},
      {"by another name", "push", {kEmpty, kNil}, "[]interface {}{interface {}(nil)}"},
      {"one more at the front", "prepend", {kAbc, I(1)}, R"([]interface {}{1, "a", "b", "c"})"},
      {"maps have no end", "append", {M({}), I(1)}, "error: Cannot push on type map"},
      {"nor front", "mustPrepend", {I(5), I(1)}, "error: Cannot prepend on type int"},
      {"lists one after another", "concat", {kAbc, kEmpty, L({I(1)})}, R"([]interface {}{"a", "b", "c", 1})"},
      {"nothing at all is a nil list", "concat", {kEmpty, kEmpty}, "[]interface {}(nil)"},
      {"only lists", "concat", {kAbc, S("d")}, "error: Cannot concat type string as list"},
  });
  EXPECT_EQ(kAbc.as_list()->items.size(), 3U) << "the list that was given has not changed";
}

TEST(ListFunctions, Choose) {
  Check({
      {"backwards", "reverse", {kAbc}, R"([]interface {}{"c", "b", "a"})"},
      {"each once", "uniq", {L({I(1), I(1), Value::Int64(1), S("1")})}, R"([]interface {}{1, 1, "1"})"},
      {"without what is empty", "compact", {L({I(0), S(""), S("a"), kNil, B(false), L({})})}, R"([]interface {}{"a"})"},
      {"without some", "without", {kAbc, S("b"), S("x")}, R"([]interface {}{"a", "c"})"},
      {"without all", "without", {L({S("a")}), S("a")}, "[]interface {}{}"},
      {"it is there", "has", {S("b"), kAbc}, "true"},
      {"types count", "has", {Value::Int64(1), L({I(1)})}, "false"},
      {"lists are compared by what they hold", "has", {L({I(1)}), L({L({I(1)})})}, "true"},
      {"nil has nothing", "has", {S("b"), kNil}, "false"},
      {"a text is no list", "mustHas", {S("b"), S("abc")}, "error: Cannot find has on type string"},
  });
}

TEST(ListFunctions, Cut) {
  Check({
      {"all", "slice", {kAbc}, R"([]interface {}{"a", "b", "c"})"},
      {"from a place on", "slice", {kAbc, I(1)}, R"([]interface {}{"b", "c"})"},
      {"between places", "slice", {kAbc, S("1"), I(2)}, R"([]interface {}{"b"})"},
      {"of none is nil", "slice", {kEmpty, I(0), I(5)}, "<nil>"},
      {"beyond the end fails", "mustSlice", {kAbc, I(1), I(4)}, "error"},
      {"backwards fails", "slice", {kAbc, I(2), I(1)}, "error"},
      {"a list of texts stays one", "slice", {NewList({S("a")}, kStringList)}, R"([]string{"a"})"},
      {"lists of two", "chunk", {I(2), kAbc}, R"([][]interface {}{[]interface {}{"a", "b"}, []interface {}{"c"}})"},
      {"none of none", "chunk", {I(2), kEmpty}, "[][]interface {}{}"},
      {"lists of nothing fail", "mustChunk", {I(0), kAbc}, "error"},
      {"only lists", "chunk", {I(2), S("abc")}, "error: Cannot chunk type string"},
  });
}

TEST(ListFunctions, MustFormsDoTheSame) {
  const struct {
    const char* plain;
    const char* must;
    std::vector<Value> more;  // behind the list
  } cases[] = {{"append", "mustAppend", {I(1)}}, {"push", "mustPush", {I(1)}},   {"prepend", "mustPrepend", {I(1)}},
               {"first", "mustFirst", {}},       {"last", "mustLast", {}},       {"rest", "mustRest", {}},
               {"initial", "mustInitial", {}},   {"reverse", "mustReverse", {}}, {"uniq", "mustUniq", {}},
               {"compact", "mustCompact", {}},   {"slice", "mustSlice", {I(1)}}, {"without", "mustWithout", {S("a")}},
               {"deepCopy", "mustDeepCopy", {}}};
  for (const auto& c : cases) {
    for (const Value& list : {kAbc, kEmpty, S("abc"), kNil}) {
      std::vector<Value> arguments = {list};
      arguments.insert(arguments.end(), c.more.begin(), c.more.end());
      EXPECT_EQ(Call(c.plain, arguments), Call(c.must, arguments)) << c.must;
    }
  }
}

}  // namespace
}  // namespace croft::chart::test
