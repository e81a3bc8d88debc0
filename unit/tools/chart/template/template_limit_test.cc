#include <gtest/gtest.h>

#include "unit/tools/chart/template/run_template.h"

namespace croft::chart {
namespace {

std::string Repeated(const std::string& text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

struct LimitCase {
  std::string name;
  std::string text;
  std::string expected;  // part of the error
  Budget budget = {};
};

void PrintTo(const LimitCase& c, std::ostream* out) {
  *out << c.text.substr(0, 80);
}

class TemplateLimitTest : public testing::TestWithParam<LimitCase> {};

TEST_P(TemplateLimitTest, EndsWithAnErrorThatNamesThePlace) {
  const std::string message = RunTemplate(GetParam().text, "{}", GetParam().budget);
  EXPECT_EQ(message.substr(0, 23), "error: template: t.yaml") << message.substr(0, 200);
  EXPECT_NE(message.find(GetParam().expected), std::string::npos) << message.substr(0, 300);
}

const std::vector<LimitCase> kCases = {
    {"a_template_that_calls_itself", "{{define \"x\"}}{{template \"x\" .}}{{end}}{{template \"x\" .}}",
     "a recursion does not end"},
    {"a_loop_that_hardly_ends", "{{range 1000000000000}}{{end}}", "takes too many steps", {.steps = 100000}},
    {"output_that_grows_with_each_round",
     "{{range 100000}}{{printf \"%1000d\" 1}}{{end}}",
     "the output is larger than 1000000 bytes",
     {.max_output = 1000000}},
    {"a_text_that_doubles",
     "{{$x := \"ab\"}}{{range 100}}{{$x = print $x $x}}{{end}}",
     "larger than 1000000 bytes",
     {.max_output = 1000000}},
    {"parentheses_in_each_other", "{{" + Repeated("(", 100000) + "1" + Repeated(")", 100000) + "}}",
     "max expression depth exceeded"},
    {"conditions_in_each_other", Repeated("{{if 1}}", 100000) + Repeated("{{end}}", 100000),
     "max expression depth exceeded"},
    {"else_if_without_end", "{{if 1}}" + Repeated("{{else if 1}}", 100000) + "{{end}}",
     "max expression depth exceeded"},
};

INSTANTIATE_TEST_SUITE_P(Limits, TemplateLimitTest, testing::ValuesIn(kCases),
                         [](const auto& c) { return c.param.name; });

TEST(TemplateLimitTest, WhatIsNestedAsDeepAsItMayBeIsRendered) {
  EXPECT_EQ(RunTemplate(Repeated("{{if 1}}", 400) + "x" + Repeated("{{end}}", 400), "{}"), "x");
  EXPECT_EQ(RunTemplate("{{" + Repeated("(", 400) + "1" + Repeated(")", 400) + "}}", "{}"), "1");
}

}  // namespace
}  // namespace croft::chart
