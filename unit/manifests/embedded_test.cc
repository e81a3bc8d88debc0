#include "manifests/embedded.h"

#include <gtest/gtest.h>

#include "api/object/json.h"

namespace croft::manifests {
namespace {

TEST(ReadEmbedded, HoldsEveryFolderAsJson) {
  for (const char* folder : {"kinds", "kinds/definitions", "bootstrap"}) {
    const auto files = ReadEmbedded(folder);
    EXPECT_FALSE(files.empty()) << folder;
    for (const EmbeddedFile& file : files) {
      const auto json = ParseJson(file.json_text);
      ASSERT_TRUE(json.ok()) << file.name << ": " << json.status().message();
      EXPECT_TRUE(json->IsObject()) << file.name;
    }
  }
  EXPECT_TRUE(ReadEmbedded("samples").empty());
}

TEST(ReadEmbedded, KeepsTheTypesOfScalars) {
  for (const EmbeddedFile& file : ReadEmbedded("kinds")) {
    if (file.name != "core_pods.yaml") continue;
    const auto json = ParseJson(file.json_text);
    ASSERT_TRUE(json.ok());
    EXPECT_EQ(FindString(*json, {"spec", "group"}, "absent"), "") << "a quoted empty text is a text";
    const Json& version = (*Find(*json, {"spec", "versions"}))[0];
    EXPECT_TRUE(FindBool(version, {"served"}));
    return;
  }
  FAIL() << "core_pods.yaml is not embedded";
}

}  // namespace
}  // namespace croft::manifests
