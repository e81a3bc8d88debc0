#include <atomic>
#include <thread>

#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

constexpr const char* kMaps = "/api/v1/namespaces/d/configmaps";
constexpr const char* kPods = "/api/v1/namespaces/d/pods";
constexpr const char* kDeployments = "/apis/apps/v1/namespaces/d/deployments";

std::string Map(const std::string& name, const std::string& value = "v", const std::string& more = "") {
  return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name + "\"" + more + R"(},"data":{"k":")" +
         value + "\"}}";
}

std::string Pod(const std::string& name, const std::string& node = "", const std::string& more = "") {
  return R"({"metadata":{"name":")" + name + "\"" + more + R"(},"spec":{)" +
         (node.empty() ? "" : R"("nodeName":")" + node + "\",") + R"("containers":[{"name":"a","image":"img:1"}]}})";
}

std::string Deployment(const std::string& name) {
  return R"({"metadata":{"name":")" + name +
         R"("},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{)"
         R"("containers":[{"name":"c","image":"img:1"}]}}}})";
}

class VerbsTest : public ApiTest {};

TEST_F(VerbsTest, CreateThenGetIsTheSameObject) {
  const Answer made = Post(kMaps, Map("a"));
  ASSERT_EQ(made.code, 201) << made.text;
  const Answer read = Get(std::string(kMaps) + "/a");
  EXPECT_EQ(read.code, 200);
  EXPECT_EQ(read.text, made.text);
  EXPECT_EQ(read.Text({"metadata", "namespace"}), "d");
  EXPECT_EQ(read.Text({"metadata", "creationTimestamp"}), "2026-01-01T00:00:00Z");
  EXPECT_EQ(read.Text({"metadata", "uid"}).size(), 36u);
}

TEST_F(VerbsTest, GenerateNameAppendsToThePrefix) {
  const Answer one = Post(kMaps, R"({"metadata":{"generateName":"x-"}})");
  const Answer two = Post(kMaps, R"({"metadata":{"generateName":"x-"}})");
  ASSERT_EQ(one.code, 201) << one.text;
  EXPECT_TRUE(one.Text({"metadata", "name"}).starts_with("x-"));
  EXPECT_NE(one.Text({"metadata", "name"}), two.Text({"metadata", "name"}));
}

TEST_F(VerbsTest, WhatOnlyTheServerSetsIsNotTakenFromTheBody) {
  const Answer made =
      Post(kMaps, Map("a", "v", R"(,"uid":"mine","creationTimestamp":"2001-01-01T00:00:00Z","generation":7)"));
  EXPECT_NE(made.Text({"metadata", "uid"}), "mine");
  EXPECT_EQ(made.Text({"metadata", "creationTimestamp"}), "2026-01-01T00:00:00Z");
}

TEST_F(VerbsTest, DryRunStoresNothing) {
  EXPECT_EQ(Post(std::string(kMaps) + "?dryRun=All", Map("a")).code, 201);
  EXPECT_EQ(Get(std::string(kMaps) + "/a").code, 404);
  Post(kMaps, Map("b"));
  EXPECT_EQ(Put(std::string(kMaps) + "/b?dryRun=All", Map("b", "w")).Text({"data", "k"}), "w");
  EXPECT_EQ(Get(std::string(kMaps) + "/b").Text({"data", "k"}), "v");
  EXPECT_EQ(Delete(std::string(kMaps) + "/b?dryRun=All").code, 200);
  EXPECT_EQ(Get(std::string(kMaps) + "/b").code, 200);
  EXPECT_EQ(Post(std::string(kMaps) + "?dryRun=Some", Map("c")).code, 422);
}

TEST_F(VerbsTest, ListIsOrderedPagedAndReadsItsOwnWrites) {
  for (const char* name : {"c", "a", "b", "e", "d"}) ASSERT_EQ(Post(kMaps, Map(name)).code, 201);
  Delete(std::string(kMaps) + "/kube-root-ca.crt");
  Answer page = Get(std::string(kMaps) + "?limit=2");
  EXPECT_EQ(page.Text({"kind"}), "ConfigMapList");
  std::string names;
  int pages = 0;
  while (true) {
    for (const Json& item : Find(page.json, "items")->GetArray()) names += FindString(item, {"metadata", "name"});
    ++pages;
    const std::string token = page.Text({"metadata", "continue"});
    if (token.empty()) break;
    page = Get(std::string(kMaps) + "?limit=2&continue=" + http::PercentEncode(token));
    ASSERT_EQ(page.code, 200) << page.text;
  }
  EXPECT_EQ(names, "abcde");
  EXPECT_EQ(pages, 3);
}

TEST_F(VerbsTest, RemainingItemCountIsToldWithoutASelector) {
  for (const char* name : {"a", "b", "c"}) Post("/api/v1/namespaces/d/secrets", Map(name));
  const Answer page = Get("/api/v1/namespaces/d/configmaps?limit=1");
  EXPECT_EQ(FindInt(page.json, {"metadata", "remainingItemCount"}, -1), -1);  // one item alone: no next page
}

TEST_F(VerbsTest, SelectorsChoose) {
  Post(kMaps, Map("a", "v", R"(,"labels":{"app":"x","tier":"1"})"));
  Post(kMaps, Map("b", "v", R"(,"labels":{"app":"y"})"));
  const auto names = [&](const std::string& query) {
    const Answer list = Get(std::string(kMaps) + "?" + query);
    std::string text;
    const Json* items = Find(list.json, "items");
    if (items == nullptr) return list.text;
    for (const Json& item : items->GetArray()) text += FindString(item, {"metadata", "name"});
    return text;
  };
  EXPECT_EQ(names("labelSelector=app%3Dx"), "a");
  EXPECT_EQ(names("labelSelector=app+in+(x,y),tier"), "a");
  EXPECT_EQ(names("labelSelector=app,!tier"), "b");
  EXPECT_EQ(names("fieldSelector=metadata.name%3Db"), "b");
  EXPECT_EQ(Get(std::string(kMaps) + "?fieldSelector=data.k%3Dv").code, 400);
}

TEST_F(VerbsTest, FieldSelectorOfAPodMatchesAnAbsentFieldAsEmpty) {
  Post(kPods, Pod("free"));
  Post(kPods, Pod("bound", "n1"));
  EXPECT_EQ(Find(Get(std::string(kPods) + "?fieldSelector=spec.nodeName%3D").json, "items")->Size(), 1u);
  EXPECT_EQ(Find(Get("/api/v1/pods?fieldSelector=spec.nodeName%3Dn1,status.phase!%3DRunning").json, "items")->Size(),
            1u);
}

TEST_F(VerbsTest, UpdateKeepsIdentityAndRefusesStaleRevisions) {
  const Answer made = Post(kMaps, Map("a"));
  const std::string revision = made.Text({"metadata", "resourceVersion"});
  const Answer updated = Put(std::string(kMaps) + "/a", Map("a", "w", R"(,"resourceVersion":")" + revision + "\""));
  ASSERT_EQ(updated.code, 200) << updated.text;
  EXPECT_EQ(updated.Text({"metadata", "uid"}), made.Text({"metadata", "uid"}));
  EXPECT_NE(updated.Text({"metadata", "resourceVersion"}), revision);
  const Answer stale = Put(std::string(kMaps) + "/a", Map("a", "x", R"(,"resourceVersion":")" + revision + "\""));
  EXPECT_EQ(stale.code, 409);
  EXPECT_EQ(stale.Text({"reason"}), "Conflict");
  EXPECT_EQ(Put(std::string(kMaps) + "/a", Map("a", "y")).code, 200);  // unconditional
}

TEST_F(VerbsTest, AnUpdateThatChangesNothingIsNotWritten) {
  const Answer made = Post(kMaps, Map("a"));
  const Answer again = Put(std::string(kMaps) + "/a", Map("a"));
  EXPECT_EQ(again.Text({"metadata", "resourceVersion"}), made.Text({"metadata", "resourceVersion"}));
}

TEST_F(VerbsTest, GenerationCountsChangesOfTheSpecAlone) {
  Post(kDeployments, Deployment("a"));
  const std::string path = std::string(kDeployments) + "/a";
  const auto generation = [&] { return FindInt(Get(path).json, {"metadata", "generation"}); };
  EXPECT_EQ(generation(), 1);
  EXPECT_EQ(Patch(path, "merge-patch+json", R"({"metadata":{"labels":{"x":"y"}}})").code, 200);
  EXPECT_EQ(generation(), 1);
  EXPECT_EQ(Patch(path, "merge-patch+json", R"({"spec":{"replicas":3}})").code, 200);
  EXPECT_EQ(generation(), 2);
  EXPECT_EQ(Patch(path + "/status", "merge-patch+json", R"({"status":{"replicas":3}})").code, 200);
  EXPECT_EQ(generation(), 2);
}

TEST_F(VerbsTest, StatusAndSpecAreWrittenSeparately) {
  Post(kDeployments, Deployment("a"));
  const std::string path = std::string(kDeployments) + "/a";
  Patch(path, "merge-patch+json", R"({"status":{"replicas":9},"spec":{"replicas":2}})");
  EXPECT_EQ(FindInt(Get(path).json, {"status", "replicas"}), 0);
  Patch(path + "/status", "merge-patch+json", R"({"status":{"replicas":9},"spec":{"replicas":5}})");
  EXPECT_EQ(FindInt(Get(path).json, {"status", "replicas"}), 9);
  EXPECT_EQ(FindInt(Get(path).json, {"spec", "replicas"}), 2);
}

TEST_F(VerbsTest, ScaleReadsAndSetsReplicas) {
  Post(kDeployments, Deployment("a"));
  const std::string path = std::string(kDeployments) + "/a/scale";
  const Answer scale = Get(path);
  EXPECT_EQ(scale.Text({"kind"}), "Scale");
  EXPECT_EQ(scale.Text({"apiVersion"}), "autoscaling/v1");
  EXPECT_EQ(FindInt(scale.json, {"spec", "replicas"}), 1);
  EXPECT_EQ(scale.Text({"status", "selector"}), "a=b");
  const Answer set =
      Put(path, R"({"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"a"},"spec":{"replicas":4}})");
  EXPECT_EQ(set.code, 200) << set.text;
  EXPECT_EQ(FindInt(Get(std::string(kDeployments) + "/a").json, {"spec", "replicas"}), 4);
  EXPECT_EQ(Patch(path, "merge-patch+json", R"({"spec":{"replicas":2}})").code, 200);
  EXPECT_EQ(FindInt(Get(std::string(kDeployments) + "/a").json, {"spec", "replicas"}), 2);
  EXPECT_EQ(Patch(path, "merge-patch+json", R"({"spec":{"replicas":-2}})").code, 422);
}

TEST_F(VerbsTest, PatchesOfAllTypesApply) {
  Post(kDeployments, Deployment("a"));
  const std::string path = std::string(kDeployments) + "/a";
  EXPECT_EQ(Patch(path, "json-patch+json", R"([{"op":"replace","path":"/spec/replicas","value":2}])").code, 200);
  EXPECT_EQ(FindInt(Get(path).json, {"spec", "replicas"}), 2);
  // As `kubectl set image` sends it: the container is found by its name.
  const Answer strategic = Patch(
      path, "strategic-merge-patch+json",
      R"({"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"c"}],"containers":[{"image":"img:2","name":"c"}]}}}})");
  ASSERT_EQ(strategic.code, 200) << strategic.text;
  const Json* containers = Find(strategic.json, {"spec", "template", "spec", "containers"});
  ASSERT_EQ(containers->Size(), 1u);
  EXPECT_EQ(FindString((*containers)[0], {"image"}), "img:2");
  EXPECT_EQ(FindString((*containers)[0], {"terminationMessagePath"}), "/dev/termination-log");
  EXPECT_EQ(Patch(path, "merge-patch+json", R"({"metadata":{"annotations":{"a":"1"}}})").code, 200);
  EXPECT_EQ(Patch(path, "merge-patch+json", R"({"metadata":{"annotations":null}})").code, 200);
  EXPECT_EQ(Find(Get(path).json, {"metadata", "annotations"}), nullptr);
}

TEST_F(VerbsTest, PatchesOfOneObjectAtOnceAllApply) {
  Post(kMaps, Map("a"));
  constexpr int kWriters = 16;
  constexpr int kPatches = 20;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, writer] {
        for (int i = 0; i < kPatches; ++i) {
          const std::string key = "w" + std::to_string(writer) + "-" + std::to_string(i);
          const std::string change = R"({"data":{")" + key + R"(":"x"}})";
          if (Patch(std::string(kMaps) + "/a", "merge-patch+json", change).code != 200) ++refused;
        }
      });
    }
  }
  EXPECT_EQ(refused, 0);
  const Answer after = Get(std::string(kMaps) + "/a");
  const Json* data = Find(after.json, {"data"});
  ASSERT_NE(data, nullptr) << after.text;
  EXPECT_GE(data->MemberCount(), static_cast<rapidjson::SizeType>(kWriters * kPatches));
}

TEST_F(VerbsTest, DeleteAnswersWithAStatusThatNamesTheObject) {
  const Answer made = Post(kMaps, Map("a"));
  const Answer gone = Delete(std::string(kMaps) + "/a");
  EXPECT_EQ(gone.code, 200);
  EXPECT_EQ(gone.text, R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"a",)"
                       R"("kind":"configmaps","uid":")" +
                           made.Text({"metadata", "uid"}) + "\"}}\n");
  EXPECT_EQ(Get(std::string(kMaps) + "/a").code, 404);
}

TEST_F(VerbsTest, FinalizersHoldAnObjectUntilTheLastIsRemoved) {
  const std::string path = std::string(kMaps) + "/a";
  Post(kMaps, Map("a", "v", R"(,"finalizers":["x.y/one","x.y/two"])"));
  const Answer marked = Delete(path);
  EXPECT_EQ(marked.Text({"kind"}), "ConfigMap");
  EXPECT_EQ(marked.Text({"metadata", "deletionTimestamp"}), "2026-01-01T00:00:00Z");
  EXPECT_EQ(Patch(path, "merge-patch+json", R"({"metadata":{"finalizers":["x.y/one","x.y/three"]}})").code, 422);
  EXPECT_EQ(Patch(path, "merge-patch+json", R"({"metadata":{"finalizers":["x.y/one"]}})").code, 200);
  EXPECT_EQ(Get(path).code, 200);
  EXPECT_EQ(Patch(path, "merge-patch+json", R"({"metadata":{"finalizers":null}})").code, 200);
  EXPECT_EQ(Get(path).code, 404);
}

TEST_F(VerbsTest, PropagationPolicyBecomesAFinalizer) {
  const std::string path = std::string(kDeployments) + "/a";
  Post(kDeployments, Deployment("a"));
  const Answer foreground = Delete(path, R"({"propagationPolicy":"Foreground"})");
  EXPECT_EQ(FindString((*Find(foreground.json, {"metadata", "finalizers"}))[0], {}), "foregroundDeletion");
  const Answer background = Delete(path, R"({"propagationPolicy":"Background"})");
  EXPECT_EQ(background.code, 200);
  EXPECT_EQ(Get(path).code, 404);
  EXPECT_EQ(Delete(path + "?propagationPolicy=Sideways").code, 422);
}

TEST_F(VerbsTest, ABoundPodIsGivenItsGracePeriod) {
  const std::string path = std::string(kPods) + "/a";
  Post(kPods, Pod("a", "n1"));
  const Answer marked = Delete(path);
  EXPECT_EQ(marked.Text({"metadata", "deletionTimestamp"}), "2026-01-01T00:00:30Z");
  EXPECT_EQ(FindInt(marked.json, {"metadata", "deletionGracePeriodSeconds"}), 30);
  const Answer sooner = Delete(path, R"({"gracePeriodSeconds":5})");
  EXPECT_EQ(sooner.Text({"metadata", "deletionTimestamp"}), "2026-01-01T00:00:05Z");
  EXPECT_EQ(Delete(path, R"({"gracePeriodSeconds":0})").code, 200);
  EXPECT_EQ(Get(path).code, 404);
  Post(kPods, Pod("free"));
  Delete(std::string(kPods) + "/free");
  EXPECT_EQ(Get(std::string(kPods) + "/free").code, 404);  // it runs nowhere
}

TEST_F(VerbsTest, DeleteCollectionRemovesWhatIsSelected) {
  Post(kMaps, Map("a", "v", R"(,"labels":{"app":"x"})"));
  Post(kMaps, Map("b", "v", R"(,"labels":{"app":"y"})"));
  EXPECT_EQ(Delete(std::string(kMaps) + "?labelSelector=app%3Dx").code, 200);
  EXPECT_EQ(Get(std::string(kMaps) + "/a").code, 404);
  EXPECT_EQ(Get(std::string(kMaps) + "/b").code, 200);
}

TEST_F(VerbsTest, BindingPutsAPodOnANodeOnce) {
  Post(kPods, Pod("a"));
  const std::string path = std::string(kPods) + "/a/binding";
  EXPECT_EQ(Post(path, R"({"target":{"kind":"Node","name":"n1"}})").code, 201);
  const Answer pod = Get(std::string(kPods) + "/a");
  EXPECT_EQ(pod.Text({"spec", "nodeName"}), "n1");
  EXPECT_EQ(FindString((*Find(pod.json, {"status", "conditions"}))[0], {"type"}), "PodScheduled");
  EXPECT_EQ(Post(path, R"({"target":{"kind":"Node","name":"n2"}})").code, 409);
  EXPECT_EQ(Post(path, "{}").code, 422);
}

TEST_F(VerbsTest, EvictionDeletesAPod) {
  Post(kPods, Pod("a"));
  EXPECT_EQ(Post(std::string(kPods) + "/a/eviction",
                 R"({"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"a"}})")
                .code,
            201);
  EXPECT_EQ(Get(std::string(kPods) + "/a").code, 404);
}

TEST_F(VerbsTest, APodsSpecChangesOnlyInFewFields) {
  Post(kPods, Pod("a"));
  const std::string path = std::string(kPods) + "/a";
  EXPECT_EQ(Patch(path, "strategic-merge-patch+json", R"({"spec":{"containers":[{"name":"a","image":"img:2"}]}})").code,
            200);
  EXPECT_EQ(Patch(path, "merge-patch+json", R"({"spec":{"restartPolicy":"Never"}})").code, 422);
  EXPECT_EQ(Patch(path, "merge-patch+json", R"({"spec":{"nodeName":"n1"}})").code, 422);
}

TEST_F(VerbsTest, ATerminatingNamespaceTakesNothingNewAndGoesWhenFinalized) {
  const Answer marked = Delete("/api/v1/namespaces/d");
  EXPECT_EQ(marked.Text({"status", "phase"}), "Terminating");
  const Answer refused = Post(kMaps, Map("a"));
  EXPECT_EQ(refused.code, 403);
  EXPECT_EQ(FindString((*Find(refused.json, {"details", "causes"}))[0], {"reason"}), "NamespaceTerminating");
  const Answer done = Put("/api/v1/namespaces/d/finalize", R"({"metadata":{"name":"d"},"spec":{"finalizers":[]}})");
  EXPECT_EQ(done.code, 200) << done.text;
  EXPECT_EQ(Get("/api/v1/namespaces/d").code, 404);
  EXPECT_EQ(Post(kMaps, Map("a")).code, 404);
  EXPECT_EQ(Delete("/api/v1/namespaces/default").code, 403);
}

TEST_F(VerbsTest, EveryNamespaceHasTheRootCertificateAndADefaultAccount) {
  for (const char* ns : {"default", "kube-system", "d"}) {
    EXPECT_EQ(Get("/api/v1/namespaces/" + std::string(ns) + "/configmaps/kube-root-ca.crt").code, 200);
    EXPECT_EQ(Get("/api/v1/namespaces/" + std::string(ns) + "/serviceaccounts/default").code, 200);
  }
  EXPECT_EQ(Get("/api/v1/namespaces/default/services/kubernetes").Text({"spec", "clusterIP"}), "10.96.0.1");
}

TEST_F(VerbsTest, ServicesGetAddressesAndGiveThemBack) {
  const std::string path = "/api/v1/namespaces/d/services";
  const auto service = [](const std::string& name, const std::string& more) {
    return R"({"metadata":{"name":")" + name + R"("},"spec":{)" + more + R"("ports":[{"port":80}]}})";
  };
  const Answer one = Post(path, service("a", ""));
  ASSERT_EQ(one.code, 201) << one.text;
  const std::string address = one.Text({"spec", "clusterIP"});
  EXPECT_TRUE(address.starts_with("10.96.")) << address;
  EXPECT_EQ(Post(path, service("b", R"("clusterIP":")" + address + "\",")).code, 422);
  Delete(path + "/a");
  EXPECT_EQ(Post(path, service("b", R"("clusterIP":")" + address + "\",")).code, 201);
  EXPECT_EQ(Patch(path + "/b", "merge-patch+json", R"({"spec":{"clusterIP":"10.96.7.7"}})").code, 422);
  // A replacement that does not repeat the address keeps it.
  EXPECT_EQ(Put(path + "/b", service("b", "")).Text({"spec", "clusterIP"}), address);
  const Answer ports = Patch(path + "/b", "merge-patch+json", R"({"spec":{"type":"NodePort"}})");
  const int64_t port = FindInt((*Find(ports.json, {"spec", "ports"}))[0], {"nodePort"});
  EXPECT_GE(port, 30000);
  EXPECT_EQ(Post(path, R"({"metadata":{"name":"c"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":)" +
                           std::to_string(port) + "}]}}")
                .code,
            422);
  EXPECT_EQ(Patch(path + "/b", "merge-patch+json", R"({"spec":{"type":"ClusterIP"}})").code, 200);
  EXPECT_EQ(Find((*Find(Get(path + "/b").json, {"spec", "ports"}))[0], "nodePort"), nullptr);
  StartServer();  // what is held is read from the store
  EXPECT_EQ(Post(path, service("e", R"("clusterIP":")" + address + "\",")).code, 422);
}

TEST_F(VerbsTest, SecretsAndConfigMapsMayBeImmutable) {
  const std::string path = "/api/v1/namespaces/d/secrets";
  Post(path, R"({"metadata":{"name":"a"},"stringData":{"k":"v"},"immutable":true})");
  EXPECT_EQ(Patch(path + "/a", "merge-patch+json", R"({"stringData":{"k":"w"}})").code, 422);
  EXPECT_EQ(Patch(path + "/a", "merge-patch+json", R"({"metadata":{"labels":{"x":"y"}}})").code, 200);
  Post(path, R"({"metadata":{"name":"b"},"type":"Opaque"})");
  EXPECT_EQ(Patch(path + "/b", "merge-patch+json", R"({"type":"kubernetes.io/tls"})").code, 422);
}

}  // namespace
}  // namespace croft::server
