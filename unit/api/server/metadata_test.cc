#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

constexpr const char* kMaps = "/api/v1/namespaces/d/configmaps";
constexpr const char* kLeases = "/apis/coordination.k8s.io/v1/namespaces/d/leases";

class MetadataTest : public ApiTest {
 protected:
  Answer Add(const std::string& name, const std::string& more = "") {
    return Post(kMaps, R"({"metadata":{"name":")" + name + "\"" + more + "}}");
  }
  Answer Merge(const std::string& name, const std::string& metadata) {
    return Patch(std::string(kMaps) + "/" + name, "merge-patch+json", R"({"metadata":)" + metadata + "}");
  }
};

struct Case {
  const char* name;
  const char* metadata;  // what is added to it
  int code;
  const char* says;
};

TEST_F(MetadataTest, OwnersAndFinalizersAreChecked) {
  const std::string owner = R"("apiVersion":"apps/v1","kind":"ReplicaSet","uid":"u")";
  const std::string two = R"(,"ownerReferences":[{)" + owner + R"(,"name":"a","controller":true},{)" + owner +
                          R"(,"name":"b","controller":true}])";
  const Case cases[] = {
      {"an owner without name", R"(,"ownerReferences":[{"apiVersion":"v1","kind":"Pod","uid":"u"}])", 422,
       "metadata.ownerReferences.name: Invalid value: \"\": name must not be empty"},
      {"an owner without version", R"(,"ownerReferences":[{"kind":"Pod","name":"p","uid":"u"}])", 422,
       "metadata.ownerReferences.apiVersion: Invalid value: \"\": version must not be empty"},
      {"an Event as owner", R"(,"ownerReferences":[{"apiVersion":"v1","kind":"Event","name":"p","uid":"u"}])", 422,
       "is disallowed from being an owner"},
      {"two controllers", two.c_str(), 422,
       "Only one reference can have Controller set to true. Found \"true\" in references for ReplicaSet/a and "
       "ReplicaSet/b"},
      {"a controller that is text",
       R"(,"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u","controller":"yes"}])", 400,
       "controller: must be true or false"},
      {"a blockOwnerDeletion that is a number",
       R"(,"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u","blockOwnerDeletion":1}])", 400,
       "blockOwnerDeletion: must be true or false"},
      {"owners that are no list", R"(,"ownerReferences":{})", 400, "metadata.ownerReferences"},
      {"a finalizer with a space", R"(,"finalizers":["a b"])", 422, "metadata.finalizers: Invalid value: \"a b\""},
      {"a finalizer with two slashes", R"(,"finalizers":["a/b/c"])", 422, "metadata.finalizers"},
      {"two ways to treat dependents", R"(,"finalizers":["orphan","foregroundDeletion"])", 422, "cannot be both set"},
      {"an owner that blocks",
       R"(,"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u",)"
       R"("controller":true,"blockOwnerDeletion":true}])",
       201, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = Add("a", c.metadata);
    EXPECT_EQ(answer.code, c.code) << answer.text;
    EXPECT_NE(answer.Text({"message"}).find(c.says), std::string::npos) << answer.text;
  }
}

TEST_F(MetadataTest, WhatIdentifiesAnObjectNeverChanges) {
  const Answer made = Add("a");
  const std::string uid = made.Text({"metadata", "uid"});
  EXPECT_EQ(Put(std::string(kMaps) + "/a", R"({"metadata":{"name":"a","uid":"other"}})").code, 409);
  EXPECT_EQ(Put(std::string(kMaps) + "/a", R"({"metadata":{"name":"b"}})").code, 400);
  EXPECT_EQ(Put(std::string(kMaps) + "/a", R"({"metadata":{"name":"a","namespace":"default"}})").code, 400);
  const Answer renamed = Merge("a", R"({"name":"b"})");
  EXPECT_EQ(renamed.code, 422);
  EXPECT_NE(renamed.Text({"message"}).find("metadata.name: Invalid value: \"b\": field is immutable"),
            std::string::npos)
      << renamed.text;
  EXPECT_NE(Merge("a", R"({"uid":"other"})").Text({"message"}).find("metadata.uid: Invalid value: \"other\""),
            std::string::npos);
  EXPECT_EQ(Merge("a", R"({"deletionTimestamp":"2026-01-01T00:00:00Z"})").code, 422);
  EXPECT_EQ(Merge("a", R"({"deletionGracePeriodSeconds":5})").code, 422);
  // What a client can't know of is left as it is.
  const Answer same = Merge("a", R"({"creationTimestamp":null,"selfLink":"/x","generation":9})");
  EXPECT_EQ(same.code, 200) << same.text;
  EXPECT_EQ(same.Text({"metadata", "uid"}), uid);
  EXPECT_EQ(same.Text({"metadata", "creationTimestamp"}), made.Text({"metadata", "creationTimestamp"}));
  EXPECT_EQ(Find(same.json, {"metadata", "selfLink"}), nullptr);
}

TEST_F(MetadataTest, ADeletedObjectKeepsItsTimeOfDeletion) {
  Add("a", R"(,"finalizers":["x.y/z"])");
  Delete(std::string(kMaps) + "/a");
  const Answer now = Get(std::string(kMaps) + "/a");
  EXPECT_EQ(Put(std::string(kMaps) + "/a", now.text).code, 200);
  EXPECT_EQ(Merge("a", R"({"deletionTimestamp":null,"deletionGracePeriodSeconds":null,"labels":{"x":"y"}})").code, 200);
  const Answer then = Get(std::string(kMaps) + "/a");
  EXPECT_EQ(then.Text({"metadata", "deletionTimestamp"}), now.Text({"metadata", "deletionTimestamp"}));
  EXPECT_EQ(Merge("a", R"({"deletionTimestamp":"2030-01-01T00:00:00Z"})").code, 422);
  // The same moment in other words is no change, and is not stored.
  const std::string seconds = now.Text({"metadata", "deletionTimestamp"}).substr(0, 19);
  for (const char* end : {".000000Z", "+00:00"}) {
    const Answer again = Merge("a", R"({"deletionTimestamp":")" + seconds + end + R"("})");
    EXPECT_EQ(again.code, 200) << again.text;
    EXPECT_EQ(again.Text({"metadata", "deletionTimestamp"}), seconds + "Z");
  }
  EXPECT_EQ(Merge("a", R"({"deletionTimestamp":")" + seconds + R"(.000001Z"})").code, 422);
}

// Gives the same name to all that ask for one.
class OneNumber final : public Random {
 public:
  uint64_t Next() override { return 4; }
};

TEST_F(MetadataTest, ANameThatChanceRepeatsIsSaidToBeWorthAnotherTry) {
  OneNumber one;
  StartServer(clock_, one);
  const std::string body = R"({"metadata":{"generateName":"x-"}})";
  ASSERT_EQ(Post(kMaps, body).code, 201);
  for (const char* query : {"", "?dryRun=All"}) {
    const Answer again = Post(std::string(kMaps) + query, body);
    EXPECT_EQ(again.code, 409);
    EXPECT_EQ(again.Text({"reason"}), "AlreadyExists");
    EXPECT_NE(again.Text({"message"}).find("was not able to generate a unique name"), std::string::npos) << again.text;
    EXPECT_EQ(FindInt(again.json, {"details", "retryAfterSeconds"}), 1);
  }
  EXPECT_EQ(Post(kMaps, R"({"metadata":{"name":"y"}})").code, 201);
  EXPECT_EQ(Post(kMaps, R"({"metadata":{"name":"y"}})").Text({"message"}), "configmaps \"y\" already exists");
}

// Makes each object the same as the one before it, `repeats` times.
class Repeating final : public Random {
 public:
  void Repeat(int repeats) { left_ = repeats * kPerObject; }
  uint64_t Next() override { return left_-- > 0 ? 4 : static_cast<uint64_t>(-left_); }

 private:
  static constexpr int kPerObject = 2 + 5;  // for a uid and a name
  int left_ = 0;
};

TEST_F(MetadataTest, ANameThatIsTakenIsGivenUpForAnother) {
  const std::string body = R"({"metadata":{"generateName":"x-"}})";
  for (const char* query : {"?dryRun=All", ""}) {
    Repeating random;
    StartServer(clock_, random);
    random.Repeat(1 + 7);  // one that gets its name, and seven that find it taken
    const std::string taken = Post(std::string(kMaps), body).Text({"metadata", "name"});
    const Answer made = Post(std::string(kMaps) + query, body);
    EXPECT_EQ(made.code, 201) << made.text;
    EXPECT_NE(made.Text({"metadata", "name"}), taken);
    EXPECT_EQ(Delete(std::string(kMaps) + "/" + taken).code, 200);
  }
}

TEST_F(MetadataTest, ALongPrefixLeavesRoomForItsSuffix) {
  const Answer made = Post(kMaps, R"({"metadata":{"generateName":")" + std::string(80, 'a') + "\"}}");
  EXPECT_EQ(made.Text({"metadata", "name"}).size(), 63u) << made.text;
}

TEST_F(MetadataTest, APutMakesOnlyWhatMayBeMadeSo) {
  const std::string lease = R"({"metadata":{"name":"l","resourceVersion":"7"},"spec":{"holderIdentity":"me"}})";
  EXPECT_EQ(Put(std::string(kMaps) + "/none", R"({"metadata":{"name":"none"}})").code, 404);
  EXPECT_EQ(Put(std::string(kLeases) + "/l?dryRun=All", lease).code, 201);
  EXPECT_EQ(Get(std::string(kLeases) + "/l").code, 404);
  EXPECT_EQ(Put(std::string(kLeases) + "/m", lease).code, 400) << "another name";
  EXPECT_EQ(Put(std::string(kLeases) + "/l", R"({"metadata":{"name":"l","uid":"u"}})").code, 409) << "a certain one";
  const Answer made = Put(std::string(kLeases) + "/l", lease);
  EXPECT_EQ(made.code, 201) << made.text;
  const Answer updated = Put(std::string(kLeases) + "/l", made.text);
  EXPECT_EQ(updated.code, 200);
  EXPECT_EQ(updated.Text({"metadata", "uid"}), made.Text({"metadata", "uid"}));
  EXPECT_EQ(Put("/api/v1/namespaces/d/endpoints/e", R"({"metadata":{"name":"e"}})").code, 201);
}

TEST_F(MetadataTest, SomeKindsAreReplacedOnlyInAStateThatTheWriterHasSeen) {
  const std::string in_d = "/namespaces/d/";
  const struct {
    bool needs_revision;
    std::string collection;
    std::string more;  // beside metadata
  } cases[] = {
      {true, "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", ""},
      {true, "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", ""},
      {true, "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
       R"(,"spec":{"policyName":"p","validationActions":["Deny"]})"},
      {true, "/apis/cert-manager.io/v1" + in_d + "issuers", R"(,"spec":{"selfSigned":{}})"},
      {true, "/apis/coordination.k8s.io/v1" + in_d + "leases", R"(,"spec":{"holderIdentity":"me"})"},
      {true, "/apis/node.k8s.io/v1/runtimeclasses", R"(,"handler":"h")"},
      {true, "/apis/policy/v1" + in_d + "poddisruptionbudgets", R"(,"spec":{"minAvailable":1})"},
      {true, "/apis/storage.k8s.io/v1/csidrivers", R"(,"spec":{})"},
      {true, "/apis/storage.k8s.io/v1/csinodes", R"(,"spec":{"drivers":[]})"},
      {true, "/apis/storage.k8s.io/v1" + in_d + "csistoragecapacities", R"(,"storageClassName":"a")"},
      {true, "/apis/storage.k8s.io/v1/volumeattachments",
       R"(,"spec":{"attacher":"a.b","nodeName":"n","source":{"persistentVolumeName":"v"}})"},
      {false, kMaps, R"(,"data":{"k":"v"})"},
      {false, "/api/v1" + in_d + "endpoints", ""},
      {false, "/apis/discovery.k8s.io/v1" + in_d + "endpointslices", R"(,"addressType":"IPv4","endpoints":[])"},
      {false, "/apis/networking.k8s.io/v1" + in_d + "networkpolicies", R"(,"spec":{"podSelector":{}})"},
      {false, "/apis/rbac.authorization.k8s.io/v1" + in_d + "roles", R"(,"rules":[])"},
      {false, "/apis/scheduling.k8s.io/v1/priorityclasses", R"(,"value":5)"},
      {false, "/apis/storage.k8s.io/v1/storageclasses", R"(,"provisioner":"a.b/c")"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.collection);
    const Answer made = Post(c.collection, R"({"metadata":{"name":"a"})" + c.more + "}");
    ASSERT_EQ(made.code, 201) << made.text;
    const std::string one = c.collection + "/a";
    const Answer blind = Put(one, R"({"metadata":{"name":"a"})" + c.more + "}");
    EXPECT_EQ(blind.code, c.needs_revision ? 422 : 200) << blind.text;
    if (c.needs_revision) {
      EXPECT_EQ(Causes(blind), "metadata.resourceVersion:FieldValueInvalid");
      const std::string plural = c.collection.substr(c.collection.rfind('/') + 1);
      const std::string group = c.collection.substr(6, c.collection.find('/', 6) - 6);
      EXPECT_EQ(blind.Text({"message"}),
                plural + "." + group +
                    " \"a\" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update");
      EXPECT_EQ(blind.Text({"details", "kind"}), plural);
    }
    EXPECT_EQ(Put(one, Get(one).text).code, 200);
    EXPECT_EQ(Patch(one, "merge-patch+json", R"({"metadata":{"labels":{"x":"y"}}})").code, 200) << "a patch sees it";
  }
}

TEST_F(MetadataTest, AFinalizerNamesItsDomain) {
  ASSERT_EQ(Post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                 R"({"metadata":{"name":"boats.lake.example"},"spec":{"group":"lake.example","scope":"Namespaced",)"
                 R"("names":{"plural":"boats","kind":"Boat"},"versions":[{"name":"v1","served":true,"storage":true,)"
                 R"("schema":{"openAPIV3Schema":{"type":"object"}}}]}})")
                .code,
            201);
  const std::string boats = "/apis/lake.example/v1/namespaces/d/boats";
  const char* const kWarning =
      "299 - \"metadata.finalizers: \\\"abc\\\": prefer a domain-qualified finalizer name including a path (/) to "
      "avoid "
      "accidental conflicts with other finalizer writers\"";
  const struct {
    const char* name;
    std::string collection;
    const char* finalizers;
    const char* causes;
    const char* warning;
  } cases[] = {
      {"without a path", kMaps, R"(["a.b/c","abc"])", "metadata.finalizers[1]:FieldValueInvalid", ""},
      {"with one", kMaps, R"(["a.b/c"])", "", ""},
      {"those of Kubernetes itself", kMaps, R"(["orphan","kubernetes"])", "", ""},
      {"of a posted kind", boats, R"(["abc"])", "", kWarning},
      {"of a kind that is posted elsewhere", "/apis/croft.lab/v1/namespaces/d/services", R"(["abc"])", "", kWarning},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string type = c.collection == boats ? R"("apiVersion":"lake.example/v1","kind":"Boat",)" : "";
    const std::string body =
        "{" + type + R"("metadata":{"name":"f","finalizers":)" + c.finalizers + R"(},"spec":{"image":"i"}})";
    const Answer made = Post(c.collection + "?dryRun=All&fieldValidation=Ignore", body);
    EXPECT_EQ(made.code, *c.causes == '\0' ? 201 : 422) << made.text;
    EXPECT_EQ(Causes(made), c.causes);
    EXPECT_EQ(made.headers.Get("Warning"), c.warning);
  }
  // What is there is not told again.
  ASSERT_EQ(Post(boats, R"({"apiVersion":"lake.example/v1","kind":"Boat","metadata":{"name":"b"}})").code, 201);
  const auto finalize = [&](const char* patch) { return Patch(boats + "/b", "merge-patch+json", patch); };
  EXPECT_EQ(finalize(R"({"metadata":{"finalizers":["abc"]}})").headers.Get("Warning"), kWarning);
  EXPECT_FALSE(finalize(R"({"metadata":{"finalizers":["abc","d.e/f"]}})").headers.Has("Warning"));
  ASSERT_EQ(Delete(boats + "/b").code, 200);
  const Answer late = finalize(R"({"metadata":{"finalizers":["abc","d.e/f","d.e/h","d.e/g"]}})");
  EXPECT_TRUE(late.Text({"message"})
                  .ends_with("metadata.finalizers: Forbidden: no new finalizers can be added if the object is being "
                             "deleted, found new finalizers []string{\"d.e/g\", \"d.e/h\"}"))
      << late.text;
}

TEST_F(MetadataTest, EqualOwnersAreMergedWithAWarning) {
  const auto owner = [](const char* uid, const char* more = "") {
    return R"({"apiVersion":"v1","kind":"Node","name":"n","uid":")" + std::string(uid) + "\"" + more + "}";
  };
  const auto body = [&](const std::string& owners) {
    return R"({"metadata":{"name":"o","ownerReferences":[)" + owners + "]}}";
  };
  const Answer made =
      Post(kMaps, body(owner("u") + "," + owner("v") + "," + owner("u") + "," + owner("u", R"(,"controller":true)")));
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(Find(made.json, {"metadata", "ownerReferences"})->Size(), 3u) << made.text;
  const std::string warning(made.headers.Get("Warning"));
  EXPECT_TRUE(warning.ends_with("duplicate UID(s) observed: u\"")) << warning;
  const Answer put = Put(std::string(kMaps) + "/o", body(owner("v") + "," + owner("v")));
  EXPECT_EQ(Find(put.json, {"metadata", "ownerReferences"})->Size(), 1u) << put.text;
  EXPECT_TRUE(put.headers.Has("Warning"));
  EXPECT_FALSE(Put(std::string(kMaps) + "/o", body(owner("v"))).headers.Has("Warning"));
}

TEST_F(MetadataTest, WhatIsTooLongIsToldWithItsBound) {
  const std::string big(1024 * 1024 + 1, 'x');
  EXPECT_TRUE(Post(kMaps, R"({"metadata":{"name":"b"},"data":{"k":")" + big + "\"}}")
                  .Text({"message"})
                  .ends_with("Too long: may not be more than 1048576 bytes"));
  EXPECT_TRUE(Post(kMaps, R"({"metadata":{"name":"b","annotations":{"k":")" + big + "\"}}}")
                  .Text({"message"})
                  .ends_with("metadata.annotations: Too long: may not be more than 262144 bytes"));
  EXPECT_TRUE(Post("/api/v1/namespaces/d/secrets", R"({"metadata":{"name":"b"},"stringData":{"k":")" + big + "\"}}")
                  .Text({"message"})
                  .ends_with("data: Too long: may not be more than 1048576 bytes"));
}

TEST_F(MetadataTest, ALeaseMaySayAnyTimes) {
  EXPECT_EQ(Post(kLeases, R"({"metadata":{"name":"l"},"spec":{"acquireTime":"2026-01-01T00:00:05.000000Z",)"
                          R"("renewTime":"2026-01-01T00:00:01.000000Z"}})")
                .code,
            201);
}

TEST_F(MetadataTest, ScalesAreRead) {
  const std::string path = "/apis/apps/v1/namespaces/d/deployments";
  Post(path, R"({"metadata":{"name":"a"},"spec":{"replicas":3,"selector":{"matchLabels":{"a":"b"},"matchExpressions":)"
             R"([{"key":"t","operator":"In","values":["y","x"]}]},"template":{"metadata":{"labels":{"a":"b","t":"x"}},)"
             R"("spec":{"containers":[{"name":"c","image":"i"}]}}}})");
  const Answer scale = Get(path + "/a/scale");
  EXPECT_EQ(scale.Text({"status", "selector"}), "a=b,t in (x,y)");
  const auto put = [&](const std::string& spec, const std::string& metadata = R"({"name":"a"})") {
    return Put(path + "/a/scale", R"({"metadata":)" + metadata + R"(,"spec":)" + spec + "}");
  };
  EXPECT_EQ(Put(path + "/a/scale", R"({"kind":"Deployment","apiVersion":"apps/v1","spec":{"replicas":2}})").code, 400);
  EXPECT_EQ(put(R"({"replicas":-1})").code, 422);
  EXPECT_EQ(put(R"({"replicas":"2"})").code, 400);
  EXPECT_EQ(put(R"({"replicas":3000000000})").code, 400);
  EXPECT_EQ(put(R"({"replicas":2})", R"({"name":"a","resourceVersion":"1"})").code, 409);
  EXPECT_EQ(put(R"({"replicas":2})", R"({"name":"a","resourceVersion":"999999"})").code, 409);
  EXPECT_EQ(FindInt(Get(path + "/a").json, {"metadata", "generation"}), 1);
  EXPECT_EQ(put(R"({"replicas":2})", WriteJson(*Find(scale.json, "metadata"))).code, 200);
  EXPECT_EQ(FindInt(Get(path + "/a").json, {"metadata", "generation"}), 2);
  EXPECT_EQ(put("{}").code, 200);
  EXPECT_EQ(FindInt(Get(path + "/a").json, {"spec", "replicas"}, -1), 0) << "a Scale that says nothing asks for none";
  EXPECT_EQ(Patch(path + "/a/scale", "json-patch+json", R"([{"op":"replace","path":"/spec/replicas","value":5}])").code,
            200);
  EXPECT_EQ(FindInt(Get(path + "/a/scale").json, {"spec", "replicas"}), 5);
}

}  // namespace
}  // namespace croft::server
