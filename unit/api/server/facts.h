#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "unit/api/server/api_fixture.h"

namespace croft::server {

// Where tables about the Kubernetes API lie, beside the source tree; tests are skipped by name where they don't.
inline constexpr const char* kFactsFolder = "../shared/facts";

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// A difference that is wanted: which, and why.
struct Difference {
  const char* what;
  const char* why;
};

// nullptr when there is none for `what`.
template <class Differences>
const Difference* FindDifference(const Differences& differences, std::string_view what) {
  for (const Difference& each : differences) {
    if (what == each.what) return &each;
  }
  return nullptr;
}

// A server, and one of the tables.
class FactsTest : public ApiTest {
 protected:
  void Load(const std::string& file) {
    const std::string path = std::string(kFactsFolder) + "/" + file;
    Result<JsonDocument> json = ParseJson(ReadFile(path));
    ASSERT_TRUE(json.ok()) << path;
    facts_ = std::move(*json);
  }
  void SetUp() override {
    if (!std::filesystem::exists(kFactsFolder)) GTEST_SKIP() << "the folder with the facts is not here";
    ApiTest::SetUp();
  }

  // The collection of "apps/v1 Deployment" or "apps/v1 deployments" in namespace d; empty when it is not served.
  std::string Collection(std::string_view group_version, std::string_view word) const {
    const auto [group, version] = SplitApiVersion(group_version);
    for (const DefinitionPtr& each : api_->service().catalog().view()->definitions()) {
      const bool meant = each->group == group && (each->kind == word || each->plural == word);
      if (!meant || each->FindVersion(version) == nullptr) continue;
      return (group.empty() ? "/api/" : "/apis/") + std::string(group_version) +
             (each->namespaced ? "/namespaces/d/" : "/") + each->plural;
    }
    return {};
  }

  JsonDocument facts_;
};

}  // namespace croft::server
