#include "tools/croft/manifests.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace croft::cli {
namespace {

namespace fs = std::filesystem;

class Manifests : public testing::Test {
 protected:
  Manifests() {
    std::string pattern = fs::temp_directory_path() / "croft-manifests-XXXXXX";
    dir_ = mkdtemp(pattern.data());
  }
  ~Manifests() override { fs::remove_all(dir_); }
  std::string Write(const std::string& name, const std::string& text) {
    const fs::path path = dir_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path;
  }
  fs::path dir_;
};

TEST_F(Manifests, ReadsFoldersInOrderListsAndSeveralDocuments) {
  Write("b.yaml", "apiVersion: v1\nkind: Secret\n---\n---\napiVersion: v1\nkind: Pod\n");
  Write("a.json", R"({"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Node"}]})");
  Write("notes.txt", "not a manifest");
  Write("deep/c.yml", "apiVersion: v1\nkind: Service\n");
  const auto flat = ReadManifests({dir_}, false);
  ASSERT_TRUE(flat.ok()) << flat.status().message();
  std::string kinds;
  for (const Manifest& manifest : *flat) kinds += std::string(FindString(manifest.object, {"kind"})) + " ";
  EXPECT_EQ(kinds, "Node Secret Pod ");
  EXPECT_EQ(ReadManifests({dir_}, true)->size(), 4u);
}

TEST_F(Manifests, OneBadFileFailsTheWholeCallAndIsNamed) {
  const std::string good = Write("good.yaml", "apiVersion: v1\nkind: Pod\n");
  const std::pair<const char*, const char*> cases[] = {
      {"kind: [\n", "line"}, {"kind: Pod\n", "no apiVersion"}, {"apiVersion: v1\n", "no kind"}, {"- a\n", "mapping"}};
  for (const auto& [text, part] : cases) {
    const std::string bad = Write("bad.yaml", text);
    const auto read = ReadManifests({good, bad}, false);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_NE(read.status().message().find("bad.yaml"), std::string::npos) << read.status().message();
    EXPECT_NE(read.status().message().find(part), std::string::npos) << read.status().message();
  }
}

TEST_F(Manifests, WhatIsNotThereIsNamed) {
  EXPECT_NE(ReadManifests({dir_ / "none.yaml"}, false).status().message().find("none.yaml"), std::string::npos);
  EXPECT_NE(ReadManifests({dir_}, false).status().message().find("holds no"), std::string::npos);
}

}  // namespace
}  // namespace croft::cli
