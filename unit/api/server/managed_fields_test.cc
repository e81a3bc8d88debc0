#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

constexpr const char* kMaps = "/api/v1/namespaces/d/configmaps";
constexpr const char* kDeployments = "/apis/apps/v1/namespaces/d/deployments";
constexpr const char* kWeb =
    R"({"metadata":{"name":"web"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":)"
    R"({"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"img:1"}]}}}})";

// metadata.managedFields: who owns what after writes of every kind but apply.
class ManagedFieldsTest : public ApiTest {
 protected:
  // The entries as "manager operation apiVersion[/subresource] time fields", a line each.
  static std::string Owners(const Answer& answer, bool times = false) {
    std::string text;
    const Json* list = Find(answer.json, {"metadata", "managedFields"});
    if (list == nullptr) return "none";
    for (const Json& entry : list->GetArray()) {
      text += std::string(FindString(entry, {"manager"})) + " " + std::string(FindString(entry, {"operation"})) + " " +
              std::string(FindString(entry, {"apiVersion"}));
      const std::string_view subresource = FindString(entry, {"subresource"});
      if (!subresource.empty()) text += "/" + std::string(subresource);
      if (times) text += " " + std::string(FindString(entry, {"time"}).substr(11));
      EXPECT_EQ(FindString(entry, {"fieldsType"}), "FieldsV1");
      text += " " + WriteJson(*Find(entry, "fieldsV1")) + "\n";
    }
    return text;
  }
  std::string OwnersOf(const std::string& path, bool times = false) { return Owners(Get(path), times); }
  Answer MergePatch(const std::string& path, const std::string& body) { return Patch(path, "merge-patch+json", body); }
};

TEST_F(ManagedFieldsTest, TheManagerIsTheParameterOrTheProgramsName) {
  const struct {
    const char* name;
    const char* query;
    const char* agent;
    const char* manager;
  } kCases[] = {
      {"a parameter", "?fieldManager=me", "kubectl/v1.30", "me"},
      {"the agent up to the slash", "", "kubectl/v1.30.1 (linux/amd64) kubernetes/abc", "kubectl"},
      {"an agent without a slash", "", "robot", "robot"},
      {"nothing printable", "", "\x01/x", "unknown"},
      {"nothing", "", "", "unknown"},
  };
  for (const auto& c : kCases) {
    const Answer made = Call("POST", std::string(kMaps) + c.query, R"({"metadata":{"name":"a"},"data":{"k":"v"}})",
                             {{"User-Agent", c.agent}});
    EXPECT_EQ(Owners(made, true), std::string(c.manager) + " Update v1 00:00:00Z {\"f:data\":{\".\":{},\"f:k\":{}}}\n")
        << c.name;
    Delete(std::string(kMaps) + "/a");
  }
  const Answer refused =
      Post(std::string(kMaps) + "?fieldManager=" + std::string(129, 'x'), R"({"metadata":{"name":"a"}})");
  EXPECT_EQ(refused.code, 422);
  EXPECT_EQ(refused.Text({"message"}),
            "CreateOptions.meta.k8s.io \"\" is invalid: fieldManager: Too long: may not be more than 128 bytes");
  EXPECT_EQ(Post(std::string(kMaps) + "?fieldManager=a%0Ab", R"({"metadata":{"name":"a"}})").code, 422);
}

TEST_F(ManagedFieldsTest, ACreatorOwnsDefaultsButNotWhatTheServerAssigns) {
  const Answer service = Post("/api/v1/namespaces/d/services?fieldManager=me",
                              R"({"metadata":{"name":"s"},"spec":{"selector":{"a":"b"},"ports":[{"port":80}]}})");
  ASSERT_EQ(service.code, 201) << service.text;
  EXPECT_EQ(Owners(service),
            "me Update v1 {\"f:spec\":{\"f:internalTrafficPolicy\":{},\"f:ports\":{\".\":{},"
            "\"k:{\\\"port\\\":80,\\\"protocol\\\":\\\"TCP\\\"}\":{\".\":{},\"f:port\":{},\"f:protocol\":{},"
            "\"f:targetPort\":{}}},\"f:selector\":{},\"f:sessionAffinity\":{},\"f:type\":{}}}\n");
  const Answer ns = Post("/api/v1/namespaces?fieldManager=me", R"({"metadata":{"name":"e"}})");
  EXPECT_EQ(Owners(ns),
            "me Update v1 {\"f:metadata\":{\"f:labels\":{\".\":{},\"f:kubernetes.io/metadata.name\":{}}}}\n");
  const Answer pod = Post("/api/v1/namespaces/d/pods?fieldManager=me",
                          R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  for (const char* assigned : {"f:tolerations", "f:priority", "f:serviceAccountName", "f:status"}) {
    EXPECT_EQ(Owners(pod).find(assigned), std::string::npos) << assigned;
  }
  for (const char* filled : {"f:imagePullPolicy", "f:restartPolicy", "f:dnsPolicy"}) {
    EXPECT_NE(Owners(pod).find(filled), std::string::npos) << filled;
  }
}

TEST_F(ManagedFieldsTest, EveryWayOfWritingIsRecorded) {
  Post(std::string(kMaps) + "?fieldManager=maker", R"({"metadata":{"name":"a"},"data":{"k":"v","l":"w"}})");
  const std::string path = std::string(kMaps) + "/a";
  clock_.Advance(std::chrono::seconds(1));
  Put(path + "?fieldManager=putter", R"({"metadata":{"name":"a"},"data":{"k":"v","l":"x"}})");
  EXPECT_EQ(OwnersOf(path, true),
            "maker Update v1 00:00:00Z {\"f:data\":{\".\":{},\"f:k\":{}}}\n"
            "putter Update v1 00:00:01Z {\"f:data\":{\"f:l\":{}}}\n");
  clock_.Advance(std::chrono::seconds(1));
  MergePatch(path + "?fieldManager=merger", R"({"data":{"m":"1"},"metadata":{"labels":{"a":"b"}}})");
  Patch(path + "?fieldManager=pointer", "json-patch+json",
        R"([{"op":"remove","path":"/data/k"},{"op":"add","path":"/data/n","value":"1"}])");
  Patch(path + "?fieldManager=strategist", "strategic-merge-patch+json", R"({"data":{"l":"y"}})");
  EXPECT_EQ(OwnersOf(path),
            "maker Update v1 {\"f:data\":{}}\n"
            "merger Update v1 {\"f:data\":{\"f:m\":{}},\"f:metadata\":{\"f:labels\":{\".\":{},\"f:a\":{}}}}\n"
            "pointer Update v1 {\"f:data\":{\"f:n\":{}}}\n"
            "strategist Update v1 {\"f:data\":{\"f:l\":{}}}\n");
  MergePatch(path + "?fieldManager=strategist", R"({"data":{"n":"2"}})");
  EXPECT_EQ(OwnersOf(path).find("pointer"), std::string::npos) << "who owns nothing is not kept";
}

TEST_F(ManagedFieldsTest, StatusAndScaleAreEntriesOfTheirOwn) {
  ASSERT_EQ(Post(std::string(kDeployments) + "?fieldManager=me", kWeb).code, 201);
  const std::string path = std::string(kDeployments) + "/web";
  EXPECT_EQ(OwnersOf(path).find("f:status"), std::string::npos);
  ASSERT_EQ(MergePatch(path + "/status?fieldManager=me", R"({"status":{"replicas":1},"spec":{"replicas":9}})").code,
            200);
  EXPECT_NE(OwnersOf(path).find("me Update apps/v1/status {\"f:status\":{\"f:replicas\":{}}}\n"), std::string::npos)
      << OwnersOf(path);
  ASSERT_EQ(MergePatch(path + "/scale?fieldManager=scaler", R"({"spec":{"replicas":3}})").code, 200);
  EXPECT_NE(OwnersOf(path).find("scaler Update apps/v1/scale {\"f:spec\":{\"f:replicas\":{}}}\n"), std::string::npos)
      << OwnersOf(path);
  ASSERT_EQ(MergePatch(path + "?fieldManager=me", R"({"status":{"replicas":7},"spec":{"replicas":4}})").code, 200);
  EXPECT_EQ(OwnersOf(path).find("scaler"), std::string::npos) << OwnersOf(path);
  EXPECT_EQ(Find(Get(path).json, {"status", "replicas"})->GetInt(), 1);
}

TEST_F(ManagedFieldsTest, AWriteThatChangesNothingIsNone) {
  const std::string path = std::string(kMaps) + "/a";
  Post(std::string(kMaps) + "?fieldManager=me", R"({"metadata":{"name":"a"},"data":{"k":"v"}})");
  clock_.Advance(std::chrono::seconds(5));
  const std::string before = Get(path).text;
  EXPECT_EQ(MergePatch(path + "?fieldManager=other", R"({"data":{"k":"v"}})").text, before);
  EXPECT_EQ(Put(path + "?fieldManager=other", R"({"metadata":{"name":"a"},"data":{"k":"v"}})").text, before);
  EXPECT_EQ(Put(path + "?fieldManager=other", before).text, before);
  EXPECT_EQ(Get(path).text, before);
  EXPECT_EQ(MergePatch(path + "?fieldManager=me&dryRun=All", R"({"data":{"k":"w"}})").code, 200);
  EXPECT_EQ(Get(path).text, before);
}

TEST_F(ManagedFieldsTest, EmptyMetadataIsNone) {
  const Answer made =
      Post(kMaps, R"({"metadata":{"name":"a","labels":{},"annotations":{},"finalizers":[]},"data":{"k":"v"}})");
  EXPECT_EQ(Find(made.json, {"metadata", "annotations"}), nullptr);
  const Answer patched = MergePatch(std::string(kMaps) + "/a", R"({"metadata":{"labels":{},"annotations":{}}})");
  EXPECT_EQ(patched.text, made.text);
}

TEST_F(ManagedFieldsTest, ClientsMayRewriteTheRecords) {
  const std::string path = std::string(kMaps) + "/a";
  const std::string kMine = "{\"f:data\":{\".\":{},\"f:k\":{}}}";
  const auto body = [&](const std::string& list) {
    return R"({"metadata":{"name":"a","managedFields":)" + list + R"(},"data":{"k":"v"}})";
  };
  const auto entry = [](const std::string& more) {
    return R"({"manager":"new","operation":"Apply","apiVersion":"v1","time":"2026-01-01T00:00:00Z",)" + more + "}";
  };
  const struct {
    const char* name;
    std::string list;
    int code;
    std::string owners;
  } kCases[] = {
      {"absent ones are kept", "null", 200, "me Update v1 " + kMine + "\n"},
      {"an empty list resets nothing: clients send it without knowing", "[]", 200, "me Update v1 " + kMine + "\n"},
      {"a list with an empty entry resets", "[{}]", 200, "none"},
      {"another list is taken", "[" + entry(R"("fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:k":{}}})") + "]", 200,
       "new Apply v1 {\"f:data\":{\"f:k\":{}}}\n"},
      {"what can't be understood is left out", "[" + entry(R"("fieldsType":"FieldsV9","fieldsV1":{"f:data":{}})") + "]",
       200, "me Update v1 " + kMine + "\n"},
      {"what is no list of objects is refused", "\"x\"", 400, "me Update v1 " + kMine + "\n"},
      {"wrong types are refused", R"([{"manager":5}])", 400, "me Update v1 " + kMine + "\n"},
      {"names too long are refused",
       R"([{"manager":")" + std::string(200, 'm') +
           R"(","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:data":{}}}])",
       422, "me Update v1 " + kMine + "\n"},
  };
  for (const auto& c : kCases) {
    Post(std::string(kMaps) + "?fieldManager=me", R"({"metadata":{"name":"a"},"data":{"k":"v"}})");
    const Answer put = Put(path + "?fieldManager=other", body(c.list));
    EXPECT_EQ(put.code, c.code) << c.name << "\n" << put.text;
    EXPECT_EQ(OwnersOf(path), c.owners) << c.name;
    Delete(path);
  }
  // What was reset is not followed by updates any more; nothing is given through a status.
  Post(std::string(kDeployments) + "?fieldManager=me", kWeb);
  const std::string web = std::string(kDeployments) + "/web";
  MergePatch(web + "/status?fieldManager=me", R"({"metadata":{"managedFields":[{}]},"status":{"replicas":1}})");
  EXPECT_NE(OwnersOf(web), "none");
  MergePatch(web + "?fieldManager=me", R"({"metadata":{"managedFields":[{}]}})");
  MergePatch(web + "?fieldManager=me", R"({"spec":{"replicas":5}})");
  EXPECT_EQ(OwnersOf(web), "none");
}

TEST_F(ManagedFieldsTest, MoreThanTenUpdatersAreMerged) {
  Post(std::string(kMaps) + "?fieldManager=maker", R"({"metadata":{"name":"a"},"data":{"made":"1"}})");
  for (int i = 0; i < 12; ++i) {
    clock_.Advance(std::chrono::seconds(1));
    const std::string n = std::to_string(10 + i);
    MergePatch(std::string(kMaps) + "/a?fieldManager=m" + n, R"({"data":{"k)" + n + R"(":"v"}})");
  }
  const Answer map = Get(std::string(kMaps) + "/a");
  if (Find(map.json, {"metadata", "managedFields"}) == nullptr) FAIL() << map.text;
  EXPECT_EQ(Find(map.json, {"metadata", "managedFields"})->Size(), 10u);
  EXPECT_NE(
      Owners(map).find(
          "ancient-changes Update v1 {\"f:data\":{\".\":{},\"f:k10\":{},\"f:k11\":{},\"f:k12\":{},\"f:made\":{}}}"),
      std::string::npos)
      << Owners(map);
}

TEST_F(ManagedFieldsTest, TheServersOwnWritesAreCrofts) {
  EXPECT_NE(OwnersOf("/api/v1/namespaces/default").find("croft Update v1 "), std::string::npos);
  const auto client = api_->NewClient(ControllerIdentity(), executor_);
  const auto json = ParseJson(R"({"metadata":{"name":"l"},"spec":{"holderIdentity":"me"}})");
  ASSERT_TRUE(client->Create({"coordination.k8s.io", "v1", "leases"}, "d", *json).ok());
  EXPECT_EQ(OwnersOf("/apis/coordination.k8s.io/v1/namespaces/d/leases/l"),
            "croft Update coordination.k8s.io/v1 {\"f:spec\":{\"f:holderIdentity\":{}}}\n");
}

}  // namespace
}  // namespace croft::server
