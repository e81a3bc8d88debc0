#include <gtest/gtest.h>

#include "tools/chart/chart/coalesce.h"
#include "unit/tools/chart/chart/chart_files.h"

namespace croft::chart {
namespace {

std::string NamesOf(const Chart& chart) {
  std::string names;
  for (const auto& below : chart.dependencies) names += (names.empty() ? "" : " ") + below->name();
  return names;
}

TEST(ProcessDependencies, SwitchesChartsByConditionsAndTags) {
  struct Case {
    std::string name;
    std::string dependency;
    std::string values;
    std::string charts;
  };
  const Case cases[] = {
      {"a chart without either is on", "{name: sub, version: 1.x}", "{}", "sub"},
      {"a condition switches it off", "{name: sub, version: 1.x, condition: sub.enabled}", "{sub: {enabled: false}}",
       ""},
      {"a condition without a value does not", "{name: sub, version: 1.x, condition: sub.enabled}", "{}", "sub"},
      {"the first path with a value decides", "{name: sub, version: 1.x, condition: 'a.on,b.on'}",
       "{a: {on: true}, b: {on: false}}", "sub"},
      {"a tag switches it off", "{name: sub, version: 1.x, tags: [t, u]}", "{tags: {t: false}}", ""},
      {"one tag that is on is enough", "{name: sub, version: 1.x, tags: [t, u]}", "{tags: {t: false, u: true}}", "sub"},
      {"a condition is over tags", "{name: sub, version: 1.x, tags: [t], condition: on}",
       "{tags: {t: true}, on: false}", ""},
      {"an alias names it", "{name: sub, version: 1.x, alias: other}", "{}", "other"},
      {"what is not listed stays", "{name: none, version: 1.x}", "{}", "sub"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto chart =
        ChartOf({{"Chart.yaml", "apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies: [" + c.dependency + "]"},
                 {"charts/sub/Chart.yaml", "name: sub\nversion: 1.2.0"}});
    ASSERT_TRUE(chart.ok()) << chart.status().message();
    ASSERT_TRUE(ProcessDependencies(**chart, ValuesOf(c.values)).ok());
    EXPECT_EQ(NamesOf(**chart), c.charts);
  }
}

TEST(ProcessDependencies, PutsOneChartUnderTwoNames) {
  const auto chart =
      ChartOf({{"Chart.yaml",
                "apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies: [{name: sub, version: 1.x, alias: a},"
                " {name: sub, version: 1.x, alias: b}]"},
               {"charts/sub/Chart.yaml", "name: sub\nversion: 1.2.0"},
               {"charts/sub/values.yaml", "x: 1"}});
  ASSERT_TRUE(ProcessDependencies(**chart, ValuesOf("a: {x: 2}")).ok());
  EXPECT_EQ(NamesOf(**chart), "a b");
  EXPECT_EQ((*chart)->dependencies[1]->FullPath(), "top/charts/b");
  EXPECT_EQ(AsJson(*CoalesceValues(**chart, ValuesOf("a: {x: 2}"))),
            R"({"a":{"global":{},"x":2},"b":{"global":{},"x":1}})");
}

TEST(ProcessDependencies, ImportsValuesOfBothKinds) {
  const auto chart = ChartOf({{"Chart.yaml",
                               "apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies: [{name: sub, version: 1.x,"
                               " import-values: [shared, {child: data, parent: from.sub}, {child: none, parent: x}]}]"},
                              {"values.yaml", "{own: 1, from: {sub: {a: 9}}}"},
                              {"charts/sub/Chart.yaml", "name: sub\nversion: 1.2.0"},
                              {"charts/sub/values.yaml", "{exports: {shared: {own: 2, s: 3}}, data: {a: 4, b: 5}}"}});
  std::vector<std::string> warnings;
  ASSERT_TRUE(ProcessDependencies(**chart, ValuesOf("{}"), &warnings).ok());
  const MapPtr values = (*chart)->values;
  EXPECT_EQ(values->Find("own")->as_float(), 1);
  EXPECT_EQ(values->Find("s")->as_float(), 3);
  EXPECT_EQ(AsJson(TableAt(values, "from.sub")), R"({"a":9,"b":5})");
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("ImportValues missing table from chart sub"), std::string::npos);
}

}  // namespace
}  // namespace croft::chart
