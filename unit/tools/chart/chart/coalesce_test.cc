#include "tools/chart/chart/coalesce.h"

#include <gtest/gtest.h>

#include "unit/tools/chart/chart/chart_files.h"

namespace croft::chart {
namespace {

TEST(CoalesceValues, LaysValuesOverThoseOfTheChart) {
  struct Case {
    std::string name;
    std::string defaults;
    std::string sub_defaults;
    std::string values;
    std::string result;
    std::string warning;
  };
  const Case cases[] = {
      {"maps are merged, lists replaced", "{a: {b: 1, c: [1, 2]}}", "", "{a: {c: [3], d: 4}}",
       R"({"a":{"b":1,"c":[3],"d":4},"sub":{"global":{}}})", ""},
      {"a null removes a default", "{a: 1, b: {c: 2, d: 3}}", "", "{a: null, b: {c: null}}",
       R"({"b":{"d":3},"sub":{"global":{}}})", ""},
      {"a null that nothing stands behind stays", "{b: {}}", "", "{a: null, b: {c: null}}",
       R"({"a":null,"b":{"c":null},"sub":{"global":{}}})", ""},
      {"a null removes a subchart's default", "{}", "{x: 1, z: 2}", "{sub: {x: null}}",
       R"({"sub":{"global":{},"z":2}})", ""},
      {"the parent's defaults are over the subchart's", "{sub: {x: 5}}", "{x: 1, z: 2}", "{}",
       R"({"sub":{"global":{},"x":5,"z":2}})", ""},
      {"globals go down", "{global: {g: 1}}", "{global: {h: 2}}", "{global: {i: {j: 3}}}",
       R"({"global":{"g":1,"i":{"j":3}},"sub":{"global":{"g":1,"h":2,"i":{"j":3}}}})", ""},
      {"a table in place of a scalar is taken, with a warning", "{a: 1}", "", "{a: {b: 2}}",
       R"({"a":{"b":2},"sub":{"global":{}}})", "warning: skipped value for top.a: Not a table."},
      {"a scalar in place of a table is taken, with a warning", "{a: {b: {c: 1}}}", "", "{a: {b: 2}}",
       R"({"a":{"b":2},"sub":{"global":{}}})", "warning: cannot overwrite table with non table for top.a.b (map[c:1])"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto chart = ChartOf({{"Chart.yaml", "name: top\nversion: 1.0.0"},
                                {"values.yaml", c.defaults},
                                {"charts/sub/Chart.yaml", "name: sub\nversion: 1.0.0"},
                                {"charts/sub/values.yaml", c.sub_defaults}});
    ASSERT_TRUE(chart.ok()) << chart.status().message();
    std::vector<std::string> warnings;
    const Result<MapPtr> values = CoalesceValues(**chart, ValuesOf(c.values), &warnings);
    ASSERT_TRUE(values.ok());
    EXPECT_EQ(AsJson(*values), c.result);
    EXPECT_EQ(warnings.empty() ? "" : warnings[0], c.warning);
    EXPECT_EQ(AsJson((*chart)->values), AsJson(ValuesOf(c.defaults))) << "the chart has changed";
  }
}

TEST(CoalesceValues, FailsWhereASubchartIsNoMap) {
  const auto chart =
      ChartOf({{"Chart.yaml", "name: top\nversion: 1.0.0"}, {"charts/sub/Chart.yaml", "name: sub\nversion: 1.0.0"}});
  EXPECT_EQ(CoalesceValues(**chart, ValuesOf("sub: x")).status().message(), "type mismatch on sub: %!t(string=x)");
}

TEST(MergeValues, KeepsNulls) {
  const auto chart = ChartOf({{"Chart.yaml", "name: top\nversion: 1.0.0"}, {"values.yaml", "a: 1"}});
  EXPECT_EQ(AsJson(*MergeValues(**chart, ValuesOf("a: null"))), R"({"a":null})");
}

TEST(OverlayValues, LaysOneFileOverTheOther) {
  EXPECT_EQ(AsJson(OverlayValues(ValuesOf("{a: {b: 1, c: 2}, d: 3}"), ValuesOf("{a: {b: null}, d: {e: 4}}"))),
            R"({"a":{"b":null,"c":2},"d":{"e":4}})");
}

}  // namespace
}  // namespace croft::chart
