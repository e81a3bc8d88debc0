#include <gtest/gtest.h>

#include "unit/tools/chart/functions/table.h"

namespace croft::chart::test {
namespace {

TEST(VersionFunctions, Ranges) {
  const struct {
    const char* name;
    const char* range;
    std::vector<const char*> in;
    std::vector<const char*> out;
  } cases[] = {
      {"one version", "1.2.3", {"1.2.3", "v1.2.3", "1.2.3+meta"}, {"1.2.4", "1.2.3-a"}},
      {"a wildcard takes what is left open", "1.2.x", {"1.2.0", "1.2.9"}, {"1.3.0", "1.2.0-a"}},
      {"numbers that are missing are wildcards", "1", {"1.0.0", "1.9.9"}, {"2.0.0", "0.9.0"}},
      {"anything", "*", {"0.0.1", "9.9.9"}, {"1.0.0-a"}},
      {"all but one", "!=1.2.3", {"1.2.4"}, {"1.2.3"}},
      {"all but some", "!=1.2.x", {"1.3.0"}, {"1.2.7"}},
      {"above a whole series", ">11", {"12.0.0"}, {"11.1.0", "11.0.0"}},
      {"up to the end of a series", "<=11.1", {"11.1.9", "10.0.0"}, {"11.2.0"}},
      {"below a series", "<1.22", {"1.21.9"}, {"1.22.0"}},
      {"two conditions", ">=1.0.0, <2.0.0", {"1.5.0"}, {"2.0.0", "0.9.0"}},
      {"two conditions with a blank", ">=1.0.0 <2.0.0", {"1.5.0"}, {"2.0.0"}},
      {"one of two", "<1.0.0 || >=2.0.0", {"0.9.0", "2.1.0"}, {"1.5.0"}},
      {"from one to another", "1.2 - 1.4.5", {"1.2.0", "1.4.5"}, {"1.4.6", "1.1.9"}},
      {"patches", "~1.2.3", {"1.2.3", "1.2.9"}, {"1.2.2", "1.3.0"}},
      {"minor versions", "~1", {"1.0.0", "1.9.0"}, {"2.0.0"}},
      {"what is compatible", "^1.2.3", {"1.2.3", "1.9.0"}, {"2.0.0", "1.2.2"}},
      {"what is compatible before 1", "^0.2.3", {"0.2.9"}, {"0.3.0"}},
      {"what is compatible before 0.1", "^0.0.3", {"0.0.3"}, {"0.0.4"}},
      {"prereleases where the range has one", ">=1.19-0", {"1.19.0-a", "1.28.4-gke.100"}, {"1.18.0"}},
      {"prereleases in order",
       ">1.0.0-beta.2",
       {"1.0.0-beta.11", "1.0.0-rc", "1.0.0"},
       {"1.0.0-beta.2", "1.0.0-alpha"}},
  };
  for (const auto& c : cases) {
    for (const char* version : c.in) {
      EXPECT_EQ(Call("semverCompare", {S(c.range), S(version)}), "true") << c.name << ": " << c.range << " " << version;
    }
    for (const char* version : c.out) {
      EXPECT_EQ(Call("semverCompare", {S(c.range), S(version)}), "false")
          << c.name << ": " << c.range << " " << version;
    }
  }
}

TEST(VersionFunctions, WhatIsNoRangeFails) {
  for (const char* range : {"", "foo", ">>1", "1.2.3.4", "1,", "||", "1 ||"}) {
    EXPECT_TRUE(Call("semverCompare", {S(range), S("1.2.3")}).starts_with("error")) << range;
  }
  EXPECT_EQ(Call("semverCompare", {S("foo"), S("1.2.3")}), R"(error: improper constraint: "foo")");
  EXPECT_TRUE(Call("semverCompare", {S(std::string(600, '1')), S("1.2.3")}).starts_with("error: constraint string"));
}

Result<Value> Ask(const char* version, const char* method, const std::vector<Value>& arguments = {}) {
  return CallFor("semver", {S(version)})->as_object()->Call(method, arguments);
}

TEST(VersionFunctions, AVersionTellsItsParts) {
  EXPECT_EQ(Ask("v1.2.3-rc.1+b5", "Major")->as_integer(), 1);
  EXPECT_EQ(Ask("v1.2.3-rc.1+b5", "Minor")->as_integer(), 2);
  EXPECT_EQ(Ask("v1.2.3-rc.1+b5", "Patch")->as_integer(), 3);
  EXPECT_EQ(Ask("v1.2.3-rc.1+b5", "Prerelease")->as_string(), "rc.1");
  EXPECT_EQ(Ask("v1.2.3-rc.1+b5", "Metadata")->as_string(), "b5");
  EXPECT_EQ(Ask("v1.2", "Original")->as_string(), "v1.2");
  EXPECT_EQ(Ask("v1.2", "String")->as_string(), "1.2.0");
  EXPECT_EQ(Call("toString", {*CallFor("semver", {S("v1.2")})}), R"("1.2.0")");
  EXPECT_EQ(Ask("1.2.3", "Compare", {*CallFor("semver", {S("1.3.0")})})->as_integer(), -1);
  EXPECT_TRUE(Ask("1.2.3", "LessThan", {*CallFor("semver", {S("1.3.0")})})->as_bool());
  EXPECT_EQ(Ask("v1.2.3-a", "IncPatch")->as_object()->ToString(), "1.2.3");
  EXPECT_EQ(Ask("1.2.3", "IncMinor")->as_object()->ToString(), "1.3.0");
  EXPECT_FALSE(Ask("1.2.3", "Compare", {S("1.3.0")}).ok());
}

TEST(VersionFunctions, WhatIsNoVersionFails) {
  for (const char* text :
       {"", "x", "1.2.3.4", "1.2.3-", "1.2.3-01", "1.2.3-a..b", " 1.2.3", "V1", "99999999999999999999"}) {
    EXPECT_TRUE(Call("semver", {S(text)}).starts_with("error")) << text;
  }
}

}  // namespace
}  // namespace croft::chart::test
