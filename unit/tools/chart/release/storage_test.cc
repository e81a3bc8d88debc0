#include "tools/chart/release/storage.h"

#include <gtest/gtest.h>

#include "unit/fakes/clock.h"
#include "unit/fakes/fake_client.h"
#include "unit/fakes/test_executor.h"

namespace croft::chart {
namespace {

const GroupVersionResource kSecrets{"", "v1", "secrets"};

class ReleaseStorageTest : public testing::Test {
 protected:
  static Release Of(const std::string& ns, const std::string& name, int revision, std::string_view status) {
    Release release;
    release.ns = ns;
    release.name = name;
    release.revision = revision;
    release.status = status;
    release.chart = NewMap();
    return release;
  }

  fakes::FakeClock clock_;
  SeededRandom random_{1};
  fakes::TestExecutor executor_{clock_};
  fakes::FakeClient client_{clock_, random_, executor_};
  ReleaseStorage storage_{client_, clock_};
};

TEST_F(ReleaseStorageTest, KeepsEachRevisionInASecretAsHelmDoes) {
  Release release = Of("shop", "web", 2, status::kDeployed);
  release.labels = {{"team", "blue"}};
  ASSERT_TRUE(storage_.Create(release).ok());
  const croft::ObjectPtr secret = client_.Peek(kSecrets, {"shop", "sh.helm.release.v1.web.v2"});
  ASSERT_NE(secret, nullptr);
  const JsonDocument json = secret->ToJson();
  EXPECT_EQ(FindString(json, {"type"}), "helm.sh/release.v1");
  const std::pair<const char*, const char*> labels[] = {
      {"name", "web"}, {"owner", "helm"}, {"status", "deployed"}, {"version", "2"}, {"team", "blue"}};
  for (const auto& [key, value] : labels) EXPECT_EQ(FindString(json, {"metadata", "labels", key}), value) << key;
  EXPECT_NE(FindString(json, {"metadata", "labels", "createdAt"}), "");
}

TEST_F(ReleaseStorageTest, TellsTheHistoryInOrder) {
  for (const int revision : {10, 9, 2}) {
    ASSERT_TRUE(storage_.Create(Of("shop", "web", revision, status::kSuperseded)).ok());
  }
  ASSERT_TRUE(storage_.Create(Of("shop", "webs", 1, status::kDeployed)).ok());
  ASSERT_TRUE(storage_.Create(Of("home", "web", 1, status::kDeployed)).ok());
  const auto history = storage_.History("shop", "web");
  ASSERT_TRUE(history.ok());
  std::vector<int> revisions;
  for (const Release& release : *history) revisions.push_back(release.revision);
  EXPECT_EQ(revisions, (std::vector<int>{2, 9, 10}));
  EXPECT_TRUE(storage_.History("shop", "none")->empty());
}

TEST_F(ReleaseStorageTest, RefusesARevisionThatIsThere) {
  ASSERT_TRUE(storage_.Create(Of("shop", "web", 1, status::kPendingInstall)).ok());
  EXPECT_EQ(storage_.Create(Of("shop", "web", 1, status::kPendingInstall)).reason(), Reason::kAlreadyExists);
}

TEST_F(ReleaseStorageTest, ChangesAndRemovesARevision) {
  Release release = Of("shop", "web", 1, status::kPendingInstall);
  release.labels = {{"team", "blue"}};
  ASSERT_TRUE(storage_.Create(release).ok());
  Release read = storage_.History("shop", "web")->at(0);
  EXPECT_EQ(read.labels, release.labels);
  read.status = status::kDeployed;
  ASSERT_TRUE(storage_.Update(read).ok());
  EXPECT_EQ(storage_.History("shop", "web")->at(0).status, status::kDeployed);
  ASSERT_TRUE(storage_.Remove(read).ok());
  EXPECT_TRUE(storage_.History("shop", "web")->empty());
}

TEST_F(ReleaseStorageTest, ListsTheNewestOfEachRelease) {
  for (const int revision : {1, 2, 11}) {
    ASSERT_TRUE(storage_.Create(Of("shop", "web", revision, status::kSuperseded)).ok());
  }
  ASSERT_TRUE(storage_.Create(Of("home", "web", 1, status::kDeployed)).ok());
  client_.Seed(kSecrets, R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"sh.helm.release.v1.bad.v1",
      "namespace":"shop","labels":{"owner":"helm","name":"bad"}},"data":{"release":"!"}})");
  std::vector<std::string> warnings;
  const auto all = storage_.Newest("", warnings);
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ(all->at(0).ns, "home");
  EXPECT_EQ(all->at(1).revision, 11);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0], "Secret shop/sh.helm.release.v1.bad.v1: data.release is no base64");
  warnings.clear();
  EXPECT_EQ(storage_.Newest("home", warnings)->size(), 1u);
  EXPECT_TRUE(warnings.empty());
}

TEST_F(ReleaseStorageTest, FailsWhereARevisionOfTheReleaseCanNotBeRead) {
  client_.Seed(kSecrets, R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"sh.helm.release.v1.bad.v1",
      "namespace":"shop","labels":{"owner":"helm","name":"bad"}},"data":{"release":"!"}})");
  EXPECT_EQ(storage_.History("shop", "bad").status().message(),
            "Secret shop/sh.helm.release.v1.bad.v1: data.release is no base64");
}

}  // namespace
}  // namespace croft::chart
