#include "api/server/continue_token.h"
#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

constexpr const char* kMaps = "/api/v1/namespaces/d/configmaps";
constexpr const char* kPods = "/api/v1/namespaces/d/pods";

class ListTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    Delete(std::string(kMaps) + "/kube-root-ca.crt");
  }
  void Add(const std::string& name, const std::string& value = "1") {
    ASSERT_EQ(
        Post(kMaps, R"({"metadata":{"name":")" + name + R"(","labels":{"app":"x"}},"data":{"k":")" + value + "\"}}")
            .code,
        201);
  }
  void Change(const std::string& name, const std::string& value) {
    ASSERT_EQ(Patch(std::string(kMaps) + "/" + name, "merge-patch+json", R"({"data":{"k":")" + value + "\"}}").code,
              200);
  }
  static std::string Items(const Answer& list) {
    const Json* items = Find(list.json, "items");
    if (items == nullptr) return std::to_string(list.code) + " " + list.Text({"reason"});
    std::string text;
    for (const Json& item : items->GetArray()) {
      text += std::string(FindString(item, {"metadata", "name"})) + std::string(FindString(item, {"data", "k"})) + " ";
    }
    return text;
  }
  static std::string Revision(const Answer& list) { return list.Text({"metadata", "resourceVersion"}); }
  std::string Listed(const std::string& query) { return Items(Get(std::string(kMaps) + "?" + query)); }
  // Makes the log forget what it knows.
  void Overrun() {
    for (int i = 0; i < 70; ++i) Change("z", std::to_string(i));
  }
  void Tick(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      clock_.Advance(std::chrono::seconds(1));
      api_->http_api().Tick();
    }
  }
};

// As Kubernetes' encoder writes them; suites of clients compare bytes.
TEST_F(ListTest, ItemsOfNativeKindsLeaveTheirTypeToTheList) {
  Add("a");
  Add("b");
  const Answer list = Get(kMaps);
  EXPECT_TRUE(list.text.starts_with(R"({"kind":"ConfigMapList","apiVersion":"v1","metadata":)")) << list.text;
  EXPECT_NE(list.text.find(R"("items":[{"metadata":{)"), std::string::npos) << list.text;
  EXPECT_NE(list.text.find(R"(},{"metadata":{)"), std::string::npos) << list.text;
  EXPECT_TRUE(list.text.ends_with("]}\n"));
  EXPECT_EQ(Items(list), "a1 b1 ");
  const Answer one = Get(std::string(kMaps) + "/a");
  EXPECT_TRUE(one.text.starts_with(R"({"kind":"ConfigMap","apiVersion":"v1","metadata":)")) << one.text;
  EXPECT_TRUE(one.text.ends_with("}\n"));
  EXPECT_TRUE(Get(std::string(kMaps) + "/none").text.ends_with("}\n"));
}

TEST_F(ListTest, AllPagesShowTheStateOfTheFirst) {
  for (const char* name : {"a", "b", "c", "d", "e"}) Add(name);
  const Answer first = Get(std::string(kMaps) + "?limit=2");
  EXPECT_EQ(Items(first), "a1 b1 ");
  EXPECT_EQ(FindInt(first.json, {"metadata", "remainingItemCount"}), 3);
  Change("c", "2");
  Delete(std::string(kMaps) + "/d");
  Add("bb");
  Add("f");
  const Answer second = Get(std::string(kMaps) + "?limit=2&continue=" + first.Text({"metadata", "continue"}));
  EXPECT_EQ(Items(second), "c1 d1 ");
  EXPECT_EQ(Revision(second), Revision(first));
  EXPECT_EQ(FindInt(second.json, {"metadata", "remainingItemCount"}), 1);
  Delete(std::string(kMaps) + "/e");
  const Answer third = Get(std::string(kMaps) + "?limit=2&continue=" + second.Text({"metadata", "continue"}));
  EXPECT_EQ(Items(third), "e1 ");
  EXPECT_EQ(Find(third.json, {"metadata", "continue"}), nullptr);
  EXPECT_EQ(Find(third.json, {"metadata", "remainingItemCount"}), nullptr);
  EXPECT_EQ(Listed(""), "a1 b1 bb1 c2 f1 ");
}

TEST_F(ListTest, RemainingItemsAreNotCountedWithASelector) {
  for (const char* name : {"a", "b", "c"}) Add(name);
  const Answer page = Get(std::string(kMaps) + "?limit=2&labelSelector=app%3Dx");
  EXPECT_EQ(Items(page), "a1 b1 ");
  EXPECT_NE(page.Text({"metadata", "continue"}), "");
  EXPECT_EQ(Find(page.json, {"metadata", "remainingItemCount"}), nullptr);
  const Answer full = Get(std::string(kMaps) + "?limit=3&labelSelector=app%3Dx");
  EXPECT_EQ(full.Text({"metadata", "continue"}), "") << "nothing more matches";
}

TEST_F(ListTest, AForgottenStateIsExpiredWithATokenThatGoesOn) {
  for (const char* name : {"a", "b", "c", "z"}) Add(name);
  const Answer first = Get(std::string(kMaps) + "?limit=2");
  Overrun();
  const Answer gone = Get(std::string(kMaps) + "?limit=2&continue=" + first.Text({"metadata", "continue"}));
  EXPECT_EQ(gone.code, 410);
  EXPECT_EQ(gone.Text({"kind"}), "Status");
  EXPECT_EQ(gone.Text({"reason"}), "Expired");
  EXPECT_TRUE(gone.Text({"message"}).starts_with("The provided continue parameter is too old")) << gone.text;
  const std::string token = gone.Text({"metadata", "continue"});
  ASSERT_NE(token, "") << gone.text;
  const Answer rest = Get(std::string(kMaps) + "?limit=1&continue=" + token);
  EXPECT_EQ(Items(rest), "c1 ");
  EXPECT_EQ(Revision(rest), std::to_string(store_->Revision()));
  const Answer last = Get(std::string(kMaps) + "?limit=1&continue=" + rest.Text({"metadata", "continue"}));
  EXPECT_EQ(Items(last), "z69 ");
}

TEST_F(ListTest, TokensThatWereTamperedWithAreRefused) {
  for (const char* name : {"a", "b"}) Add(name);
  const std::string token = Get(std::string(kMaps) + "?limit=1").Text({"metadata", "continue"});
  ASSERT_NE(token, "");
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const Answer answer = Get(std::string(kMaps) + "?limit=1&continue=" + changed);
    EXPECT_EQ(answer.code, 400) << changed;
    EXPECT_NE(answer.Text({"message"}).find("invalid continue token"), std::string::npos) << answer.text;
  }
  EXPECT_EQ(Get(std::string(kMaps) + "?continue=" + token.substr(0, token.size() - 1)).code, 400);
  EXPECT_EQ(Get("/api/v1/namespaces/d/secrets?continue=" + token).code, 400) << "another resource's";
  EXPECT_EQ(Get(std::string(kMaps) + "?continue=" + token).code, 200);
}

TEST_F(ListTest, AContinuedListTakesNoOtherRevision) {
  for (const char* name : {"a", "b"}) Add(name);
  const std::string token = Get(std::string(kMaps) + "?limit=1").Text({"metadata", "continue"});
  const std::string at = "continue=" + token + "&resourceVersion=";
  const Answer refused = Get(std::string(kMaps) + "?" + at + "1");
  EXPECT_EQ(refused.code, 400);
  EXPECT_EQ(refused.Text({"message"}), "specifying resource version is not allowed when using continue");
  EXPECT_EQ(Listed(at + "0"), "b1 ");
  EXPECT_EQ(Get(std::string(kMaps) + "?" + at + "0&resourceVersionMatch=NotOlderThan").code, 422);
}

TEST_F(ListTest, RevisionsMeanWhatTheirMatchSays) {
  Add("a");
  const std::string old = Revision(Get(kMaps));
  Change("a", "2");
  Add("b");
  struct Case {
    const char* name;
    std::string query;
    const char* items;
  };
  const Case cases[] = {
      {"none is the present", "", "a2 b1 "},
      {"0 is any, so the present", "resourceVersion=0", "a2 b1 "},
      {"0 that is not older is the present too", "resourceVersion=0&resourceVersionMatch=NotOlderThan", "a2 b1 "},
      {"a number alone is a lower bound", "resourceVersion=" + old, "a2 b1 "},
      {"as it is when said so", "resourceVersionMatch=NotOlderThan&resourceVersion=" + old, "a2 b1 "},
      {"exact is exact", "resourceVersionMatch=Exact&resourceVersion=" + old, "a1 "},
      {"a number with a limit is exact", "limit=5&resourceVersion=" + old, "a1 "},
      {"unless it is said to be a bound", "limit=5&resourceVersionMatch=NotOlderThan&resourceVersion=" + old, "a2 b1 "},
  };
  for (const Case& c : cases) EXPECT_EQ(Listed(c.query), c.items) << c.name;
  const Answer exact = Get(std::string(kMaps) + "?resourceVersionMatch=Exact&resourceVersion=" + old);
  EXPECT_EQ(Revision(exact), old);
  EXPECT_EQ(Revision(Get(std::string(kMaps) + "?resourceVersion=" + old)), std::to_string(store_->Revision()));
  Add("z");
  Overrun();
  const Answer gone = Get(std::string(kMaps) + "?resourceVersionMatch=Exact&resourceVersion=" + old);
  EXPECT_EQ(gone.code, 410);
  EXPECT_EQ(gone.Text({"message"}), "The resourceVersion for the provided list is too old.");
}

TEST_F(ListTest, ARevisionOfTheFutureIsWaitedForThenRefused) {
  Add("a");
  const std::string future = std::to_string(store_->Revision() + 1000);
  for (const std::string& path :
       {std::string(kMaps) + "?resourceVersion=" + future, std::string(kMaps) + "/a?resourceVersion=" + future,
        std::string(kMaps) +
            "?watch=true&sendInitialEvents=true&resourceVersionMatch="
            "NotOlderThan&resourceVersion=" +
            future}) {
    SCOPED_TRACE(path);
    const auto responder = Send("GET", path);
    Tick(2);
    EXPECT_FALSE(responder->answered());
    Tick(1);
    ASSERT_TRUE(responder->answered());
    const http::Response response = responder->Wait();
    EXPECT_EQ(response.status, 504);
    EXPECT_EQ(response.headers.Get("Retry-After"), "1");
    const Result<JsonDocument> body = ParseJson(response.body);
    ASSERT_TRUE(body.ok());
    EXPECT_EQ(FindString(*body, {"reason"}), "Timeout");
    EXPECT_EQ(FindInt(*body, {"details", "retryAfterSeconds"}), 1);
    EXPECT_EQ(FindString((*Find(*body, {"details", "causes"}))[0], {"reason"}), "ResourceVersionTooLarge");
    EXPECT_TRUE(FindString(*body, {"message"}).starts_with("Timeout: Too large resource version: " + future + ", "))
        << response.body;
  }
}

TEST_F(ListTest, ARevisionThatComesInTimeIsAnswered) {
  Add("a");
  const auto responder = Send("GET", std::string(kMaps) + "?resourceVersion=" + std::to_string(store_->Revision() + 1));
  EXPECT_FALSE(responder->answered());
  Add("b");
  Tick(1);
  ASSERT_TRUE(responder->answered());
  EXPECT_EQ(responder->Wait().status, 200);
}

TEST_F(ListTest, WaitsEndWithTheServer) {
  const auto responder = Send("GET", std::string(kMaps) + "?resourceVersion=999999");
  api_->EndWatches();
  ASSERT_TRUE(responder->answered());
  EXPECT_EQ(responder->Wait().status, 504);
}

struct FieldCase {
  const char* name;
  const char* path;      // of the collection
  const char* selector;  // percent-encoded
  size_t found;
};

TEST_F(ListTest, FieldSelectorsOfEachKind) {
  const std::string pod =
      R"({"metadata":{"name":"p"},"spec":{"nodeName":"n1","restartPolicy":"Never","containers":[{"name":"a","image":"i"}]}})";
  ASSERT_EQ(Post(kPods, pod).code, 201);
  ASSERT_EQ(Patch(std::string(kPods) + "/p/status", "merge-patch+json",
                  R"({"status":{"podIP":"10.1.0.9","podIPs":[{"ip":"10.1.0.9"}],"nominatedNodeName":"n2"}})")
                .code,
            200);
  ASSERT_EQ(Post("/api/v1/nodes", R"({"metadata":{"name":"n1"}})").code, 201);
  ASSERT_EQ(Post("/api/v1/namespaces/d/secrets", R"({"metadata":{"name":"s"},"type":"x/y"})").code, 201);
  ASSERT_EQ(Post("/api/v1/namespaces/d/services",
                 R"({"metadata":{"name":"s"},"spec":{"clusterIP":"None","ports":[{"port":80}]}})")
                .code,
            201);
  ASSERT_EQ(Post("/api/v1/namespaces/d/events",
                 R"({"metadata":{"name":"e"},"reason":"R","type":"Normal","source":{"component":"c"},)"
                 R"("involvedObject":{"kind":"Pod","name":"p","namespace":"d","uid":"u","apiVersion":"v1"}})")
                .code,
            201);
  ASSERT_EQ(Post("/apis/apps/v1/namespaces/d/replicasets",
                 R"({"metadata":{"name":"r"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":)"
                 R"({"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})")
                .code,
            201);
  const char* kEvents = "/api/v1/namespaces/d/events";
  const FieldCase cases[] = {
      {"a pod by name", kPods, "metadata.name%3Dp", 1},
      {"a pod by namespace", "/api/v1/pods", "metadata.namespace%3Dd", 1},
      {"a pod by another namespace", "/api/v1/pods", "metadata.namespace!%3Dd", 0},
      {"a pod by node", kPods, "spec.nodeName%3Dn1", 1},
      {"a pod by the field's old name", kPods, "spec.host%3Dn1", 1},
      {"a pod by restart policy", kPods, "spec.restartPolicy%3DNever", 1},
      {"a pod by scheduler", kPods, "spec.schedulerName%3Ddefault-scheduler", 1},
      {"a pod by account", kPods, "spec.serviceAccountName%3Ddefault", 1},
      {"a pod that does not say hostNetwork has none", kPods, "spec.hostNetwork%3Dfalse", 1},
      {"and is not one that has it", kPods, "spec.hostNetwork%3Dtrue", 0},
      {"a pod by phase", kPods, "status.phase%3DPending", 1},
      {"a pod by address", kPods, "status.podIP%3D10.1.0.9", 1},
      {"a pod by addresses is known, and matches none", kPods, "status.podIPs%3D10.1.0.9", 0},
      {"a pod by nominated node", kPods, "status.nominatedNodeName%3Dn2", 1},
      {"a pod by several fields", kPods, "spec.nodeName%3Dn1,status.phase!%3DRunning", 1},
      {"a node that does not say unschedulable", "/api/v1/nodes", "spec.unschedulable%3Dfalse", 1},
      {"a namespace by phase", "/api/v1/namespaces", "status.phase%3DActive,metadata.name%3Dd", 1},
      {"a secret by type", "/api/v1/namespaces/d/secrets", "type%3Dx/y", 1},
      {"a service by address", "/api/v1/namespaces/d/services", "spec.clusterIP%3DNone", 1},
      {"a service by type", "/api/v1/namespaces/d/services", "spec.type%3DClusterIP", 1},
      {"an event by what it is about", kEvents, "involvedObject.name%3Dp,involvedObject.kind%3DPod", 1},
      {"an event by source", kEvents, "source%3Dc", 1},
      {"an event by reason and type", kEvents, "reason%3DR,type%3DNormal", 1},
      {"a ReplicaSet without replicas", "/apis/apps/v1/namespaces/d/replicasets", "status.replicas%3D0", 1},
  };
  for (const FieldCase& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer list = Get(std::string(c.path) + "?fieldSelector=" + c.selector);
    ASSERT_EQ(list.code, 200) << list.text;
    EXPECT_EQ(Find(list.json, "items")->Size(), c.found);
  }
  EXPECT_EQ(Get(std::string(kPods) + "?fieldSelector=spec.color%3Dred").Text({"message"}),
            "field label not supported: spec.color");
  EXPECT_EQ(Get(std::string(kMaps) + "?fieldSelector=data.k%3Dv").Text({"message"}),
            R"("data.k" is not a known field selector: only "metadata.name", "metadata.namespace")");
}

TEST_F(ListTest, APostedKindNamesTheFieldsThatSelect) {
  const char* crd =
      R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"shirts.x.y"},)"
      R"("spec":{"group":"x.y","scope":"Namespaced","names":{"plural":"shirts","kind":"Shirt"},"versions":[{"name":"v1",)"
      R"("served":true,"storage":true,"selectableFields":[{"jsonPath":".spec.color"}],"schema":{"openAPIV3Schema":)"
      R"({"type":"object","properties":{"spec":{"type":"object","properties":{"color":{"type":"string"}}}}}}}]}})";
  ASSERT_EQ(Post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd).code, 201);
  const std::string path = "/apis/x.y/v1/namespaces/d/shirts";
  ASSERT_EQ(Post(path, R"({"apiVersion":"x.y/v1","kind":"Shirt","metadata":{"name":"a"},"spec":{"color":"red"}})").code,
            201);
  ASSERT_EQ(Post(path, R"({"apiVersion":"x.y/v1","kind":"Shirt","metadata":{"name":"b"}})").code, 201);
  EXPECT_EQ(Items(Get(path + "?fieldSelector=spec.color%3Dred")), "a ");
  EXPECT_EQ(Items(Get(path + "?fieldSelector=spec.color!%3Dred")), "b ");
  EXPECT_EQ(Get(path + "?fieldSelector=spec.size%3DL").Text({"message"}), "field label not supported: spec.size");
}

TEST_F(ListTest, SelectorsOf100KilobytesAreAnsweredQuickly) {
  for (int i = 0; i < 50; ++i) Add("m" + std::to_string(i));
  std::string selector = "app+in+(x";
  while (selector.size() < 100'000) selector += ",v" + std::to_string(selector.size());
  EXPECT_EQ(Find(Get(std::string(kMaps) + "?labelSelector=" + selector + ")").json, "items")->Size(), 50u);
  EXPECT_EQ(Get(std::string(kMaps) + "?labelSelector=" + std::string(100'000, 'a')).code, 400);
  EXPECT_EQ(Get(std::string(kMaps) + "?fieldSelector=" + std::string(100'000, 'a') + "%3Db").code, 400);
}

TEST(ContinueTokenTest, HoldsWhatItWasMadeOf) {
  const store::GroupResource pods{"", "pods"};
  for (const Continue& at : {Continue{7, {"d", "a"}}, Continue{std::nullopt, {"", "x"}}, Continue{1, {"", ""}}}) {
    const std::string token = EncodeContinue(pods, at);
    EXPECT_EQ(token.find_first_of("+/=%"), std::string::npos) << token;
    const Result<Continue> back = DecodeContinue(pods, token);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->revision, at.revision);
    EXPECT_EQ(back->after, at.after);
  }
}

}  // namespace
}  // namespace croft::server
