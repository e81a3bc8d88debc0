#include <gtest/gtest.h>

#include <limits>

#include "unit/tools/chart/functions/table.h"

namespace croft::chart::test {
namespace {

constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

TEST(NumberFunctions, Integers) {
  Check({
      {"sums take texts and floats", "add", {I(1), S("2"), F(3.9), B(true), kNil}, "7"},
      {"the sum of nothing", "add", {}, "0"},
      {"sums wrap around", "add", {I(kMost), I(1)}, "-9223372036854775808"},
      {"one more", "add1", {S("41")}, "42"},
      {"less", "sub", {I(5), I(7)}, "-2"},
      {"times", "mul", {I(2), I(3), S("4")}, "24"},
      {"quotients go towards zero", "div", {I(-7), I(2)}, "-3"},
      {"a remainder has the sign of what is divided", "mod", {I(-7), I(2)}, "-1"},
      {"zero divides nothing", "div", {I(1), I(0)}, "error: runtime error: integer divide by zero"},
      {"what is no number is zero", "mod", {I(1), S("x")}, "error: runtime error: integer divide by zero"},
      {"the least number has no opposite", "div", {I(kLeast), I(-1)}, "-9223372036854775808"},
      {"nor a remainder", "mod", {I(kLeast), I(-1)}, "0"},
      {"the greatest", "max", {I(1), S("5"), I(3)}, "5"},
      {"by its old name", "biggest", {I(1), I(2)}, "2"},
      {"the least", "min", {I(1), I(-5), I(3)}, "-5"},
  });
}

TEST(NumberFunctions, Conversions) {
  Check({
      {"hexadecimal", "int", {S("0x1f")}, "31"},
      {"a leading zero is octal", "int", {S("010")}, "8"},
      {"zeros behind the point go", "int", {S("8.00")}, "8"},
      {"digits behind the point are no integer", "int", {S("8.5")}, "0"},
      {"nor are exponents", "int64", {S("1e3")}, "0"},
      {"underscores may part digits", "int64", {S("1_000")}, "1000"},
      {"floats are cut", "int", {F(-3.9)}, "-3"},
      {"floats that do not fit are the least", "int64", {F(1e30)}, "-9223372036854775808"},
      {"true is one", "int", {B(true)}, "1"},
      {"lists are nothing", "int", {L({I(1)})}, "0"},
      {"exponents are floats", "float64", {S("1e3")}, "1000"},
      {"text is no float", "float64", {S("abc")}, "0"},
      {"decimal digits alone", "atoi", {S("42")}, "42"},
      {"no prefix", "atoi", {S("0x1f")}, "0"},
      {"too great is the greatest", "atoi", {S("99999999999999999999")}, "9223372036854775807"},
      {"octal", "toDecimal", {S("0777")}, "511"},
      {"octal digits alone", "toDecimal", {I(888)}, "0"},
  });
  EXPECT_EQ(CallFor("int", {S("1")})->type(), Type::kInt);
  EXPECT_EQ(CallFor("int64", {I(1)})->type(), Type::kInt64);
  EXPECT_EQ(CallFor("add", {I(1)})->type(), Type::kInt64);
}

TEST(NumberFunctions, Decimals) {
  Check({
      {"tenths add up", "addf", {F(0.1), F(0.2)}, "0.3"},
      {"one more", "add1f", {F(1.1)}, "2.1"},
      {"differences", "subf", {F(7.5), I(2), S("3")}, "2.5"},
      {"products", "mulf", {F(1.1), F(1.1)}, "1.21"},
      {"quotients are rounded to 16 places", "divf", {I(10), I(3)}, "3.3333333333333335"},
      {"small quotients vanish", "divf", {F(1e-20), I(1)}, "0"},
      {"zero divides nothing", "divf", {I(1), I(0)}, "error: decimal division by 0"},
      {"infinity is no decimal", "mulf", {S("Inf"), I(1)}, "error: Cannot create a Decimal from +Inf"},
      {"the greatest", "maxf", {F(1.5), I(3), S("2")}, "3"},
      {"the least", "minf", {F(1.5), I(3), S("2")}, "1.5"},
      {"down", "floor", {F(-1.5)}, "-2"},
      {"up", "ceil", {S("1.2")}, "2"},
      {"to places", "round", {F(123.555555), I(3)}, "123.556"},
      {"to tens", "round", {I(155), I(-1)}, "160"},
      {"halves of negative numbers go down", "round", {F(-2.5), I(0)}, "-3"},
      {"where to round is told", "round", {F(123.55), I(1), F(.51)}, "123.5"},
  });
}

TEST(NumberFunctions, Sequences) {
  Check({
      {"up to a number", "until", {I(3)}, "[]int{0, 1, 2}"},
      {"down to a number", "until", {I(-2)}, "[]int{0, -1}"},
      {"none", "until", {I(0)}, "[]int{}"},
      {"in steps", "untilStep", {I(3), I(8), I(2)}, "[]int{3, 5, 7}"},
      {"steps that lead away", "untilStep", {I(3), I(8), I(-1)}, "[]int{}"},
      {"steps that lead nowhere", "untilStep", {I(3), I(8), I(0)}, "[]int{}"},
      {"a row", "seq", {I(5)}, R"("1 2 3 4 5")"},
      {"a row downwards", "seq", {I(-2)}, R"("1 0 -1 -2")"},
      {"a row between", "seq", {I(2), I(0)}, R"("2 1 0")"},
      {"a row in steps", "seq", {I(0), I(2), I(5)}, R"("0 2 4")"},
      {"a row down in steps", "seq", {I(0), I(-3), I(-7)}, R"("0 -3 -6")"},
      {"a row that leads away", "seq", {I(0), I(2), I(-7)}, R"("")"},
      {"no row of four", "seq", {I(0), I(1), I(2), I(3)}, R"("")"},
      {"unbounded lists are refused", "until", {I(kMost)}, "error: the result would have more than 1048576 items"},
      {"unbounded rows too", "seq", {I(kLeast), I(1), I(0)}, "error: the result would have more than 1048576 items"},
      {"steps at the edge end", "untilStep", {I(kMost - 1), I(kMost), I(5)}, "[]int{9223372036854775806}"},
  });
}

}  // namespace
}  // namespace croft::chart::test
