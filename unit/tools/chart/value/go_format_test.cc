#include "tools/chart/value/go_format.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

Value Text(std::string text) {
  return Value::String(std::move(text));
}

struct FormatCase {
  std::string name;
  std::string format;
  std::vector<Value> arguments;
  std::string expected;
};

void PrintTo(const FormatCase& c, std::ostream* out) {
  *out << c.format;
}

class SprintfTest : public testing::TestWithParam<FormatCase> {};

TEST_P(SprintfTest, PrintsAsGoDoes) {
  EXPECT_EQ(GoSprintf(GetParam().format, GetParam().arguments), GetParam().expected);
}

const std::vector<FormatCase> kCases = {
    {"text_and_number", "%s-%d", {Text("web"), Value::Int(3)}, "web-3"},
    {"a_percent_sign_takes_no_argument", "100%%", {}, "100%"},
    {"a_quoted_text", "%q", {Text("a\"b\n\x01")}, "\"a\\\"b\\n\\x01\""},
    {"a_quoted_text_without_escapes_in_backquotes", "%#q", {Text("a\"b")}, "`a\"b`"},
    {"a_quoted_text_all_ascii", "%+q", {Text("\xc3\xa9\xf0\x9f\x98\x80")}, "\"\\u00e9\\U0001f600\""},
    {"a_text_cut_to_the_precision_in_runes", "%.2s|", {Text("\xc3\xa9\xc3\xa9\xc3\xa9")}, "\xc3\xa9\xc3\xa9|"},
    {"a_text_padded_left_and_right", "%5s|%-5s|", {Text("ab"), Text("ab")}, "   ab|ab   |"},
    {"hexadecimals_of_a_text",
     "%x %X % x %#x",
     {Text("hi"), Text("hi"), Text("hi"), Text("hi")},
     "6869 6869 68 69 0x6869"},
    {"a_number_with_zeros",
     "%05d|%-5d|%+d|% d",
     {Value::Int(42), Value::Int(42), Value::Int(42), Value::Int(42)},
     "00042|42   |+42| 42"},
    {"bases",
     "%b %o %O %x %X %#x",
     {Value::Int(10), Value::Int(10), Value::Int(10), Value::Int(255), Value::Int(255), Value::Int(255)},
     "1010 12 0o12 ff FF 0xff"},
    {"a_negative_hexadecimal", "%x", {Value::Int(-255)}, "-ff"},
    {"a_character_and_its_number",
     "%c %q %U %#U",
     {Value::Int(65), Value::Int(65), Value::Int(233), Value::Int(233)},
     "A 'A' U+00E9 U+00E9 '\xc3\xa9'"},
    {"floats",
     "%f %.2f %e %g",
     {Value::Float64(1.5), Value::Float64(2.345), Value::Float64(123456), Value::Float64(1e6)},
     "1.500000 2.35 1.234560e+05 1e+06"},
    {"a_float_padded_with_zeros", "%08.2f|%+.1f", {Value::Float64(-3.14159), Value::Float64(2)}, "-0003.14|+2.0"},
    {"a_float_in_binary_and_hexadecimal",
     "%b %x",
     {Value::Float64(1.5), Value::Float64(1.5)},
     "6755399441055744p-52 0x1.8p+00"},
    {"a_float_with_a_point_always", "%#g %#.3g", {Value::Float64(1), Value::Float64(1)}, "1.00000 1.00"},
    {"infinity_keeps_its_sign",
     "%v %f",
     {Value::Float64(std::numeric_limits<double>::infinity()), Value::Float64(std::nan(""))},
     "+Inf NaN"},
    {"types", "%T %T %T", {Value::Int(1), NewMap(), Value()}, "int map[string]interface {} <nil>"},
    {"truth", "%t %v", {Value::Bool(true), Value::Bool(false)}, "true false"},
    {"values_in_go_syntax",
     "%#v %#v %#v",
     {Text("a"), NewList({Value::Int(1), Value()}), NewMap({{"a", Text("b")}})},
     "\"a\" []interface {}{1, interface {}(nil)} map[string]interface {}{\"a\":\"b\"}"},
    {"the_verb_for_errors_which_values_are_not", "%w %#w", {Value::Int(1), Text("a")}, "%!w(int=1) %!w(string=\"a\")"},
    {"nil_lists_and_maps_in_go_syntax", "%#v %v", {NilList(), NilMap()}, "[]interface {}(nil) map[]"},
    {"each_item_of_a_list",
     "%q %03d",
     {NewList({Text("a"), Text("b")}), NewList({Value::Int(1)})},
     "[\"a\" \"b\"] [001]"},
    {"a_width_from_an_argument",
     "%*d|%-*d|",
     {Value::Int(4), Value::Int(7), Value::Int(4), Value::Int(7)},
     "   7|7   |"},
    {"a_precision_from_an_argument", "%.*f", {Value::Int(1), Value::Float64(2.25)}, "2.2"},
    {"arguments_by_number", "%[2]d %[1]d", {Value::Int(1), Value::Int(2)}, "2 1"},
    {"a_verb_that_the_type_does_not_have", "%d", {Text("hi")}, "%!d(string=hi)"},
    {"a_verb_that_nil_does_not_have", "%s", {Value()}, "%!s(<nil>)"},
    {"a_verb_that_an_item_does_not_have", "%d", {NewList({Text("x")})}, "[%!d(string=x)]"},
    {"arguments_that_nothing_takes", "a", {Value::Int(1), Text("b"), Value()}, "a%!(EXTRA int=1, string=b, <nil>)"},
    {"an_argument_that_is_missing", "%v", {}, "%!v(MISSING)"},
    {"a_format_that_ends_early", "%", {}, "%!(NOVERB)"},
    {"an_argument_number_that_is_not", "%[3]d", {Value::Int(1)}, "%!d(BADINDEX)"},
    {"a_width_that_is_none", "%*d", {Text("a"), Value::Int(1)}, "%!(BADWIDTH)1"},
    {"nil_where_anything_goes", "%v|%6v", {Value(), Value()}, "<nil>| <nil>"},
};

INSTANTIATE_TEST_SUITE_P(Formats, SprintfTest, testing::ValuesIn(kCases), [](const auto& c) { return c.param.name; });

struct PrintCase {
  std::string name;
  Value value;
  std::string expected;
};

void PrintTo(const PrintCase& c, std::ostream* out) {
  *out << c.expected;
}

class GoStringTest : public testing::TestWithParam<PrintCase> {};

TEST_P(GoStringTest, PrintsAsGoDoes) {
  EXPECT_EQ(GoString(GetParam().value), GetParam().expected);
}

const std::vector<PrintCase> kValues = {
    {"nil", Value(), "<nil>"},
    {"a_map_is_sorted", NewMap({{"b", Value::Int(2)}, {"a", Value::Int(1)}}), "map[a:1 b:2]"},
    {"a_list_with_nil", NewList({Value::Int(1), Value(), Text("a b")}), "[1 <nil> a b]"},
    {"a_float_without_fraction", Value::Float64(3), "3"},
    {"a_float_with_six_digits", Value::Float64(123456), "123456"},
    {"a_float_with_seven_digits", Value::Float64(1234567), "1.234567e+06"},
    {"a_small_float", Value::Float64(0.0001), "0.0001"},
    {"a_smaller_float", Value::Float64(0.00001), "1e-05"},
    {"the_sum_that_is_not_quite", Value::Float64(0.1 + 0.2), "0.30000000000000004"},
    {"the_largest_number", Value::Int64(std::numeric_limits<int64_t>::max()), "9223372036854775807"},
    {"the_smallest_number", Value::Int64(std::numeric_limits<int64_t>::min()), "-9223372036854775808"},
};

INSTANTIATE_TEST_SUITE_P(Values, GoStringTest, testing::ValuesIn(kValues), [](const auto& c) { return c.param.name; });

TEST(GoSprintTest, PutsSpacesWhereNeitherSideIsText) {
  EXPECT_EQ(GoSprint(std::vector<Value>{Value::Int(1), Value::Int(2), Text("a"), Text("b"), Value::Int(3), Value()}),
            "1 2a"
            "b3 <nil>");
}

TEST(GoSprintlnTest, PutsSpacesEverywhere) {
  EXPECT_EQ(GoSprintln(std::vector<Value>{Text("a"), Text("b"), Value::Int(3)}), "a b 3\n");
}

TEST(GoStringTest, AMapThatHoldsItselfManyTimesOverEnds) {
  const Value map = NewMap();
  map.as_map()->members["a"] = map;
  map.as_map()->members["b"] = map;
  EXPECT_LE(GoString(map).size(), kMaxFormatted + 100000);
  map.as_map()->members.clear();
}

TEST(GoUnquoteTest, ReadsWhatQuoteWrites) {
  const std::string text = "a\"\\\n\t\x01\xc3\xa9\xe2\x80\x8b\xf0\x9f\x98\x80\x7f";
  const std::string quoted = GoQuote(text, true);
  std::string read;
  ASSERT_TRUE(GoUnquote(std::string_view(quoted).substr(1, quoted.size() - 2), '"', read)) << quoted;
  EXPECT_EQ(read, text);
}

}  // namespace
}  // namespace croft::chart
