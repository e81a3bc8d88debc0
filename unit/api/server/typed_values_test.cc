#include "unit/api/server/api_fixture.h"

// What is stored of Kubernetes' own kinds is what its typed structs would write again, however it was spelled.
namespace croft::server {
namespace {

constexpr const char* kMaps = "/api/v1/namespaces/d/configmaps";
constexpr const char* kPods = "/api/v1/namespaces/d/pods";
constexpr const char* kLeases = "/apis/coordination.k8s.io/v1/namespaces/d/leases";
constexpr const char* kBoxes = "/apis/x.y/v1/namespaces/d/boxes";

std::string Deployment(const std::string& limits, int replicas = 1) {
  return R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"replicas":)" +
         std::to_string(replicas) +
         R"(,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":)"
         R"([{"name":"c","image":"i","resources":{"limits":)" +
         limits + "}}]}}}}";
}

class TypedValuesTest : public ApiTest {
 protected:
  void ServeBoxes() {
    const Answer crd = Post(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"boxes.x.y"},)"
        R"("spec":{"group":"x.y","scope":"Namespaced","names":{"plural":"boxes","kind":"Box"},"versions":[{"name":)"
        R"("v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",)"
        R"("x-kubernetes-preserve-unknown-fields":true}}}]}})");
    ASSERT_EQ(crd.code, 201) << crd.text;
  }
};

TEST_F(TypedValuesTest, QuantitiesComeBackInTheirCanonicalForm) {
  const Answer made = Post(
      kPods,
      R"({"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":1,)"
      R"("memory":"0.5Gi"},"requests":{"cpu":0.5}}}],"volumes":[{"name":"v","emptyDir":{"sizeLimit":"1.5Gi"}}]}})");
  ASSERT_EQ(made.code, 201) << made.text;
  const Json& container = (*Find(made.json, {"spec", "containers"}))[0];
  EXPECT_EQ(WriteJson(*Find(container, {"resources", "limits"})), R"({"cpu":"1","memory":"512Mi"})");
  // What is left open is taken from the limits, in their form.
  EXPECT_EQ(FindString(container, {"resources", "requests", "cpu"}), "500m");
  EXPECT_EQ(FindString(container, {"resources", "requests", "memory"}), "512Mi");
  EXPECT_EQ(FindString((*Find(made.json, {"spec", "volumes"}))[0], {"emptyDir", "sizeLimit"}), "1536Mi");
  const Answer refused = Post(kPods, R"({"metadata":{"name":"b"},"spec":{"containers":[{"name":"c","image":"i",)"
                                     R"("resources":{"limits":{"cpu":"1x"}}}]}})");
  EXPECT_EQ(refused.code, 400) << refused.text;
}

TEST_F(TypedValuesTest, AnotherSpellingIsNoChange) {
  const char* path = "/apis/apps/v1/namespaces/d/deployments/a";
  const auto apply = [&](const char* manager, const std::string& config) {
    return Patch(std::string(path) + "?fieldManager=" + manager, "apply-patch+yaml", config);
  };
  const Answer made = apply("me", Deployment(R"({"cpu":"1"})"));
  ASSERT_EQ(made.code, 201) << made.text;
  const std::string revision = made.Text({"metadata", "resourceVersion"});
  for (const char* cpu : {R"({"cpu":1})", R"({"cpu":"1000m"})", R"({"cpu":1.0})"}) {
    EXPECT_EQ(apply("me", Deployment(cpu)).Text({"metadata", "resourceVersion"}), revision) << cpu;
    const Answer replaced = Put(path, Deployment(cpu));
    EXPECT_EQ(replaced.Text({"metadata", "resourceVersion"}), revision) << cpu << replaced.text;
  }
  EXPECT_EQ(apply("you", Deployment(R"({"cpu":"1000m"})")).code, 200) << "no conflict between spellings";
  EXPECT_EQ(apply("you", Deployment(R"({"cpu":"1001m"})")).code, 409);
  EXPECT_EQ(FindInt(Get(path).json, {"metadata", "generation"}), 1);
}

TEST_F(TypedValuesTest, NullInMapsAndListsOfTextsIsEmpty) {
  const Answer map = Post(
      kMaps, R"({"metadata":{"name":"a","labels":{"l":null},"annotations":{"n":null}},"data":{"a":null,"b":"c"}})");
  ASSERT_EQ(map.code, 201) << map.text;
  EXPECT_EQ(WriteJson(*Find(map.json, "data")), R"({"a":"","b":"c"})");
  EXPECT_EQ(WriteJson(*Find(map.json, {"metadata", "labels"})), R"({"l":""})");
  EXPECT_EQ(WriteJson(*Find(map.json, {"metadata", "annotations"})), R"({"n":""})");
  const Answer pod = Post(kPods, R"({"metadata":{"name":"a"},"spec":{"nodeSelector":{"s":null},"nodeName":null,)"
                                 R"("containers":[{"name":"c","image":"i","args":["x",null]}]}})");
  ASSERT_EQ(pod.code, 201) << pod.text;
  EXPECT_EQ(WriteJson(*Find(pod.json, {"spec", "nodeSelector"})), R"({"s":""})");
  EXPECT_EQ(Find(pod.json, {"spec", "nodeName"}), nullptr);
  EXPECT_EQ(WriteJson(*Find((*Find(pod.json, {"spec", "containers"}))[0], "args")), R"(["x",""])");
  const Answer patched =
      Patch(std::string(kMaps) + "/a", "json-patch+json", R"([{"op":"add","path":"/data/b","value":null}])");
  EXPECT_EQ(patched.Text({"data", "b"}), "") << patched.text;
  const Answer applied = Patch(std::string(kMaps) + "/b?fieldManager=me", "apply-patch+yaml",
                               "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\ndata:\n  a: null\n");
  ASSERT_EQ(applied.code, 201) << applied.text;
  EXPECT_EQ(WriteJson(*Find(applied.json, "data")), R"({"a":""})");
}

TEST_F(TypedValuesTest, TimesAreReadAndWrittenAsTheirTypesDo) {
  const auto lease = [](const char* name, const char* time) {
    return R"({"metadata":{"name":")" + std::string(name) + R"("},"spec":{"renewTime":)" + time + "}}";
  };
  EXPECT_EQ(Post(kLeases, lease("a", R"("2026-01-01T02:00:00.000001+02:00")")).Text({"spec", "renewTime"}),
            "2026-01-01T00:00:00.000001Z");
  EXPECT_EQ(Post(kLeases, lease("b", "null")).code, 201);
  const Answer refused = Post(kLeases, lease("c", R"("2026-01-01T02:00:00Z")"));
  EXPECT_EQ(refused.code, 400);
  EXPECT_EQ(refused.Text({"message"}),
            "Lease in version \"v1\" cannot be handled as a Lease: parsing time \"2026-01-01T02:00:00Z\" as "
            "\"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"Z\" as \".000000\"");
  const Answer pod = Post(kPods, R"({"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  ASSERT_EQ(pod.code, 201) << pod.text;
  const Answer status = Patch(std::string(kPods) + "/a/status", "merge-patch+json",
                              R"({"status":{"startTime":"2026-01-01T02:00:00.75+02:00"}})");
  EXPECT_EQ(status.Text({"status", "startTime"}), "2026-01-01T00:00:00Z") << status.text;
}

TEST_F(TypedValuesTest, MetadataIsTypedWhateverTheKind) {
  ServeBoxes();
  const auto body = [](const char* metadata) {
    return R"({"apiVersion":"x.y/v1","kind":"Box","metadata":{"name":"a",)" + std::string(metadata) + "}}";
  };
  for (const char* path : {kMaps, kBoxes}) {
    std::string text = body(R"("creationTimestamp":"notatime")");
    if (path == kMaps) text = R"({"metadata":{"name":"a","creationTimestamp":"notatime"}})";
    const Answer refused = Post(path, text);
    EXPECT_EQ(refused.code, 400) << path;
    EXPECT_NE(refused.Text({"message"}).find("cannot parse \"notatime\" as \"2006\""), std::string::npos)
        << refused.text;
  }
  const Answer made = Post(kBoxes, body(R"("labels":{"l":null},"finalizers":["x/y"]},"spec":{"q":"1000m","l":[null])"));
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(WriteJson(*Find(made.json, {"metadata", "labels"})), R"({"l":""})");
  EXPECT_EQ(WriteJson(*Find(made.json, "spec")), R"({"q":"1000m","l":[null]})") << "the rest stays as it is written";
  // A time in other words than it was read, as the Java client writes each.
  ASSERT_EQ(Delete(std::string(kBoxes) + "/a").code, 200);
  const Answer gone = Get(std::string(kBoxes) + "/a");
  std::string fine = gone.Text({"metadata", "deletionTimestamp"});
  ASSERT_FALSE(fine.empty());
  fine.replace(fine.size() - 1, 1, ".000000Z");
  const Answer same = Patch(std::string(kBoxes) + "/a", "merge-patch+json",
                            R"({"metadata":{"deletionTimestamp":")" + fine + R"("},"spec":{"q":"2"}})");
  EXPECT_EQ(same.code, 200) << same.text;
}

TEST_F(TypedValuesTest, WholeNumbersOfPostedKindsHaveNoFraction) {
  ServeBoxes();
  const Answer made = Post(kBoxes, R"({"apiVersion":"x.y/v1","kind":"Box","metadata":{"name":"a"},"n":[1.0,1e3,0.5]})");
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_NE(made.text.find(R"("n":[1,1000,0.5])"), std::string::npos) << made.text;
}

TEST_F(TypedValuesTest, YamlQuotesWhatOthersReadAsATime) {
  ASSERT_EQ(Post(kMaps, R"({"metadata":{"name":"a"},"data":{"day":"2026-01-31"}})").code, 201);
  const Answer yaml = Call("GET", std::string(kMaps) + "/a", {}, {{"Accept", "application/yaml"}});
  EXPECT_NE(yaml.text.find("\n  day: \"2026-01-31\"\n"), std::string::npos) << yaml.text;
  EXPECT_NE(yaml.text.find("\n  creationTimestamp: \"20"), std::string::npos) << yaml.text;
}

}  // namespace
}  // namespace croft::server
