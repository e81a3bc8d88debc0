#include "tools/chart/release/releases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/fakes/clock.h"
#include "unit/fakes/fake_client.h"
#include "unit/fakes/test_executor.h"

namespace croft::chart {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

const GroupVersionResource kConfigMaps{"", "v1", "configmaps"};
const GroupVersionResource kJobs{"batch", "v1", "jobs"};
const GroupVersionResource kNamespaces{"", "v1", "namespaces"};
const GroupVersionResource kDeployments{"apps", "v1", "deployments"};

class FakeKinds final : public KindFinder {
 public:
  Result<ServedKind> Find(const std::string&, const std::string& kind) override {
    if (kind == "ConfigMap") return ServedKind{kConfigMaps, true};
    if (kind == "Job") return ServedKind{kJobs, true};
    if (kind == "Deployment") return ServedKind{kDeployments, true};
    return Status::NotFound("no kind " + kind);
  }
};

class ReleasesTest : public testing::Test {
 protected:
  // A rendering of one ConfigMap with that value, and whatever else.
  static Rendering Of(const std::string& value, std::map<std::string, std::string> more = {}) {
    more["web/map.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: map}\ndata: {v: '" + value + "'}";
    SortedManifests sorted = *SortManifests(more);
    Rendering rendering;
    rendering.manifests = std::move(sorted.manifests);
    rendering.hooks = std::move(sorted.hooks);
    rendering.notes = "value " + value;
    rendering.chart = NewMap();
    rendering.config = NewMap({{"v", Value::String(value)}});
    return rendering;
  }
  static std::string JobOn(const std::string& event, const std::string& name, const std::string& more = "") {
    return "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: " + name +
           "\n  annotations:\n    helm.sh/hook: " + event + "\n" + more;
  }
  static std::string Deployment() {
    return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1}";
  }

  void SetUp() override {
    // Whatever is waited for is done at the first look, unless a test says otherwise.
    on_pause_ = [this] { FinishJobs("Complete"); };
  }
  void FinishJobs(const std::string& condition) {
    for (const croft::ObjectPtr& job : client_.All(kJobs)) {
      const std::string status = R"({"status":{"conditions":[{"type":")" + condition + R"(","status":"True"}]}})";
      (void)client_.Patch(kJobs, job->key(), client::PatchType::kMerge, *ParseJson(status), "status");
    }
  }
  std::string MapValue() {
    const croft::ObjectPtr map = client_.Peek(kConfigMaps, {"shop", "map"});
    return map == nullptr ? "absent" : std::string(FindString(map->ToJson(), {"data", "v"}));
  }
  // "1 superseded, 2 deployed"
  std::string History() {
    std::string text;
    const std::vector<Release> history = *storage_.History("shop", "web");
    for (const Release& release : history) {
      text += (text.empty() ? "" : ", ") + std::to_string(release.revision) + " " + release.status;
    }
    return text;
  }

  fakes::FakeClock clock_;
  SeededRandom random_{1};
  fakes::TestExecutor executor_{clock_};
  fakes::FakeClient client_{clock_, random_, executor_};
  FakeKinds kinds_;
  ReleaseStorage storage_{client_, clock_};
  std::function<void()> on_pause_;
  std::vector<std::string> warnings_;
  std::vector<std::string> logs_;
  Releases releases_{{client_, storage_,
                      Cluster({client_, [](const auto&, const auto&) { return nullptr; }, clock_,
                               [this](Duration time) {
                                 clock_.Advance(time);
                                 if (on_pause_) on_pause_();
                               }}),
                      kinds_, clock_, nullptr, [this](const Resource& resource) { logs_.push_back(resource.key.name); },
                      [this](const std::string& warning) { warnings_.push_back(warning); }}};
  ReleaseOptions options_;
};

TEST_F(ReleasesTest, InstallsAndRecords) {
  options_.labels = {{"team", "blue"}};
  const Result<Release> release = releases_.Install("shop", "web", Of("1"), options_);
  ASSERT_TRUE(release.ok()) << release.status().message();
  EXPECT_EQ(MapValue(), "1");
  EXPECT_EQ(History(), "1 deployed");
  const Release kept = *releases_.Newest("shop", "web");
  EXPECT_EQ(kept.description, "Install complete");
  EXPECT_EQ(kept.notes, "value 1");
  EXPECT_EQ(kept.first_deployed, kept.last_deployed);
  EXPECT_EQ(kept.labels, options_.labels);
  const JsonDocument map = client_.Peek(kConfigMaps, {"shop", "map"})->ToJson();
  EXPECT_EQ(FindString(map, {"metadata", "labels", "app.kubernetes.io/managed-by"}), "Helm");
  EXPECT_EQ(FindString(map, {"metadata", "annotations", "meta.helm.sh/release-name"}), "web");
}

TEST_F(ReleasesTest, InstallsNothingOverWhatIsNotItsOwn) {
  client_.Seed(kConfigMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"map","namespace":"shop"}})");
  client_.TakeWrites();
  EXPECT_EQ(releases_.Install("shop", "web", Of("1"), options_).status().reason(), Reason::kConflict);
  EXPECT_THAT(client_.TakeWrites(), ElementsAre());
  options_.take_ownership = true;
  ASSERT_TRUE(releases_.Install("shop", "web", Of("1"), options_).ok());
  EXPECT_EQ(MapValue(), "1");
}

TEST_F(ReleasesTest, InstallsNothingWhenAKindIsUnknown) {
  client_.TakeWrites();
  const auto release = releases_.Install(
      "shop", "web", Of("1", {{"web/p.yaml", "apiVersion: x/v1\nkind: Plant\nmetadata: {name: p}"}}), options_);
  EXPECT_THAT(release.status().message(), HasSubstr("no kind Plant"));
  EXPECT_THAT(client_.TakeWrites(), ElementsAre());
}

TEST_F(ReleasesTest, RefusesANameThatIsInUse) {
  ASSERT_TRUE(releases_.Install("shop", "web", Of("1"), options_).ok());
  EXPECT_EQ(releases_.Install("shop", "web", Of("2"), options_).status().message(),
            "the name web is in use: revision 1 is deployed");
}

TEST_F(ReleasesTest, MakesTheNamespaceOnDemand) {
  options_.create_namespace = true;
  ASSERT_TRUE(releases_.Install("shop", "web", Of("1"), options_).ok());
  EXPECT_NE(client_.Peek(kNamespaces, {"", "shop"}), nullptr);
}

TEST_F(ReleasesTest, RecordsAFailedInstall) {
  // The first write is the record.
  client_.FailWrite(2, Status::Invalid("data: Invalid value"));
  const auto release = releases_.Install("shop", "web", Of("1"), options_);
  EXPECT_EQ(release.status().message(), "ConfigMap \"map\" in namespace \"shop\": data: Invalid value");
  EXPECT_EQ(History(), "1 failed");
  EXPECT_EQ(releases_.Newest("shop", "web")->description, release.status().message());
}

TEST_F(ReleasesTest, AtomicUndoesAFailedInstall) {
  options_.atomic = true;
  options_.timeout = 2s;
  const auto release = releases_.Install("shop", "web", Of("1", {{"web/d.yaml", Deployment()}}), options_);
  EXPECT_THAT(release.status().message(), HasSubstr("not ready after 2 s"));
  EXPECT_THAT(release.status().message(), HasSubstr("The release has been uninstalled"));
  EXPECT_EQ(MapValue(), "absent");
  EXPECT_EQ(History(), "");
}

TEST_F(ReleasesTest, UpgradesAndSupersedes) {
  ASSERT_TRUE(releases_
                  .Install("shop", "web",
                           Of("1", {{"web/b.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}"}}), options_)
                  .ok());
  const auto upgraded = releases_.Upgrade("shop", "web", Of("2"), options_);
  ASSERT_TRUE(upgraded.ok()) << upgraded.status().message();
  EXPECT_EQ(MapValue(), "2");
  EXPECT_EQ(client_.Peek(kConfigMaps, {"shop", "b"}), nullptr);
  EXPECT_EQ(History(), "1 superseded, 2 deployed");
  EXPECT_EQ(upgraded->first_deployed, releases_.Newest("shop", "web")->first_deployed);
}

TEST_F(ReleasesTest, UpgradesNothingThatIsNotThereOrUnderWay) {
  EXPECT_EQ(releases_.Upgrade("shop", "web", Of("2"), options_).status().message(),
            "there is no release web in namespace shop");
  ASSERT_TRUE(releases_.Install("shop", "web", Of("1"), options_).ok());
  Release pending = *releases_.Newest("shop", "web");
  pending.revision = 2;
  pending.status = status::kPendingUpgrade;
  ASSERT_TRUE(storage_.Create(pending).ok());
  client_.TakeWrites();
  const auto upgraded = releases_.Upgrade("shop", "web", Of("2"), options_);
  EXPECT_EQ(upgraded.status().reason(), Reason::kConflict);
  EXPECT_THAT(upgraded.status().message(), HasSubstr("revision 2 is pending-upgrade"));
  EXPECT_THAT(client_.TakeWrites(), ElementsAre());
}

TEST_F(ReleasesTest, LeavesTheDeployedRevisionWhenAnUpgradeFails) {
  ASSERT_TRUE(releases_.Install("shop", "web", Of("1"), options_).ok());
  client_.FailWrite(2, Status::Invalid("no"));
  EXPECT_FALSE(releases_.Upgrade("shop", "web", Of("2"), options_).ok());
  EXPECT_EQ(History(), "1 deployed, 2 failed");
  ASSERT_TRUE(releases_.Upgrade("shop", "web", Of("3"), options_).ok());
  EXPECT_EQ(History(), "1 superseded, 2 failed, 3 deployed");
  EXPECT_EQ(MapValue(), "3");
}

TEST_F(ReleasesTest, AtomicRollsBackAFailedUpgrade) {
  ASSERT_TRUE(releases_.Install("shop", "web", Of("1"), options_).ok());
  options_.atomic = true;
  options_.timeout = 2s;
  const auto upgraded = releases_.Upgrade("shop", "web", Of("2", {{"web/d.yaml", Deployment()}}), options_);
  EXPECT_THAT(upgraded.status().message(), HasSubstr("has been rolled back to revision 1"));
  EXPECT_EQ(MapValue(), "1");
  EXPECT_EQ(client_.Peek(kDeployments, {"shop", "web"}), nullptr);
  EXPECT_EQ(History(), "1 superseded, 2 failed, 3 deployed");
}

TEST_F(ReleasesTest, CleansUpWhatAFailedUpgradeHasMade) {
  ASSERT_TRUE(releases_.Install("shop", "web", Of("1"), options_).ok());
  options_.wait = options_.cleanup_on_fail = true;
  options_.timeout = 2s;
  EXPECT_FALSE(releases_.Upgrade("shop", "web", Of("2", {{"web/d.yaml", Deployment()}}), options_).ok());
  EXPECT_EQ(client_.Peek(kDeployments, {"shop", "web"}), nullptr);
  EXPECT_EQ(MapValue(), "2");
}

TEST_F(ReleasesTest, RollsBackToWhatWas) {
  for (const char* value : {"1", "2", "3"}) {
    ASSERT_TRUE((value[0] == '1' ? releases_.Install("shop", "web", Of(value), options_)
                                 : releases_.Upgrade("shop", "web", Of(value), options_))
                    .ok());
  }
  const auto previous = releases_.Rollback("shop", "web", 0, options_);
  ASSERT_TRUE(previous.ok()) << previous.status().message();
  EXPECT_EQ(MapValue(), "2");
  EXPECT_EQ(previous->description, "Rollback to 2");
  ASSERT_TRUE(releases_.Rollback("shop", "web", 1, options_).ok());
  EXPECT_EQ(MapValue(), "1");
  EXPECT_EQ(History(), "1 superseded, 2 superseded, 3 superseded, 4 superseded, 5 deployed");
  EXPECT_EQ(releases_.Rollback("shop", "web", 9, options_).status().message(),
            "release web has no revision 9; `history` lists those that are kept");
}

TEST_F(ReleasesTest, KeepsAsManyRevisionsAsAsked) {
  options_.history = 3;
  ASSERT_TRUE(releases_.Install("shop", "web", Of("1"), options_).ok());
  for (int i = 2; i <= 6; ++i) ASSERT_TRUE(releases_.Upgrade("shop", "web", Of(std::to_string(i)), options_).ok());
  EXPECT_EQ(History(), "4 superseded, 5 superseded, 6 deployed");
}

TEST_F(ReleasesTest, UninstallsAllButWhatIsKept) {
  const std::string keep =
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: data\n  annotations: {helm.sh/resource-policy: keep}";
  ASSERT_TRUE(releases_.Install("shop", "web", Of("1", {{"web/keep.yaml", keep}}), options_).ok());
  UninstallOptions options;
  options.wait = true;
  const auto uninstalled = releases_.Uninstall("shop", "web", options);
  ASSERT_TRUE(uninstalled.ok()) << uninstalled.status().message();
  EXPECT_THAT(uninstalled->kept, ElementsAre("ConfigMap \"data\" in namespace \"shop\""));
  EXPECT_EQ(MapValue(), "absent");
  EXPECT_EQ(History(), "");
  EXPECT_TRUE(releases_.Uninstall("shop", "web", options).status().IsNotFound());
}

TEST_F(ReleasesTest, KeepsTheHistoryOnDemand) {
  ASSERT_TRUE(releases_.Install("shop", "web", Of("1"), options_).ok());
  UninstallOptions options;
  options.keep_history = true;
  ASSERT_TRUE(releases_.Uninstall("shop", "web", options).ok());
  EXPECT_EQ(History(), "1 uninstalled");
  ASSERT_TRUE(releases_.Rollback("shop", "web", 1, options_).ok());
  EXPECT_EQ(MapValue(), "1");
  EXPECT_EQ(History(), "1 uninstalled, 2 deployed");
}

TEST_F(ReleasesTest, RunsHooksByWeightAndName) {
  const std::string later = JobOn("pre-install", "a", "    helm.sh/hook-weight: '5'\n");
  ASSERT_TRUE(releases_
                  .Install("shop", "web",
                           Of("1", {{"web/1.yaml", later},
                                    {"web/2.yaml", JobOn("pre-install", "c")},
                                    {"web/3.yaml", JobOn("pre-install", "b")},
                                    {"web/4.yaml", JobOn("post-install", "z")}}),
                           options_)
                  .ok());
  std::vector<std::string> created;
  for (const std::string& write : client_.TakeWrites()) {
    if (write.starts_with("create ") && write.find("secrets") == std::string::npos) created.push_back(write.substr(7));
  }
  EXPECT_THAT(created, ElementsAre("jobs shop/b", "jobs shop/c", "jobs shop/a", "configmaps shop/map", "jobs shop/z"));
  const Release newest = *releases_.Newest("shop", "web");
  for (const Hook& hook : newest.hooks) EXPECT_EQ(hook.last_run.phase, "Succeeded") << hook.name;
}

TEST_F(ReleasesTest, DeletesHooksAsTheirPoliciesSay) {
  const std::string policy =
      "    helm.sh/hook-delete-policy: hook-succeeded\n    helm.sh/hook-output-log-policy: hook-succeeded\n";
  ASSERT_TRUE(releases_
                  .Install("shop", "web",
                           Of("1", {{"web/1.yaml", JobOn("pre-install,pre-upgrade", "gone", policy)},
                                    {"web/2.yaml", JobOn("pre-install,pre-upgrade", "stays")}}),
                           options_)
                  .ok());
  EXPECT_EQ(client_.Peek(kJobs, {"shop", "gone"}), nullptr);
  const croft::ObjectPtr stays = client_.Peek(kJobs, {"shop", "stays"});
  ASSERT_NE(stays, nullptr);
  EXPECT_THAT(logs_, ElementsAre("gone"));
  // The next run makes it anew.
  ASSERT_TRUE(
      releases_.Upgrade("shop", "web", Of("2", {{"web/2.yaml", JobOn("pre-install,pre-upgrade", "stays")}}), options_)
          .ok());
  EXPECT_NE(client_.Peek(kJobs, {"shop", "stays"})->meta().uid, stays->meta().uid);
}

TEST_F(ReleasesTest, AFailedHookEndsTheChange) {
  on_pause_ = [this] { FinishJobs("Failed"); };
  const std::string policy =
      "    helm.sh/hook-delete-policy: hook-failed\n    helm.sh/hook-output-log-policy: hook-failed\n";
  const auto release =
      releases_.Install("shop", "web", Of("1", {{"web/1.yaml", JobOn("pre-install", "job", policy)}}), options_);
  EXPECT_THAT(release.status().message(),
              HasSubstr("pre-install hook web/1.yaml: Job \"job\" in namespace \"shop\": it has failed"));
  EXPECT_EQ(MapValue(), "absent");
  EXPECT_EQ(History(), "1 failed");
  EXPECT_EQ(releases_.Newest("shop", "web")->hooks[0].last_run.phase, "Failed");
  EXPECT_EQ(client_.Peek(kJobs, {"shop", "job"}), nullptr);
  EXPECT_THAT(logs_, ElementsAre("job"));
}

TEST_F(ReleasesTest, RunsTestsOnDemand) {
  ASSERT_TRUE(releases_
                  .Install("shop", "web",
                           Of("1", {{"web/1.yaml", JobOn("test", "one")}, {"web/2.yaml", JobOn("test", "two")}}),
                           options_)
                  .ok());
  EXPECT_TRUE(client_.All(kJobs).empty());
  ASSERT_TRUE(releases_.Test("shop", "web", 1min, {"two"}).ok());
  EXPECT_EQ(client_.All(kJobs).size(), 1u);
  ASSERT_TRUE(releases_.Test("shop", "web", 1min, {}).ok());
  EXPECT_EQ(client_.All(kJobs).size(), 2u);
  EXPECT_EQ(History(), "1 deployed");
  EXPECT_EQ(releases_.Newest("shop", "web")->hooks.size(), 2u);
}

}  // namespace
}  // namespace croft::chart
