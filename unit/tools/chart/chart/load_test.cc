#include "tools/chart/chart/load.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "unit/tools/chart/chart/chart_files.h"

namespace croft::chart {
namespace {

constexpr char kChart[] = "apiVersion: v2\nname: top\nversion: 1.2.3\n";

TEST(LoadChartFiles, SortsFilesByWhatTheyAre) {
  const auto loaded = ChartOf({{"Chart.yaml", kChart},
                               {"values.yaml", "a: 1\n"},
                               {"values.schema.json", "{}"},
                               {"templates/a.yaml", "x"},
                               {"crds/b.yaml", "y"},
                               {"crds/README.md", "y"},
                               {"Chart.lock", "digest: sha256:1\ndependencies: []\n"},
                               {"charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 0.1.0\ntype: library\n"},
                               {"charts/sub/crds/c.yaml", "z"},
                               {"charts/_hidden/Chart.yaml", "x"}});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const Chart& chart = **loaded;
  EXPECT_EQ(AsJson(chart.values), R"({"a":1})");
  EXPECT_EQ(chart.schema, "{}");
  ASSERT_EQ(chart.templates.size(), 1u);
  EXPECT_EQ(chart.templates[0].name, "templates/a.yaml");
  EXPECT_EQ(chart.lock->digest, "sha256:1");
  ASSERT_EQ(chart.dependencies.size(), 1u);
  EXPECT_TRUE(chart.dependencies[0]->IsLibrary());
  EXPECT_EQ(chart.dependencies[0]->FullPath(), "top/charts/sub");
  EXPECT_EQ(chart.dependencies[0]->Path(), "top.sub");
  const std::vector<CrdFile> crds = CrdFiles(chart);
  ASSERT_EQ(crds.size(), 2u);
  EXPECT_EQ(crds[0].filename, "top/crds/b.yaml");
  EXPECT_EQ(crds[1].filename, "top/charts/sub/crds/c.yaml");
}

TEST(LoadChartFiles, TakesNumbersInChartYamlForTexts) {
  const auto loaded = ChartOf({{"Chart.yaml", "name: a\nversion: 1.10\nappVersion: 20240101\nAPIVersion: v2\n"}});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_EQ((*loaded)->metadata.version, "1.1");
  EXPECT_EQ((*loaded)->metadata.app_version, "20240101");
  EXPECT_EQ((*loaded)->metadata.api_version, "v2");
}

TEST(LoadChartFiles, ReadsTheDependenciesOfFirstVersionCharts) {
  const auto loaded = ChartOf({{"Chart.yaml", "name: a\nversion: 1.0.0\n"},
                               {"requirements.yaml", "dependencies:\n- name: b\n  version: 1.x\n"}});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_EQ((*loaded)->metadata.api_version, "v1");
  ASSERT_EQ((*loaded)->metadata.dependencies.size(), 1u);
  EXPECT_EQ((*loaded)->files.size(), 1u);
}

TEST(LoadChartFiles, SaysWhatIsWrong) {
  struct Case {
    std::string name;
    std::vector<std::pair<std::string, std::string>> files;
    std::string message;
  };
  const Case cases[] = {
      {"no Chart.yaml", {{"values.yaml", ""}}, "Chart.yaml file is missing"},
      {"no name", {{"Chart.yaml", "version: 1.0.0"}}, "validation: chart.metadata.name is required"},
      {"a name with a slash",
       {{"Chart.yaml", "name: a/b\nversion: 1.0.0"}},
       "validation: chart.metadata.name \"a/b\" is invalid"},
      {"no version", {{"Chart.yaml", "name: a"}}, "validation: chart.metadata.version is required"},
      {"a version that is none",
       {{"Chart.yaml", "name: a\nversion: one"}},
       "validation: chart.metadata.version \"one\" is invalid"},
      {"a type that is none",
       {{"Chart.yaml", "name: a\nversion: 1.0.0\ntype: x"}},
       "validation: chart.metadata.type must be application or library"},
      {"a dependency twice",
       {{"Chart.yaml", "name: a\nversion: 1.0.0\ndependencies: [{name: b}, {name: c, alias: b}]"}},
       "validation: more than one dependency with name or alias \"b\""},
      {"an alias that no name can be",
       {{"Chart.yaml", "name: a\nversion: 1.0.0\ndependencies: [{name: b, alias: b.c}]"}},
       "validation: dependency \"b\" has disallowed characters in the alias"},
      {"a null among dependencies",
       {{"Chart.yaml", "name: a\nversion: 1.0.0\ndependencies: [~]"}},
       "cannot load Chart.yaml: validation: dependencies must not contain empty or null nodes"},
      {"values that are no map",
       {{"Chart.yaml", kChart}, {"values.yaml", "- a"}},
       "cannot load values.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go "
       "value "
       "of type map[string]interface {}"},
      {"a subchart that is no archive",
       {{"Chart.yaml", kChart}, {"charts/x.tgz", "x"}},
       "error unpacking subchart x.tgz in top: gzip: invalid header"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto loaded = ChartOf(c.files);
    ASSERT_FALSE(loaded.ok());
    EXPECT_EQ(loaded.status().message(), c.message);
  }
}

TEST(LoadChart, ReadsAFolderWithoutWhatItIgnores) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / "chart-folder";
  fs::remove_all(folder);
  fs::create_directories(folder / "templates");
  std::ofstream(folder / "Chart.yaml") << kChart;
  std::ofstream(folder / ".helmignore") << "*.bak\n";
  std::ofstream(folder / "values.yaml.bak") << "x";
  std::ofstream(folder / "templates" / ".hidden") << "x";
  std::ofstream(folder / "templates" / "a.yaml") << "\xEF\xBB\xBFx";
  fs::create_symlink("a.yaml", folder / "templates" / "b.yaml");
  std::vector<std::string> warnings;
  const auto loaded = LoadChart(folder.string(), {&warnings});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  ASSERT_EQ((*loaded)->templates.size(), 2u);
  EXPECT_EQ(*(*loaded)->templates[0].data, "x");
  EXPECT_EQ(*(*loaded)->templates[1].data, "x");
  ASSERT_EQ((*loaded)->files.size(), 1u);
  EXPECT_EQ((*loaded)->files[0].name, ".helmignore");
  EXPECT_EQ(warnings.size(), 1u);

  fs::create_directory_symlink("..", folder / "templates" / "loop");
  EXPECT_FALSE(LoadChart(folder.string()).ok());
  fs::remove_all(folder);
  EXPECT_FALSE(LoadChart(folder.string()).ok());
}

TEST(ChartObject, HasTheFieldsOfTheMetadata) {
  const auto loaded = ChartOf({{"Chart.yaml", std::string(kChart) + "annotations: {a: b}\n"}});
  const Value object = ChartObject(**loaded);
  EXPECT_EQ(object.as_object()->Field("Name")->as_string(), "top");
  EXPECT_TRUE(object.as_object()->Field("IsRoot")->as_bool());
  EXPECT_EQ(object.as_object()->Field("name"), nullptr);
  EXPECT_EQ(*WriteJson(object),
            R"({"IsRoot":true,"annotations":{"a":"b"},"apiVersion":"v2","name":"top","version":"1.2.3"})");
}

}  // namespace
}  // namespace croft::chart
