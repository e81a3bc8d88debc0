#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "api/base/file.h"
#include "tools/chart/chart/schema.h"
#include "unit/tools/chart/chart/chart_files.h"

namespace croft::chart {
namespace {

namespace fs = std::filesystem;

constexpr char kSuite[] = "/usr/share/json-schema-test-suite/tests/";

// What is taken for fitting though the suite says that it does not, since it takes another document to tell: the
// suite's own server for refRemote.json, and the schemas of the drafts themselves.
const std::set<std::string> kOutOfReach = {"remote ref",
                                           "fragment within remote ref",
                                           "ref within remote ref",
                                           "base URI change",
                                           "base URI change - change folder",
                                           "base URI change - change folder in subschema",
                                           "root ref in remote ref",
                                           "remote ref, containing refs itself",
                                           "invalid definition"};

class SchemaSuite : public testing::TestWithParam<std::pair<const char*, const char*>> {};

// All that the drafts require; what they leave open is in folders of its own.
TEST_P(SchemaSuite, DecidesAsTheDraftDoes) {
  const auto& [folder, uri] = GetParam();
  if (!fs::exists(std::string(kSuite) + folder)) GTEST_SKIP() << "Debian's json-schema-test-suite is not installed";
  size_t checked = 0;
  for (const auto& entry : fs::directory_iterator(std::string(kSuite) + folder)) {
    if (entry.path().extension() != ".json") continue;
    const Result<Value> groups = ReadJson(*ReadFile(entry.path().string()), Numbers::kExact);
    ASSERT_TRUE(groups.ok()) << entry.path();
    for (const Value& group : groups->as_list()->items) {
      const Map& map = *group.as_map();
      const std::string name(map.Find("description")->as_string());
      const Value schema = *map.Find("schema");
      if (schema.is_map()) schema.as_map()->members.try_emplace("$schema", Value::String(uri));
      const std::string text = *WriteJson(schema);
      for (const Value& test : map.Find("tests")->as_list()->items) {
        const Map& members = *test.as_map();
        const bool valid = members.Find("valid")->as_bool();
        if (!valid && kOutOfReach.contains(name)) continue;
        const Status status = ValidateSchema(text, *members.Find("data"));
        EXPECT_EQ(status.ok(), valid) << entry.path().filename() << ": " << name << ": "
                                      << members.Find("description")->as_string() << "\n"
                                      << text << "\n"
                                      << status.message();
        ++checked;
      }
    }
  }
  EXPECT_GT(checked, 300u);
}

INSTANTIATE_TEST_SUITE_P(Drafts, SchemaSuite,
                         testing::Values(std::pair{"draft4", "http://json-schema.org/draft-04/schema#"},
                                         std::pair{"draft6", "http://json-schema.org/draft-06/schema#"},
                                         std::pair{"draft7", "http://json-schema.org/draft-07/schema#"}),
                         [](const auto& drafts) { return std::string(drafts.param.first); });

}  // namespace
}  // namespace croft::chart
