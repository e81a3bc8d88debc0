#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/chart/release/resources.h"
#include "unit/fakes/clock.h"
#include "unit/fakes/fake_client.h"
#include "unit/fakes/test_executor.h"

namespace croft::chart {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

const GroupVersionResource kConfigMaps{"", "v1", "configmaps"};
const GroupVersionResource kDeployments{"apps", "v1", "deployments"};
const GroupVersionResource kNamespaces{"", "v1", "namespaces"};

class FakeKinds final : public KindFinder {
 public:
  Result<ServedKind> Find(const std::string& api_version, const std::string& kind) override {
    if (kind == "ConfigMap") return ServedKind{kConfigMaps, true};
    if (kind == "Deployment") return ServedKind{kDeployments, true};
    if (kind == "Namespace") return ServedKind{kNamespaces, false};
    return Status::NotFound("no kind " + kind + " in " + api_version);
  }
};

class ClusterTest : public testing::Test {
 protected:
  Resources Read(const std::string& manifest) {
    Result<Resources> resources = ReadResources(manifest, "shop", kinds_);
    EXPECT_TRUE(resources.ok()) << resources.status().message();
    if (!resources.ok()) return {};
    for (Resource& resource : *resources) owner_.Mark(resource);
    return std::move(*resources);
  }
  static std::string Map(const std::string& name, const std::string& rest) {
    return "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\n" + rest + "\n";
  }
  std::string Live(const GroupVersionResource& gvr, const Key& key, std::initializer_list<std::string_view> path) {
    const croft::ObjectPtr object = client_.Peek(gvr, key);
    if (object == nullptr) return "absent";
    const JsonDocument json = object->ToJson();
    const Json* found = croft::Find(json, path);
    return found == nullptr ? "none" : croft::WriteJson(*found);
  }

  fakes::FakeClock clock_;
  SeededRandom random_{1};
  fakes::TestExecutor executor_{clock_};
  fakes::FakeClient client_{clock_, random_, executor_};
  FakeKinds kinds_;
  const Ownership owner_{"web", "shop"};
  std::function<void()> meanwhile_;
  Cluster cluster_{{client_, [](const auto&, const auto&) { return nullptr; }, clock_,
                    [this](Duration time) {
                      clock_.Advance(time);
                      if (meanwhile_) meanwhile_();
                    }}};
  Changes changes_;
};

TEST_F(ClusterTest, ReadsWhatAManifestDeclares) {
  const Resources resources = Read("# only a comment\n" + Map("a", "data: {k: v}") +
                                   "---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  "
                                   "metadata: {name: b, namespace: other}\n"
                                   "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: lab}\n");
  std::vector<std::string> shown;
  for (const Resource& resource : resources) shown.push_back(resource.Show());
  EXPECT_THAT(shown, ElementsAre("ConfigMap \"a\" in namespace \"shop\"", "ConfigMap \"b\" in namespace \"other\"",
                                 "Namespace \"lab\""));
}

TEST_F(ClusterTest, RefusesWhatItCanNotPlace) {
  struct Case {
    const char* name;
    const char* manifest;
    const char* why;
  };
  const Case cases[] = {
      {"broken YAML", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n---\nb: [",
       "document 2 of the manifest: "},
      {"no map", "- a", "document 1 of the manifest must be a map"},
      {"no kind", "apiVersion: v1", "document 1 of the manifest: apiVersion and kind must be set"},
      {"no name", "{apiVersion: v1, kind: ConfigMap}",
       "document 1 of the manifest: ConfigMap: metadata.name must be set"},
      {"an unknown kind", "{apiVersion: x/v1, kind: Plant, metadata: {name: p}}",
       "document 1 of the manifest: Plant p: no kind Plant in x/v1"},
  };
  for (const Case& c : cases) {
    const auto resources = ReadResources(c.manifest, "shop", kinds_);
    ASSERT_FALSE(resources.ok()) << c.name;
    EXPECT_THAT(resources.status().message(), HasSubstr(c.why)) << c.name;
  }
}

TEST_F(ClusterTest, TakesOverWhatIsOfTheReleaseAndNothingElse) {
  ASSERT_TRUE(cluster_.Create(Read(Map("mine", "")), changes_).ok());
  client_.Seed(kConfigMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"other","namespace":"shop"}})");
  client_.Seed(kConfigMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"taken","namespace":"shop",
      "labels":{"app.kubernetes.io/managed-by":"Helm"},"annotations":{"meta.helm.sh/release-name":"blog"}}})");
  EXPECT_EQ(cluster_.Existing(Read(Map("mine", "") + Map("new", "")), owner_, false)->size(), 1u);
  const auto other = cluster_.Existing(Read(Map("other", "")), owner_, false);
  EXPECT_EQ(other.status().reason(), Reason::kConflict);
  EXPECT_EQ(other.status().message(),
            "ConfigMap \"other\" in namespace \"shop\" exists and is not of this release: it has no labels "
            "app.kubernetes.io/managed-by, which must be Helm");
  EXPECT_THAT(cluster_.Existing(Read(Map("taken", "")), owner_, false).status().message(),
              HasSubstr("its annotations meta.helm.sh/release-name is blog, which must be web"));
  EXPECT_EQ(cluster_.Existing(Read(Map("other", "")), owner_, true)->size(), 1u);
}

TEST_F(ClusterTest, UpdatesByThreeWays) {
  const Resources before = Read(Map("a", "data: {kept: '1', dropped: x}") + Map("gone", ""));
  ASSERT_TRUE(cluster_.Create(before, changes_).ok());
  ASSERT_TRUE(client_
                  .Patch(kConfigMaps, {"shop", "a"}, client::PatchType::kMerge,
                         *ParseJson(R"({"data":{"by-hand":"h","kept":"edited"}})"))
                  .ok());
  Changes changes;
  const Status updated =
      cluster_.Update(before, Read(Map("a", "data: {kept: '1', new: x}") + Map("b", "")), false, changes);
  ASSERT_TRUE(updated.ok()) << updated.message();
  EXPECT_EQ(Live(kConfigMaps, {"shop", "a"}, {"data"}), R"({"kept":"1","by-hand":"h","new":"x"})");
  EXPECT_EQ(Live(kConfigMaps, {"shop", "gone"}, {}), "absent");
  ASSERT_EQ(changes.created.size(), 1u);
  EXPECT_EQ(changes.created[0].key.name, "b");
  EXPECT_THAT(changes.updated, ElementsAre("ConfigMap \"a\" in namespace \"shop\""));
  EXPECT_THAT(changes.deleted, ElementsAre("ConfigMap \"gone\" in namespace \"shop\""));
}

TEST_F(ClusterTest, WritesNothingWhereNothingChanges) {
  const Resources before = Read(Map("a", "data: {k: v}"));
  ASSERT_TRUE(cluster_.Create(before, changes_).ok());
  client_.TakeWrites();
  ASSERT_TRUE(cluster_.Update(before, before, false, changes_).ok());
  EXPECT_THAT(client_.TakeWrites(), ElementsAre());
}

TEST_F(ClusterTest, MakesAnewWhatAHandHasDeleted) {
  const Resources before = Read(Map("a", "data: {k: v}"));
  Changes changes;
  ASSERT_TRUE(cluster_.Update(before, before, false, changes).ok());
  EXPECT_EQ(changes.created.size(), 1u);
  EXPECT_EQ(Live(kConfigMaps, {"shop", "a"}, {"data", "k"}), R"("v")");
}

TEST_F(ClusterTest, TriesAgainWhenAnotherWriterIsFaster) {
  const Resources before = Read(Map("a", "data: {k: v}"));
  ASSERT_TRUE(cluster_.Create(before, changes_).ok());
  client_.FailWrite(1, Status::Conflict("overtaken"));
  const Status updated = cluster_.Update(before, Read(Map("a", "data: {k: w}")), false, changes_);
  ASSERT_TRUE(updated.ok()) << updated.message();
  EXPECT_EQ(Live(kConfigMaps, {"shop", "a"}, {"data", "k"}), R"("w")");
}

TEST_F(ClusterTest, StopsAtTheFirstFailureAndNamesTheObject) {
  client_.FailWrite(2, Status::Invalid("data.k: Invalid value"));
  Changes changes;
  const Status created = cluster_.Create(Read(Map("a", "") + Map("b", "") + Map("c", "")), changes);
  EXPECT_EQ(created.message(), "ConfigMap \"b\" in namespace \"shop\": data.k: Invalid value");
  EXPECT_EQ(changes.created.size(), 1u);
  EXPECT_EQ(Live(kConfigMaps, {"shop", "c"}, {}), "absent");
}

TEST_F(ClusterTest, KeepsWhatItsPolicyKeeps) {
  const std::string keep =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: data\n  annotations:\n"
      "    helm.sh/resource-policy: ' Keep '\n";
  const Resources before = Read(keep + Map("a", "") + Map("by-hand", ""));
  ASSERT_TRUE(cluster_.Create(before, changes_).ok());
  ASSERT_TRUE(client_
                  .Patch(kConfigMaps, {"shop", "by-hand"}, client::PatchType::kMerge,
                         *ParseJson(R"({"metadata":{"annotations":{"helm.sh/resource-policy":"keep"}}})"))
                  .ok());
  Changes changes;
  ASSERT_TRUE(cluster_.Delete(before, changes).ok());
  EXPECT_THAT(changes.kept,
              ElementsAre("ConfigMap \"data\" in namespace \"shop\"", "ConfigMap \"by-hand\" in namespace \"shop\""));
  EXPECT_THAT(changes.deleted, ElementsAre("ConfigMap \"a\" in namespace \"shop\""));
  EXPECT_NE(Live(kConfigMaps, {"shop", "data"}, {}), "absent");
}

TEST_F(ClusterTest, DeletesAllItCanAndTellsOfTheRest) {
  const Resources before = Read(Map("a", "") + Map("b", ""));
  ASSERT_TRUE(cluster_.Create(before, changes_).ok());
  client_.FailWrite(1, Status(Reason::kForbidden, "not yours"));
  Changes changes;
  const Status deleted = cluster_.Delete(before, changes);
  EXPECT_EQ(deleted.message(), "could not be deleted: ConfigMap \"a\" in namespace \"shop\": not yours");
  EXPECT_THAT(changes.deleted, ElementsAre("ConfigMap \"b\" in namespace \"shop\""));
}

constexpr const char* kWeb =
    R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},
    "spec":{"replicas":1},"status":{"observedGeneration":9,"updatedReplicas":1,"availableReplicas":%s}})";

std::string Web(const char* available) {
  std::string text = kWeb;
  return text.replace(text.find("%s"), 2, available);
}

TEST_F(ClusterTest, WaitsUntilAllAreReadyAndTellsWhatIsMissing) {
  client_.Seed(kDeployments, Web("0"));
  const Resources resources = Read("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}");
  int looks = 0;
  meanwhile_ = [&] {
    if (++looks == 3) client_.Seed(kDeployments, Web("1"));
  };
  std::vector<std::string> told;
  const Status ready = cluster_.AwaitReady(
      resources, false, 10s, [&](const Resource&, const Readiness& readiness) { told.push_back(readiness.why); });
  EXPECT_TRUE(ready.ok()) << ready.message();
  EXPECT_THAT(told, ElementsAre("0 of 1 replicas are available", "0 of 1 replicas are available",
                                "0 of 1 replicas are available", ""));
}

TEST_F(ClusterTest, GivesUpWaitingAtTheLimit) {
  client_.Seed(kDeployments, Web("0"));
  const Resources resources = Read("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}");
  const Status ready = cluster_.AwaitReady(resources, false, 2s, nullptr);
  EXPECT_EQ(ready.reason(), Reason::kTimeout);
  EXPECT_EQ(ready.message(),
            "not ready after 2 s:\n  Deployment \"web\" in namespace \"shop\": 0 of 1 replicas are available");
}

TEST_F(ClusterTest, WaitsUntilAllAreGone) {
  const Resources resources = Read(Map("a", ""));
  ASSERT_TRUE(cluster_.Create(resources, changes_).ok());
  EXPECT_EQ(cluster_.AwaitGone(resources, 1s).message(),
            "ConfigMap \"a\" in namespace \"shop\" is still there after 1 s");
  meanwhile_ = [&] { client_.Remove(kConfigMaps, {"shop", "a"}); };
  EXPECT_TRUE(cluster_.AwaitGone(resources, 1s).ok());
}

}  // namespace
}  // namespace croft::chart
