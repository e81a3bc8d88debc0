#include "unit/api/server/api_fixture.h"

// How requests are refused whose bodies are no objects of the kind: code, reason and words.
namespace croft::server {
namespace {

constexpr const char* kMaps = "/api/v1/namespaces/d/configmaps";
constexpr const char* kMap = "/api/v1/namespaces/d/configmaps/a";
constexpr const char* kNone = "/api/v1/namespaces/d/configmaps/none";
constexpr const char* kEndpoints = "/api/v1/namespaces/d/endpoints/none";
constexpr const char* kBoxes = "/apis/x.y/v1/namespaces/d/boxes";

class RefusalsTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    ASSERT_EQ(Post(kMaps, R"({"metadata":{"name":"a"},"data":{"k":"v"}})").code, 201);
    uid_ = Get(kMap).Text({"metadata", "uid"});
    const Answer crd = Post(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"boxes.x.y"},)"
        R"("spec":{"group":"x.y","scope":"Namespaced","names":{"plural":"boxes","kind":"Box"},"versions":[{"name":)"
        R"("v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}})");
    ASSERT_EQ(crd.code, 201) << crd.text;
  }

  std::string uid_;
};

TEST_F(RefusalsTest, AreToldAsKubernetesDoes) {
  const std::string strict = "?fieldValidation=Strict";
  const std::string apply = std::string(kMap) + "?fieldManager=me";
  const std::string other_uid =
      "Operation cannot be fulfilled on configmaps \"a\": StorageError: invalid object, Code: 4, Key: "
      "/registry/configmaps/d/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: u, "
      "UID in object meta: " +
      uid_;
  struct Case {
    const char* name;
    const char* method;
    std::string path;
    const char* type;
    std::string body;
    int code;
    const char* reason;   // empty: none at all
    std::string message;  // begins with
  };
  const Case cases[] = {
      {"a new object with a revision", "POST", kMaps, kJson, R"({"metadata":{"name":"b","resourceVersion":"5"}})", 500,
       "", "resourceVersion should not be set on objects to be created"},
      {"a dry run of an invalid one with a revision", "POST", std::string(kMaps) + "?dryRun=All", kJson,
       R"({"metadata":{"name":"B","resourceVersion":"5"}})", 422, "Invalid", "ConfigMap \"B\" is invalid"},
      {"a configuration with an undeclared field", "PATCH", apply, kApply,
       R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"datta":{}})", 500, "",
       "failed to create typed patch object (/a; /v1, Kind=ConfigMap): .datta: field not declared in schema"},
      {"a merge patch to a wrong type", "PATCH", kMap, kMerge, R"({"data":{"k":7}})", 422, "Invalid",
       " \"\" is invalid: patch: Invalid value: \"{"},
      {"a JSON patch to a wrong type", "PATCH", kMap, kPatch, R"([{"op":"add","path":"/data","value":7}])", 422,
       "Invalid", " \"\" is invalid: patch: Invalid value: \"{"},
      {"a strategic patch to a wrong type", "PATCH", kMap, kStrategic, R"({"data":{"k":7}})", 422, "Invalid",
       " \"\" is invalid: patch: Invalid value: \"{"},
      {"a patch to labels that are none", "PATCH", kMap, kMerge, R"({"metadata":{"labels":{"a":1}}})", 422, "Invalid",
       " \"\" is invalid: patch: Invalid value: \"{"},
      {"a patch to another kind", "PATCH", kMap, kMerge, R"({"kind":"Secret"})", 422, "Invalid",
       " \"\" is invalid: patch: Invalid value: \"{"},
      {"a strict patch with an unknown field", "PATCH", kMap + strict, kMerge, R"({"dada":{}})", 422, "Invalid",
       " \"\" is invalid: patch: Invalid value: \"{"},
      {"a strict patch with a field twice", "PATCH", kMap + strict, kMerge, R"({"data":{"k":"w","k":"x"}})", 422,
       "Invalid", " \"\" is invalid: patch: Invalid value: \"{"},
      {"a strict JSON patch with an unknown member", "PATCH", kMap + strict, kPatch,
       R"([{"op":"add","path":"/data/k","value":"w","why":"x"}])", 422, "Invalid",
       " \"\" is invalid: patch: Invalid value: \"{"},
      {"a JSON patch that fails", "PATCH", kMap, kPatch, R"([{"op":"remove","path":"/data/none"}])", 422, "Invalid",
       "the server rejected our request due to an error in our request: patch operation 0: the path"},
      {"a replacement of another name where nothing is", "PUT", kNone, kJson, R"({"metadata":{"name":"b"}})", 400,
       "BadRequest", "the name of the object (b) does not match the name on the URL (none)"},
      {"a replacement without a name", "PUT", kNone, kJson, R"({"metadata":{}})", 400, "BadRequest",
       "the name of the object (none based on URL) was undeterminable: name must be provided"},
      {"a replacement of another kind where nothing is", "PUT", kNone, kJson,
       R"({"kind":"Secret","metadata":{"name":"none"}})", 400, "BadRequest",
       "Secret in version \"v1\" cannot be handled as a ConfigMap"},
      {"a replacement of another namespace", "PUT", kNone, kJson, R"({"metadata":{"name":"none","namespace":"foo"}})",
       400, "BadRequest", "the namespace of the object (foo) does not match the namespace on the request (d)"},
      {"a good replacement where nothing is", "PUT", kNone, kJson, R"({"metadata":{"name":"none"}})", 404, "NotFound",
       "configmaps \"none\" not found"},
      {"a replacement of another object", "PUT", kMap, kJson, R"({"metadata":{"name":"a","uid":"u"}})", 409, "Conflict",
       other_uid},
      {"a replacement of an object that is to be made", "PUT", kEndpoints, kJson,
       R"({"metadata":{"name":"none","uid":"u"}})", 409, "Conflict",
       "Operation cannot be fulfilled on endpoints \"none\": StorageError: invalid object, Code: 4, Key: "
       "/registry/endpoints/d/none, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: "
       "u, UID in object meta: "},
      {"a posted kind's object without kind", "POST", kBoxes, kJson,
       R"({"apiVersion":"x.y/v1","metadata":{"name":"a"}})", 400, "BadRequest", "Object 'Kind' is missing in '"},
      {"a posted kind's object without apiVersion", "POST", kBoxes, kJson, R"({"kind":"Box","metadata":{"name":"a"}})",
       400, "BadRequest", "the API version in the data () does not match the expected API version (x.y/v1)"},
      {"strict YAML with a key twice", "POST", kMaps + strict, kYaml, "metadata: {name: b}\ndata:\n  k: v\n  k: w\n",
       400, "BadRequest",
       "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: yaml: unmarshal errors:\n"
       "  line 4: key \"k\" already set in map"},
      {"a strict configuration with keys twice", "PATCH", apply + "&fieldValidation=Strict", kApply,
       "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n  k: w\n  l: x\n  l: z\n", 400,
       "BadRequest",
       "error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n"
       "  line 7: key \"k\" already set in map\n  line 9: key \"l\" already set in map"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = Call(c.method, c.path, c.body, {{"Content-Type", c.type}});
    EXPECT_EQ(answer.code, c.code) << answer.text;
    const Json* reason = Find(answer.json, "reason");
    EXPECT_EQ(reason == nullptr ? "" : AsView(*reason), c.reason);
    EXPECT_EQ(reason == nullptr, *c.reason == '\0');
    EXPECT_EQ(answer.Text({"message"}).substr(0, c.message.size()), c.message);
  }
}

TEST_F(RefusalsTest, APatchWhoseResultCanNotBeReadNamesItself) {
  const Answer typed = Patch(kMap, "merge-patch+json", R"({"data":{"k":7}})");
  EXPECT_EQ(Causes(typed), "patch:FieldValueInvalid");
  EXPECT_TRUE(typed.Text({"message"})
                  .ends_with("json: cannot unmarshal number into Go struct field ConfigMap.data of type string"))
      << typed.text;
  EXPECT_EQ(Find(typed.json, {"details", "kind"}), nullptr);
  const Answer strict = Patch(std::string(kMap) + "?fieldValidation=Strict", "merge-patch+json",
                              R"({"data":{"k":"w","k":"x"},"dada":1})");
  EXPECT_TRUE(
      strict.Text({"message"}).ends_with("strict decoding error: duplicate field \"data.k\", unknown field \"dada\""))
      << strict.text;
  const char* operations = R"([{"op":"add","op":"replace","path":"/data/k","value":"w","why":"x"}])";
  const Answer operation = Patch(std::string(kMap) + "?fieldValidation=Strict", "json-patch+json", operations);
  EXPECT_TRUE(
      operation.Text({"message"})
          .ends_with(
              "strict decoding error: json patch duplicate field \"[0].op\", json patch unknown field \"[0].why\""))
      << operation.text;
  const Answer warned = Patch(kMap, "json-patch+json", operations);
  EXPECT_EQ(warned.code, 200) << warned.text;
  EXPECT_EQ(warned.headers.Get("Warning"), "299 - \"json patch duplicate field \\\"[0].op\\\"\"");
  const Answer failed = Patch(kMap, "json-patch+json", R"([{"op":"remove","path":"/data/none"}])");
  EXPECT_EQ(WriteJson(*Find(failed.json, "details")), "{}");
}

}  // namespace
}  // namespace croft::server
