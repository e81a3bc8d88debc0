#include <gtest/gtest.h>

#include "unit/tools/chart/template/run_template.h"

namespace croft::chart {
namespace {

class TemplateTest : public testing::TestWithParam<TemplateCase> {};

TEST_P(TemplateTest, WritesWhatGoWrites) {
  EXPECT_EQ(RunTemplate(GetParam().text, GetParam().data), GetParam().expected);
}

const std::vector<TemplateCase> kCases = {
    {"text_stands_as_it_is", "a: 1\n# {x}\n", "{}", "a: 1\n# {x}\n"},
    {"a_field_of_a_field", "{{.a.b}}", R"({"a":{"b":1}})", "1"},
    {"nil_has_no_value", "{{.a}} {{.b}}", R"({"a":null})", "<no value> <no value>"},
    {"nil_that_was_a_variable_has_any_field", "{{$x := .a}}{{$x.b.c}}", "{}", "<no value>"},
    {"nil_in_parentheses_has_any_field", "{{(.a).b}}", "{}", "<no value>"},
    {"spaces_are_trimmed_on_both_sides", "a \n {{- 1 -}} \n b", "{}", "a1b"},
    {"a_minus_without_a_space_is_a_number", "{{-1}}", "{}", "-1"},
    {"comments_vanish", "a{{/* {{x}} */}}b {{- /* c */ -}} c", "{}", "abc"},
    {"constants_of_all_kinds",
     "{{0x1F}} {{0b11}} {{0o17}} {{017}} {{1_000}} {{'a'}} {{1.5}} {{1e3}} {{0x1p4}} {{true}} {{`r\\`}} {{\"q\\t\"}}",
     "{}", "31 3 15 15 1000 97 1.5 1000 16 true r\\ q\t"},
    {"a_variable_is_declared_and_set", "{{$x := 1}}{{if true}}{{$x = 2}}{{$y := 3}}{{$y}}{{end}}{{$x}}", "{}", "32"},
    {"a_variable_hides_another_until_the_end", "{{$x := 1}}{{with 5}}{{$x := 2}}{{$x}}{{end}}{{$x}}", "{}", "21"},
    {"dollar_is_the_data", "{{with .a}}{{.}}{{$.b}}{{end}}", R"({"a":1,"b":2})", "12"},
    {"else_if", "{{if .a}}1{{else if .b}}2{{else}}3{{end}}", R"({"a":0,"b":"x"})", "2"},
    {"what_is_empty_is_false", "{{range .}}{{if .}}1{{else}}0{{end}}{{end}}",
     R"([0,0.0,"",null,false,[],{},1,"a",[0]])", "0000000111"},
    {"with_and_else_with", "{{with .a}}1{{else with .b}}{{.}}{{else}}3{{end}}", R"({"b":"x"})", "x"},
    {"a_list_is_gone_through", "{{range $i, $x := .}}{{$i}}={{$x}} {{end}}", R"(["a","b"])", "0=a 1=b "},
    {"a_map_is_gone_through_sorted", "{{range $k, $v := .}}{{$k}}={{$v}} {{end}}", R"({"b":1,"a":2,"B":3})",
     "B=3 a=2 b=1 "},
    {"an_integer_is_counted_to", "{{range $i := 3}}{{$i}}{{end}}{{range .n}}{{.}}{{end}}", R"({"n":2})", "01201"},
    {"range_over_nothing", "{{range .a}}x{{else}}none{{end}}{{range .b}}x{{else}}none{{end}}", R"({"a":[]})",
     "nonenone"},
    {"range_sets_variables_that_are_there", "{{$v := 0}}{{range $v = .}}{{end}}{{$v}}", "[1,2]", "2"},
    {"break_and_continue", "{{range .}}{{if eq . 2}}{{continue}}{{end}}{{if eq . 4}}{{break}}{{end}}{{.}}{{end}}",
     "[1,2,3,4,5]", "13"},
    {"a_map_that_is_set_while_it_is_gone_through",
     "{{range $k, $v := .}}{{$_ := set $ (print $k \"x\") 1}}{{$k}}{{end}}", R"({"a":1,"b":2})", "ab"},
    {"a_pipeline_passes_its_value_on", "{{.s | trunc 3 | upper | printf \"%s-%s\" \"x\"}}", R"({"s":"hello"})",
     "x-HEL"},
    {"a_field_of_a_pipeline", "{{(index . 0).a.b}}", R"([{"a":{"b":7}}])", "7"},
    {"define_and_template", "{{define \"x\"}}<{{.}}>{{end}}{{template \"x\" .a}}{{template \"x\"}}", R"({"a":1})",
     "<1><<no value>>"},
    {"block_defines_and_calls", "{{block \"x\" .a}}[{{.}}]{{end}}", R"({"a":1})", "[1]"},
    {"a_template_has_its_own_variables", "{{define \"x\"}}{{$y := 2}}{{$y}}{{end}}{{$y := 1}}{{template \"x\"}}{{$y}}",
     "{}", "21"},
    {"and_or_end_early", "{{and .a (broken)}} {{or 1 (broken)}} {{and 1 2}} {{or 0 \"\"}}|{{not .a}}", R"({"a":0})",
     "0 1 2 |true"},
    {"equal_to_any", "{{eq .a 1 2 3}} {{eq .a 1}} {{ne .a 1}} {{eq .b nil}} {{eq \"a\" \"a\"}}", R"({"a":3})",
     "true false true true true"},
    {"order", "{{lt 1 2}} {{le 2 2}} {{gt \"b\" \"a\"}} {{ge 1.5 2.5}} {{lt .n 100}}", R"({"n":99})",
     "true true true false true"},
    {"index_and_length",
     "{{index .l 1}} {{index .m \"a\" \"b\"}} {{index .m \"x\"}} {{len .l}} {{len \"h\\u00e9\"}} {{index \"abc\" 1}}",
     R"({"l":[1,2],"m":{"a":{"b":3}}})", "2 3 <no value> 2 3 98"},
    {"slices", "{{slice \"hello\" 1 3}} {{slice .l 1}} {{slice .l 0 1}}", R"({"l":[1,2,3]})", "el [2 3] [1]"},
    {"print_puts_spaces_between_what_is_no_text", "{{print 1 2 \"a\" \"b\" 3 nil}} {{println 1 \"a\"}}", "{}",
     "1 2a"
     "b3 <nil> 1 a\n"},
    {"printf_names_what_is_wrong", "{{printf \"%d %s\" \"a\" 1 2}}", "{}", "%!d(string=a) %!s(int=1)%!(EXTRA int=2)"},
    {"escapes", "{{html \"<a href='x'>&\"}} {{js \"'\\\"<\\n\"}} {{urlquery \"a b&c/\\u00e9\"}}", "{}",
     "&lt;a href=&#39;x&#39;&gt;&amp; \\'\\\"\\u003C\\u000A a+b%26c%2F%C3%A9"},
    {"arguments_of_each_type",
     "{{trunc 2 \"abc\"}} {{add64 1 .n}} {{half 3}} {{flag true}} {{list 1 nil \"a\"}} {{size .}}", R"({"n":2})",
     "ab 3 1.5 true [1 <nil> a] 1"},
    {"values_are_printed_as_go_prints_them", "{{.}}", R"({"b":[1,null,"x y"],"a":1.0,"c":1234567.0})",
     "map[a:1 b:[1 <nil> x y] c:1.234567e+06]"},
    {"names_beyond_ascii", "{{.gr\u00f6\u00dfe}}", "{\"gr\u00f6\u00dfe\":1}", "1"},
    {"an_action_over_lines", "{{\n  .a\n  | print\n}}", R"({"a":1})", "1"},
};

INSTANTIATE_TEST_SUITE_P(Templates, TemplateTest, testing::ValuesIn(kCases),
                         [](const auto& c) { return c.param.name; });

TEST(TemplatesTest, TheLastDefinitionHolds) {
  const Functions functions;
  Templates templates(functions);
  ASSERT_TRUE(templates.Parse("a", "{{define \"x\"}}1{{end}}").ok());
  ASSERT_TRUE(templates.Parse("b", "{{define \"x\"}}2{{end}}").ok());
  ASSERT_TRUE(templates.Parse("c", "{{define \"x\"}} {{end}}").ok());
  Budget budget;
  std::string out;
  ASSERT_TRUE(Execute(templates, "x", Value(), {}, budget, out).ok());
  EXPECT_EQ(out, "2") << "an empty definition takes no other's place";
}

TEST(TemplatesTest, ASetOnTopHidesWhatItDefines) {
  const Functions functions;
  Templates base(functions);
  ASSERT_TRUE(base.Parse("a", "{{define \"x\"}}1{{end}}{{template \"x\"}}").ok());
  Templates top(&base);
  ASSERT_TRUE(top.Parse("b", "{{define \"x\"}}2{{end}}").ok());
  Budget budget;
  std::string out;
  ASSERT_TRUE(Execute(top, "a", Value(), {}, budget, out).ok());
  ASSERT_TRUE(Execute(base, "a", Value(), {}, budget, out).ok());
  EXPECT_EQ(out, "21");
}

// A list of texts with a method, as .Capabilities.APIVersions is.
class Versions : public Object {
 public:
  std::string_view go_type() const override { return "chartutil.VersionSet"; }
  std::string_view go_kind() const override { return "slice"; }
  bool HasMethod(std::string_view method) const override { return method == "Has"; }
  Result<Value> Call(std::string_view, const std::vector<Value>& arguments) const override {
    if (arguments.size() != 1) return Status::Invalid("Has takes one version");
    return Value::Bool(arguments[0].is_string() && arguments[0].as_string() == "v1");
  }
  Value AsValue() const override { return NewList({Value::String("v1"), Value::String("apps/v1")}, kStringList); }
};

TEST(TemplatesTest, ObjectsHaveMethodsAndAreGoneThrough) {
  const Functions functions;
  Templates templates(functions);
  ASSERT_TRUE(
      templates
          .Parse("a",
                 "{{.v.Has \"v1\"}} {{\"v2\" | .v.Has}} {{range .v}}{{.}},{{end}} {{len .v}} {{index .v 1}} {{.v}}")
          .ok());
  Budget budget;
  std::string out;
  const Status status =
      Execute(templates, "a", NewMap({{"v", Value::Of(std::make_shared<Versions>())}}), {}, budget, out);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(out, "true false v1,apps/v1, 2 apps/v1 [v1 apps/v1]");
}

}  // namespace
}  // namespace croft::chart
