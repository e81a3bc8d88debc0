#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

struct Case {
  const char* name;  // what is wrong, as a sentence
  const char* path;
  std::string body;
  const char* type;  // Content-Type
  int code;
  const char* says;  // part of the message
};

std::string Deep(int levels) {
  std::string text = R"({"metadata":{"name":"a"},"data":)";
  for (int i = 0; i < levels; ++i) text += R"({"a":)";
  text += "1";
  for (int i = 0; i < levels; ++i) text += "}";
  return text + "}";
}

constexpr const char* kMaps = "/api/v1/namespaces/d/configmaps";
constexpr const char* kPods = "/api/v1/namespaces/d/pods";

class BadInputTest : public ApiTest {};

TEST_F(BadInputTest, IsAnsweredWithAStatusAndStoresNothing) {
  const uint64_t before = store_->Revision();
  const Case cases[] = {
      {"JSON that ends early", kMaps, R"({"metadata":{"name":"a")", kJson, 400, "malformed JSON"},
      {"JSON nested 10,000 deep", kMaps, Deep(10'000), kJson, 400, "nested deeper"},
      {"YAML with a bad indent", kMaps, "metadata:\n  name: a\n data: x: y\n", kYaml, 400, ""},
      {"two YAML documents", kMaps, "metadata: {name: a}\n---\nmetadata: {name: b}\n", kYaml, 400, ""},
      {"an empty body", kMaps, "", kJson, 400, "no body"},
      {"a list for a body", kMaps, "[]", kJson, 400, "must be a JSON object"},
      {"a text for a body", kMaps, "\"x\"", kJson, 400, "must be a JSON object"},
      {"malformed protobuf", kMaps, "k8s\x01", "application/vnd.kubernetes.protobuf", 400, "protobuf"},
      {"CBOR", kMaps, "\xa0", "application/cbor", 415, "application/json"},
      {"another kind", kMaps, R"({"kind":"Secret","metadata":{"name":"a"}})", kJson, 400,
       "cannot be handled as a ConfigMap"},
      {"another API version", kMaps, R"({"apiVersion":"v2","metadata":{"name":"a"}})", kJson, 400, "does not match"},
      {"an unknown resource", "/api/v1/namespaces/d/gadgets", R"({"metadata":{"name":"a"}})", kJson, 404,
       "could not find"},
      {"metadata that is a text", kMaps, R"({"metadata":"a"})", kJson, 400, "metadata: must be an object"},
      {"a name that is a number", kMaps, R"({"metadata":{"name":1}})", kJson, 400, "metadata.name"},
      {"a label that is a number", kMaps, R"({"metadata":{"name":"a","labels":{"x":1}}})", kJson, 400,
       "metadata.labels"},
      {"data that is a number", kMaps, R"({"metadata":{"name":"a"},"data":{"x":1}})", kJson, 400, "data"},
      {"a name with a capital", kMaps, R"({"metadata":{"name":"A"}})", kJson, 422, "metadata.name: Invalid value"},
      {"a name that leaves its folder", kMaps, R"({"metadata":{"name":"../a"}})", kJson, 422, "metadata.name"},
      {"a name of 254 letters", kMaps, R"({"metadata":{"name":")" + std::string(254, 'a') + "\"}}", kJson, 422, "253"},
      {"no name", kMaps, "{}", kJson, 422, "metadata.name: Required value"},
      {"another namespace", kMaps, R"({"metadata":{"name":"a","namespace":"x"}})", kJson, 400, "namespace"},
      {"a resourceVersion", kMaps, R"({"metadata":{"name":"a","resourceVersion":"1"}})", kJson, 500, "resourceVersion"},
      {"annotations beyond 256 KiB", kMaps,
       R"({"metadata":{"name":"a","annotations":{"x":")" + std::string(300'000, 'a') + "\"}}}", kJson, 422,
       "metadata.annotations"},
      {"a malformed finalizer", kMaps, R"({"metadata":{"name":"a","finalizers":["x y"]}})", kJson, 422,
       "metadata.finalizers"},
      {"an owner without uid", kMaps,
       R"({"metadata":{"name":"a","ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p"}]}})", kJson, 422,
       "metadata.ownerReferences.uid"},
      {"a pod without image", kPods, R"({"metadata":{"name":"a"},"spec":{"containers":[{"name":"a"}]}})", kJson, 422,
       "spec.containers[0].image: Required value"},
      {"a pod without spec", kPods, R"({"metadata":{"name":"a"}})", kJson, 422, "spec"},
      {"a namespace that is not there", "/api/v1/namespaces/nope/configmaps", R"({"metadata":{"name":"a"}})", kJson,
       404, "namespaces \"nope\" not found"},
      {"a namespace in the path of a cluster-scoped kind", "/api/v1/namespaces/d/nodes", R"({"metadata":{"name":"a"}})",
       kJson, 404, ""},
      {"no namespace for a namespaced kind", "/api/v1/configmaps", R"({"metadata":{"name":"a"}})", kJson, 405, ""},
      {"an unknown field where validation is strict", "/api/v1/namespaces/d/configmaps?fieldValidation=Strict",
       R"({"metadata":{"name":"a"},"dada":{}})", kJson, 400, "unknown field \"dada\""},
      {"a field that stands twice where validation is strict", "/api/v1/namespaces/d/configmaps?fieldValidation=Strict",
       R"({"metadata":{"name":"a"},"data":{"x":"1","x":"2"}})", kJson, 400, "duplicate field \"data.x\""},
      {"an unknown way of validation", "/api/v1/namespaces/d/configmaps?fieldValidation=Maybe",
       R"({"metadata":{"name":"a"}})", kJson, 422, "fieldValidation"},
      {"a path that is not percent-encoded properly", "/api/v1/namespaces/d/configmaps/%zz",
       R"({"metadata":{"name":"a"}})", kJson, 400, "malformed"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = Call("POST", c.path, c.body, {{"Content-Type", c.type}});
    EXPECT_EQ(answer.code, c.code) << answer.text.substr(0, 500);
    EXPECT_EQ(answer.Text({"kind"}), "Status");
    EXPECT_EQ(answer.Text({"status"}), "Failure");
    EXPECT_EQ(FindInt(answer.json, {"code"}), c.code);
    EXPECT_NE(answer.Text({"message"}).find(c.says), std::string::npos) << answer.text.substr(0, 500);
  }
  EXPECT_EQ(store_->Revision(), before);
}

TEST_F(BadInputTest, UnknownFieldsAreDroppedWithAWarning) {
  const Answer made = Post(kMaps, R"({"metadata":{"name":"a"},"dada":{},"data":{"x":"1"}})");
  EXPECT_EQ(made.code, 201);
  EXPECT_EQ(made.headers.Get("Warning"), "299 - \"unknown field \\\"dada\\\"\"");
  EXPECT_EQ(Find(made.json, "dada"), nullptr);
  EXPECT_FALSE(Post(std::string(kMaps) + "?fieldValidation=Ignore", R"({"metadata":{"name":"b"},"dada":{}})")
                   .headers.Has("Warning"));
}

TEST_F(BadInputTest, MethodsThatMeanNothingAre405) {
  for (const auto& [method, path] : std::vector<std::pair<const char*, const char*>>{{"PUT", kMaps},
                                                                                     {"PATCH", kMaps},
                                                                                     {"OPTIONS", kMaps},
                                                                                     {"HEAD", kMaps},
                                                                                     {"POST", "/version"},
                                                                                     {"TRACE", kMaps}}) {
    const Answer answer = Call(method, path, "{}");
    EXPECT_EQ(answer.code, 405) << method << " " << path;
    EXPECT_EQ(answer.Text({"reason"}), "MethodNotAllowed");
  }
}

TEST_F(BadInputTest, OptionsOfReadsAreChecked) {
  struct ReadCase {
    const char* name;
    const char* query;
    int code;
    const char* says;
  };
  const ReadCase cases[] = {
      {"a resourceVersion that is no number", "resourceVersion=x", 400,
       "invalid resource version: resourceVersion: Invalid value: \"x\""},
      {"a resourceVersion beyond 64 bits", "resourceVersion=99999999999999999999", 400, "value out of range"},
      {"a negative resourceVersion", "resourceVersion=-1", 400, "invalid syntax"},
      {"an unknown match", "resourceVersion=1&resourceVersionMatch=Sometimes", 422, "Unsupported value: \"Sometimes\""},
      {"a match without resourceVersion", "resourceVersionMatch=Exact", 422, "forbidden unless resourceVersion"},
      {"an exact revision 0", "resourceVersion=0&resourceVersionMatch=Exact", 422, "forbidden for resourceVersion"},
      {"sendInitialEvents of a list", "sendInitialEvents=true", 422, "sendInitialEvents is forbidden for list"},
      {"a limit that is no number", "limit=many", 400, "strconv.ParseInt: parsing \"many\": invalid syntax"},
      {"a limit beyond 64 bits", "limit=9223372036854775808", 400, "value out of range"},
      {"a malformed label selector", "labelSelector=a+in+(", 400,
       "unable to parse requirement: found '', expected: ',', ')' or identifier"},
      {"a malformed field selector", "fieldSelector=a", 400, "invalid selector: 'a'; can't understand 'a'"},
      {"a field selector without a field", "fieldSelector=%3Da", 400, "\"\" is not a known field selector"},
      {"a field that is not there", "fieldSelector=data.k%3Dv", 400, "is not a known field selector"},
      {"a continue token that is no base64", "continue=%00", 400, "invalid continue token"},
      {"a continue token that holds no JSON", "continue=eA", 400, "invalid continue token"},
      {"a continue token of an unknown version", "continue=e30", 400, "encoded version"},
      {"a watch with a malformed selector", "watch=true&labelSelector=a+in+(", 400, "unable to parse requirement"},
      {"a watch of an unknown field", "watch=true&fieldSelector=data.k%3Dv", 400, "is not a known field selector"},
      {"a watch from no number", "watch=true&resourceVersion=x", 400, "invalid resource version"},
      {"a watch with a match alone", "watch=true&resourceVersionMatch=NotOlderThan", 422,
       "forbidden for watch unless sendInitialEvents"},
      {"initial events without a match", "watch=true&sendInitialEvents=true", 422, "requires setting"},
      {"initial events of an exact revision", "watch=true&sendInitialEvents=true&resourceVersionMatch=Exact", 422,
       "Unsupported value: \"Exact\""},
      {"a watch for no number of seconds", "watch=true&timeoutSeconds=soon", 400, "strconv.ParseInt"},
  };
  for (const ReadCase& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = Get(std::string(kMaps) + "?" + c.query);
    EXPECT_EQ(answer.code, c.code) << answer.text;
    EXPECT_NE(answer.Text({"message"}).find(c.says), std::string::npos) << answer.text;
  }
  EXPECT_EQ(Get(std::string(kMaps) + "?limit=-1").code, 200);
  EXPECT_EQ(Call("GET", kMaps, "", {{"Accept", "application/vnd.kubernetes.protobuf"}}).code, 406);
  EXPECT_EQ(Call("GET", kMaps, "", {{"Accept", "application/vnd.kubernetes.protobuf, application/json"}}).code, 200);
}

}  // namespace
}  // namespace croft::server
