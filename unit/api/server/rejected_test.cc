#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

constexpr const char* kMaps = "/api/v1/namespaces/d/configmaps";
constexpr const char* kDeployments = "/apis/apps/v1/namespaces/d/deployments";
constexpr const char* kServices = "/api/v1/namespaces/d/services";
constexpr const char* kPods = "/api/v1/namespaces/d/pods";

class RejectedTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    ASSERT_EQ(Post(kMaps, R"({"metadata":{"name":"a"},"data":{"k":"v"}})").code, 201);
    ASSERT_EQ(Post(kDeployments,
                   R"({"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":)"
                   R"({"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})")
                  .code,
              201);
    ASSERT_EQ(Post(kServices, R"({"metadata":{"name":"a"},"spec":{"type":"NodePort","ports":[{"port":80}]}})").code,
              201);
    ASSERT_EQ(
        Post(kPods, R"({"metadata":{"name":"a"},"spec":{"nodeName":"n1","containers":[{"name":"a","image":"i"}]}})")
            .code,
        201);
  }

  // Every byte that is stored, and the revision.
  std::string Everything() const {
    std::string all = std::to_string(store_->Revision()) + "\n";
    for (const DefinitionPtr& kind : api_->service().catalog().view()->definitions()) {
      for (const ObjectPtr& object : store_->List({kind->group, kind->plural}, "").items) {
        all += kind->group + "/" + kind->plural + " " + object->bytes() + "\n";
      }
    }
    return all;
  }
};

TEST_F(RejectedTest, LeaveTheStoreAsItWas) {
  struct Case {
    const char* name;
    const char* method;
    std::string path;
    const char* type;
    std::string body;
    int code;
  };
  const std::string map = std::string(kMaps) + "/a";
  const std::string deployment = std::string(kDeployments) + "/a";
  const std::string service = std::string(kServices) + "/a";
  std::string many = "[";
  for (int i = 0; i <= 10'000; ++i)
    many += std::string(i == 0 ? "" : ",") + R"({"op":"test","path":"/kind","value":"x"})";
  many += "]";
  const Case cases[] = {
      {"a JSON patch whose test fails", "PATCH", map, kPatch,
       R"([{"op":"replace","path":"/data/k","value":"w"},{"op":"test","path":"/data/k","value":"v"}])", 422},
      {"a JSON patch of a path that is not there", "PATCH", map, kPatch, R"([{"op":"remove","path":"/data/none"}])",
       422},
      {"a JSON patch beyond a list's end", "PATCH", deployment, kPatch,
       R"([{"op":"add","path":"/spec/template/spec/containers/7","value":{}}])", 422},
      {"a JSON patch with an unknown operation", "PATCH", map, kPatch, R"([{"op":"burn","path":"/data"}])", 422},
      {"a JSON patch that is no list", "PATCH", map, kPatch, "{}", 400},
      {"a JSON patch of more operations than are taken", "PATCH", map, kPatch, many, 413},
      {"a JSON patch that removes the metadata", "PATCH", map, kPatch, R"([{"op":"remove","path":"/metadata"}])", 400},
      {"a merge patch that is a list", "PATCH", map, kMerge, "[]", 400},
      {"a merge patch that is malformed", "PATCH", map, kMerge, R"({"data":)", 400},
      {"a merge patch to a wrong type", "PATCH", map, kMerge, R"({"data":{"k":7}})", 422},
      {"a merge patch with an old revision", "PATCH", map, kMerge,
       R"({"metadata":{"resourceVersion":"1"},"data":{"k":"w"}})", 409},
      {"a merge patch of the future", "PATCH", map, kMerge,
       R"({"metadata":{"resourceVersion":"999999"},"data":{"k":"w"}})", 409},
      {"a merge patch of another kind", "PATCH", map, kMerge, R"({"kind":"Secret"})", 422},
      {"a merge patch of an absent object", "PATCH", std::string(kMaps) + "/none", kMerge, "{}", 404},
      {"a strategic patch without its merge key", "PATCH", deployment, kStrategic,
       R"({"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}})", 500},
      {"a strategic patch with an unknown directive", "PATCH", deployment, kStrategic,
       R"({"spec":{"template":{"$patch":"explode"}}})", 400},
      {"a patch in an unknown language", "PATCH", map, "application/sed", "s/a/b/", 415},
      {"a strict patch of an unknown field", "PATCH", map + "?fieldValidation=Strict", kMerge, R"({"dada":{}})", 422},
      {"a strict patch with a field twice", "PATCH", map + "?fieldValidation=Strict", kMerge,
       R"({"data":{"k":"w","k":"x"}})", 422},
      {"an update of the future", "PUT", map, kJson, R"({"metadata":{"name":"a","resourceVersion":"999999"}})", 409},
      {"an update from no number", "PUT", map, kJson, R"({"metadata":{"name":"a","resourceVersion":"x"}})", 400},
      {"an update of another object", "PUT", map, kJson, R"({"metadata":{"name":"a","uid":"u"}})", 409},
      {"an update without a body", "PUT", map, kJson, "", 400},
      {"an update that changes what can't be", "PUT", deployment, kJson,
       R"({"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"x":"y"}},"template":{"metadata":{"labels":)"
       R"({"x":"y"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})",
       422},
      {"a number beyond 32 bits", "PATCH", deployment, kMerge, R"({"spec":{"replicas":3000000000}})", 422},
      {"a number beyond 64 bits", "PATCH", deployment, kMerge, R"({"spec":{"replicas":99999999999999999999}})", 422},
      {"a number beyond a double", "PATCH", deployment, kMerge, R"({"spec":{"replicas":1e400}})", 400},
      {"a fraction", "PATCH", deployment, kMerge, R"({"spec":{"replicas":1.5}})", 422},
      {"a service that takes a held address", "POST", kServices, kJson,
       R"({"metadata":{"name":"kubernetes2"},"spec":{"clusterIP":"10.96.0.1","ports":[{"port":80}]}})", 422},
      {"a service with a good address and a bad port", "POST", kServices, kJson,
       R"({"metadata":{"name":"b"},"spec":{"clusterIP":"10.96.5.5","ports":[{"port":0}]}})", 422},
      {"an update of a service that fails late", "PATCH", service, kMerge,
       R"({"spec":{"ports":[{"port":80},{"port":81}]}})", 422},
      {"YAML that is no UTF-8", "POST", kMaps, kYaml, "metadata: {name: b}\ndata: {k: \"\xff\"}\n", 400},
      {"strict YAML with a key twice", "POST", std::string(kMaps) + "?fieldValidation=Strict", kYaml,
       "metadata: {name: b}\ndata:\n  k: v\n  k: w\n", 400},
      {"a dry run that is unknown", "PUT", map + "?dryRun=Yes", kJson, R"({"metadata":{"name":"a"}})", 422},
      {"a delete with a foreign uid", "DELETE", map, kJson, R"({"preconditions":{"uid":"u"}})", 409},
      {"a delete of an absent object", "DELETE", std::string(kMaps) + "/none", kJson, "", 404},
      {"a name with bytes that are no UTF-8", "DELETE", std::string(kMaps) + "/%ff", kJson, "", 404},
      {"a collection by a malformed selector", "DELETE", std::string(kMaps) + "?labelSelector=a+in+(", kJson, "", 400},
      {"a collection by a selector of 100 KB", "DELETE",
       std::string(kMaps) + "?labelSelector=" + std::string(100'000, '('), kJson, "", 400},
      {"a collection by a field that is not there", "DELETE", std::string(kMaps) + "?fieldSelector=spec.x%3D1", kJson,
       "", 400},
      {"a binding to another node", "POST", std::string(kPods) + "/a/binding", kJson, R"({"target":{"name":"n2"}})",
       409},
      {"a Scale below zero", "PUT", deployment + "/scale", kJson, R"({"metadata":{"name":"a"},"spec":{"replicas":-1}})",
       422},
      {"a Scale that is a Deployment", "PUT", deployment + "/scale", kJson, R"({"kind":"Deployment"})", 400},
      {"a status of a wrong type", "PATCH", deployment + "/status", kMerge, R"({"status":{"replicas":"many"}})", 422},
      {"a subresource that the kind lacks", "PATCH", map + "/status", kMerge, "{}", 404},
      {"a deletion time of the client's", "PATCH", map, kMerge,
       R"({"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"}})", 422},
  };
  const std::string before = Everything();
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = Call(c.method, c.path, c.body, {{"Content-Type", c.type}});
    EXPECT_EQ(answer.code, c.code) << answer.text.substr(0, 600);
    EXPECT_EQ(answer.Text({"status"}), "Failure");
    ASSERT_EQ(Everything(), before);
  }
  // The addresses that rejected services asked for are free.
  EXPECT_EQ(Post(kServices, R"({"metadata":{"name":"b"},"spec":{"clusterIP":"10.96.5.5","ports":[{"port":80}]}})").code,
            201);
}

TEST_F(RejectedTest, WhatIsWrongInManyPlacesIsSoonTold) {
  std::string containers;
  for (int i = 0; i < 30'000; ++i) containers += std::string(i == 0 ? "" : ",") + R"({"name":"c","image":"i"})";
  const Answer answer = Post(kPods, R"({"metadata":{"name":"b"},"spec":{"containers":[)" + containers + "]}}");
  EXPECT_EQ(answer.code, 422);
  EXPECT_EQ(Find(answer.json, {"details", "causes"})->Size(), 100u);
}

TEST_F(RejectedTest, OfAFieldThatStandsTwiceTheLastCountsWithAWarning) {
  struct Case {
    const char* name;
    const char* type;
    const char* body;
    const char* warning;
  };
  for (const Case& c :
       {Case{"json", kJson,
             R"({"metadata":{"name":"json"},"data":{"k":"1","k":"2","a-key-that-is-longer-than-others":"x"}})",
             "299 - \"duplicate field \\\"data.k\\\"\""},
        Case{"yaml", kYaml, "metadata: {name: yaml}\ndata:\n  k: '1'\n  a: x\n  k: '2'\n",
             "299 - \"line 5: key \\\"k\\\" already set in map\""}}) {
    SCOPED_TRACE(c.name);
    const Answer made = Call("POST", kMaps, c.body, {{"Content-Type", c.type}});
    ASSERT_EQ(made.code, 201) << made.text;
    EXPECT_EQ(made.headers.Get("Warning"), c.warning);
    const Answer read = Get(std::string(kMaps) + "/" + c.name);
    EXPECT_EQ(read.Text({"data", "k"}), "2");
    EXPECT_EQ(read.text.find("\"1\""), std::string::npos) << read.text;
    const Answer quiet =
        Call("PUT", std::string(kMaps) + "/" + c.name + "?fieldValidation=Ignore", c.body, {{"Content-Type", c.type}});
    EXPECT_EQ(quiet.code, 200);
    EXPECT_FALSE(quiet.headers.Has("Warning"));
  }
  const Answer patched = Patch(std::string(kMaps) + "/a", "merge-patch+json", R"({"data":{"k":"w","k":"x"}})");
  EXPECT_EQ(patched.Text({"data", "k"}), "x");
  EXPECT_EQ(patched.headers.Get("Warning"), "299 - \"duplicate field \\\"data.k\\\"\"");
}

TEST_F(RejectedTest, BytesThatAreNoTextAreReplaced) {
  const Answer made = Post(kMaps, "{\"metadata\":{\"name\":\"b\"},\"data\":{\"k\":\"a\xff\xc3z\"}}");
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(made.Text({"data", "k"}), "a\xEF\xBF\xBD\xEF\xBF\xBDz");
  EXPECT_EQ(Get(std::string(kMaps) + "/%ff").Text({"message"}), "configmaps \"\xEF\xBF\xBD\" not found");
}

TEST_F(RejectedTest, LargeNumbersOfFreeFormStay) {
  const char* crd =
      R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"boxes.x.y"},)"
      R"("spec":{"group":"x.y","scope":"Namespaced","names":{"plural":"boxes","kind":"Box"},"versions":[{"name":"v1",)"
      R"("served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",)"
      R"("x-kubernetes-preserve-unknown-fields":true}}}]}})";
  ASSERT_EQ(Post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd).code, 201);
  const Answer made = Post("/apis/x.y/v1/namespaces/d/boxes",
                           R"({"apiVersion":"x.y/v1","kind":"Box","metadata":{"name":"a"},"n":9223372036854775807,)"
                           R"("m":100000000000000000000})");
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(Find(made.json, "n")->GetInt64(), INT64_MAX);
  EXPECT_EQ(Find(made.json, "m")->GetDouble(), 1e20);
}

}  // namespace
}  // namespace croft::server
