#include <gtest/gtest.h>

#include "unit/tools/chart/template/run_template.h"

namespace croft::chart {
namespace {

class TemplateErrorTest : public testing::TestWithParam<TemplateCase> {};

TEST_P(TemplateErrorTest, SaysWhatGoSays) {
  EXPECT_EQ(RunTemplate(GetParam().text, GetParam().data), "error: template: t.yaml:" + GetParam().expected);
}

const std::vector<TemplateCase> kParseErrors = {
    {"a_function_that_is_not_there", "\n{{nope 1}}", "{}", "2: function \"nope\" not defined"},
    {"an_action_that_does_not_end", "{{.a", "{}", "1: unclosed action"},
    {"an_action_that_does_not_end_on_its_line", "{{.a\n\n", "{}", "3: unclosed action started at t.yaml:1"},
    {"an_if_that_does_not_end", "{{if .a}}x", "{}", "1: unexpected EOF"},
    {"an_end_too_many", "a{{end}}", "{}", "1: unexpected {{end}}"},
    {"an_else_too_many", "{{if 1}}{{else}}{{else}}{{end}}", "{}", "1: expected end; found {{else}}"},
    {"a_variable_that_is_not_there", "{{$x}}", "{}", "1: undefined variable \"$x\""},
    {"a_variable_that_is_gone", "{{if 1}}{{$x := 1}}{{end}}{{$x}}", "{}", "1: undefined variable \"$x\""},
    {"a_comment_that_does_not_end", "{{/* a", "{}", "1: unclosed comment"},
    {"a_text_that_does_not_end", "{{\"a}}", "{}", "1: unterminated quoted string"},
    {"a_parenthesis_that_does_not_end", "{{(.a}}", "{}", "1: unclosed left paren"},
    {"a_parenthesis_too_many", "{{.a)}}", "{}", "1: unexpected right paren"},
    {"an_empty_action", "{{}}", "{}", "1: missing value for command"},
    {"an_if_without_a_condition", "{{if}}{{end}}", "{}", "1: missing value for if"},
    {"a_constant_in_a_pipeline", "{{.a | 1}}", "{}", "1: non executable command in pipeline stage 2"},
    {"a_field_of_a_constant", "{{\"a\".b}}", "{}", "1: unexpected . after term \"\\\"a\\\"\""},
    {"an_identifier_with_a_bad_character", "{{.a+b}}", "{}", "1: bad character U+002B '+'"},
    {"a_number_that_is_none", "{{1_}}", "{}", "1: illegal number syntax: \"1_\""},
    {"a_number_that_is_too_large", "{{99999999999999999999}}", "{}", "1: integer overflow: \"99999999999999999999\""},
    {"a_complex_number", "{{1i}}", "{}", "1: complex constants are not supported: \"1i\""},
    {"a_break_outside_of_a_range", "{{break}}", "{}", "1: {{break}} outside {{range}}"},
    {"a_template_that_is_defined_twice", "{{define \"x\"}}1{{end}}{{define \"x\"}}2{{end}}", "{}",
     "1: template: multiple definition of template \"x\""},
    {"too_many_variables", "{{range $a, $b, $c := .}}{{end}}", "{}", "1: too many declarations in range"},
};

INSTANTIATE_TEST_SUITE_P(Parsing, TemplateErrorTest, testing::ValuesIn(kParseErrors),
                         [](const auto& c) { return c.param.name; });

const std::vector<TemplateCase> kRunErrors = {
    {"a_field_of_nil", "a\n  {{.a.b.c}}", R"({"a":null})",
     "2:6: executing \"t.yaml\" at <.a.b.c>: nil pointer evaluating interface {}.b"},
    {"a_field_of_text", "{{.a.b}}", R"({"a":"x"})",
     "1:4: executing \"t.yaml\" at <.a.b>: can't evaluate field b in type interface {}"},
    {"a_field_of_text_in_a_variable", "{{$x := .a}}{{$x.b}}", R"({"a":"x"})",
     "1:16: executing \"t.yaml\" at <$x.b>: can't evaluate field b in type string"},
    {"too_few_arguments", "{{trunc 3}}", "{}",
     "1:2: executing \"t.yaml\" at <trunc>: wrong number of args for trunc: want 2 got 1"},
    {"too_few_arguments_of_many", "{{eq}}", "{}",
     "1:2: executing \"t.yaml\" at <eq>: wrong number of args for eq: want at least 1 got 0"},
    {"a_number_for_a_text", "{{upper .a}}", R"({"a":1})",
     "1:8: executing \"t.yaml\" at <.a>: wrong type for value; expected string; got int64"},
    {"a_constant_number_for_a_text", "{{upper 1}}", "{}", "1:8: executing \"t.yaml\" at <1>: expected string; found 1"},
    {"nil_for_a_text", "{{upper .a}}", "{}",
     "1:8: executing \"t.yaml\" at <.a>: wrong type for value; expected string; got interface {}"},
    {"nil_for_a_text_down_a_pipeline", "{{.a | upper}}", "{}",
     "1:7: executing \"t.yaml\" at <upper>: invalid value; expected string"},
    {"a_text_for_a_number", "{{trunc \"a\" \"b\"}}", "{}",
     "1:8: executing \"t.yaml\" at <\"a\">: expected integer; found \"a\""},
    {"a_list_for_a_map", "{{size .}}", "[]",
     "1:7: executing \"t.yaml\" at <.>: wrong type for value; expected map[string]interface {}; got []interface {}"},
    {"a_function_that_fails", "{{if broken}}{{end}}", "{}",
     "1:5: executing \"t.yaml\" at <broken>: error calling broken: it is broken"},
    {"values_that_can_not_be_compared", "{{eq .a \"1\"}}", R"({"a":1})",
     "1:2: executing \"t.yaml\" at <eq .a \"1\">: error calling eq: incompatible types for comparison: int64 and "
     "string"},
    {"an_index_out_of_range", "{{index . 3}}", "[1]",
     "1:2: executing \"t.yaml\" at <index . 3>: error calling index: index out of range: 3"},
    {"an_index_one_out_of_range", "{{index . 1}}", "[1]",
     "1:2: executing \"t.yaml\" at <index . 1>: error calling index: reflect: slice index out of range"},
    {"the_length_of_a_number", "{{len 3}}", "{}",
     "1:2: executing \"t.yaml\" at <len 3>: error calling len: len of type int"},
    {"a_range_over_text", "{{range .a}}{{end}}", R"({"a":"x"})",
     "1:8: executing \"t.yaml\" at <.a>: range can't iterate over x"},
    {"a_template_that_is_not_there", "{{template \"x\" .}}", "{}",
     "1:11: executing \"t.yaml\" at <{{template \"x\" .}}>: template \"x\" not defined"},
    {"nil_alone", "{{nil}}", "{}", "1:2: executing \"t.yaml\" at <nil>: nil is not a command"},
    {"an_argument_for_a_field", "{{.a 1}}", R"({"a":1})",
     "1:2: executing \"t.yaml\" at <.a>: a is not a method but has arguments"},
    {"what_fails_in_a_template_that_is_called", "{{define \"x\"}}{{.b.c}}{{end}}{{template \"x\" .}}", "{}",
     "1:18: executing \"x\" at <.b.c>: nil pointer evaluating interface {}.c"},
    {"a_call_of_text", "{{call .a}}", R"({"a":"x"})",
     "1:2: executing \"t.yaml\" at <call .a>: error calling call: non-function .a of type string"},
};

INSTANTIATE_TEST_SUITE_P(Running, TemplateErrorTest, testing::ValuesIn(kRunErrors),
                         [](const auto& c) { return c.param.name; });

}  // namespace
}  // namespace croft::chart
