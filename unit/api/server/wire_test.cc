#include "api/base/base64.h"
#include "api/server/continue_token.h"
#include "api/server/json_path.h"
#include "api/server/wire/body.h"
#include "api/server/wire/negotiation.h"
#include "api/server/wire/reply.h"
#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

constexpr const char* kTable = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
constexpr const char* kPods = "/api/v1/namespaces/d/pods";

class WireTest : public ApiTest {
 protected:
  // The cells of the only row.
  std::string Row(const std::string& path) {
    const Answer table = Call("GET", path, "", {{"Accept", kTable}});
    const Json* rows = Find(table.json, "rows");
    if (rows == nullptr || rows->Empty()) return table.text;
    return WriteJson(*Find((*rows)[0], "cells"));
  }
  void MakePod(const std::string& spec = R"("containers":[{"name":"a","image":"i"}])") {
    const Answer made = Post(kPods, R"({"metadata":{"name":"p"},"spec":{)" + spec + "}}");
    ASSERT_EQ(made.code, 201) << made.text;
  }
  void Status(const std::string& status) {
    const Answer set = Patch(std::string(kPods) + "/p/status", "merge-patch+json", R"({"status":)" + status + "}");
    ASSERT_EQ(set.code, 200) << set.text;
  }
};

constexpr const char* kImage = R"("image":"i","imageID":"")";

TEST_F(WireTest, APodsRowTellsItsState) {
  const std::string rest = R"(,"restartCount":0,)" + std::string(kImage) + "}]}";
  MakePod();
  EXPECT_EQ(Row(kPods), R"(["p","0/1","Pending","0","0s","<none>","<none>","<none>","<none>"])");
  Status(
      R"({"phase":"Pending","containerStatuses":[{"name":"a","ready":false,"state":{"waiting":{"reason":"ImagePullBackOff"}})" +
      rest);
  EXPECT_NE(Row(kPods).find("ImagePullBackOff"), std::string::npos);
  Status(
      R"({"phase":"Running","podIP":"10.1.0.5","containerStatuses":[{"name":"a","ready":true,"state":{"running":{},"waiting":null})" +
      rest);
  EXPECT_EQ(Row(kPods), R"(["p","1/1","Running","0","0s","10.1.0.5","<none>","<none>","<none>"])");
  Status(
      R"({"phase":"Failed","containerStatuses":[{"name":"a","ready":false,"state":{"running":null,"terminated":{"exitCode":3}})" +
      rest);
  EXPECT_NE(Row(kPods).find("ExitCode:3"), std::string::npos);
  Status(
      R"({"phase":"Succeeded","containerStatuses":[{"name":"a","ready":false,"state":{"terminated":{"exitCode":0,"reason":"Completed"}})" +
      rest);
  EXPECT_NE(Row(kPods).find("Completed"), std::string::npos);
}

TEST_F(WireTest, APodOnNoNodeHasAnEmptyLog) {
  MakePod();
  const Answer log = Get(std::string(kPods) + "/p/log");
  EXPECT_EQ(log.code, 204);
  EXPECT_EQ(log.text, "");
  EXPECT_EQ(Get(std::string(kPods) + "/p/log?container=b").code, 400);
  EXPECT_EQ(Get(std::string(kPods) + "/q/log").code, 404);
}

TEST_F(WireTest, ARestartedPodsRowSaysWhen) {
  MakePod();
  clock_.Advance(std::chrono::minutes(10));
  Status(
      R"({"phase":"Running","containerStatuses":[{"name":"a","ready":true,"restartCount":3,"image":"i","imageID":"",)"
      R"("state":{"running":{}},"lastState":{"terminated":{"exitCode":1,"finishedAt":"2026-01-01T00:05:00Z"}}}]})");
  EXPECT_NE(Row(kPods).find("\"3 (5m ago)\",\"10m\""), std::string::npos) << Row(kPods);
}

TEST_F(WireTest, InitContainersAreCounted) {
  MakePod(
      R"("initContainers":[{"name":"i","image":"i"},{"name":"j","image":"i"}],"containers":[{"name":"a","image":"i"}])");
  Status(
      R"({"phase":"Pending","initContainerStatuses":[)"
      R"({"name":"i","ready":true,"restartCount":0,"image":"i","imageID":"","state":{"terminated":{"exitCode":0}}},)"
      R"({"name":"j","ready":false,"restartCount":0,"image":"i","imageID":"","state":{"waiting":{"reason":"PodInitializing"}}}]})");
  EXPECT_NE(Row(kPods).find("Init:1/2"), std::string::npos) << Row(kPods);
}

TEST_F(WireTest, ADeletedPodIsTerminating) {
  MakePod(R"("nodeName":"n1","containers":[{"name":"a","image":"i"}])");
  Delete(std::string(kPods) + "/p");
  EXPECT_NE(Row(kPods).find("Terminating"), std::string::npos);
}

TEST_F(WireTest, OtherKindsHaveTheirColumns) {
  Post(
      "/api/v1/namespaces/d/services",
      R"({"metadata":{"name":"s"},"spec":{"clusterIP":"10.96.1.1","selector":{"a":"b"},"ports":[{"port":80},{"name":"x","port":81,"protocol":"UDP"}]}})");
  Post(
      "/api/v1/namespaces/d/services",
      R"({"metadata":{"name":"s"},"spec":{"clusterIP":"10.96.1.1","selector":{"a":"b"},"ports":[{"name":"w","port":80},{"name":"x","port":81,"protocol":"UDP"}]}})");
  EXPECT_EQ(Row("/api/v1/namespaces/d/services"),
            R"(["s","ClusterIP","10.96.1.1","<none>","80/TCP,81/UDP","0s","a=b"])");
  Post(
      "/api/v1/nodes",
      R"({"metadata":{"name":"n","labels":{"node-role.kubernetes.io/control-plane":""}},"status":{"conditions":[{"type":"Ready","status":"True"}],"addresses":[{"type":"InternalIP","address":"10.0.0.1"}]}})");
  EXPECT_TRUE(Row("/api/v1/nodes").starts_with(R"(["n","Ready","control-plane","0s")")) << Row("/api/v1/nodes");
  Patch("/api/v1/nodes/n", "merge-patch+json", R"({"spec":{"unschedulable":true}})");
  EXPECT_NE(Row("/api/v1/nodes").find("Ready,SchedulingDisabled"), std::string::npos);
  Post(
      "/apis/networking.k8s.io/v1/namespaces/d/ingresses",
      R"({"metadata":{"name":"i"},"spec":{"ingressClassName":"croft","tls":[{"secretName":"t"}],"rules":[{"host":"a.b","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"s","port":{"number":80}}}}]}}]}})");
  EXPECT_EQ(Row("/apis/networking.k8s.io/v1/namespaces/d/ingresses"), R"(["i","croft","a.b","","80, 443","0s"])");
}

TEST_F(WireTest, TablesIncludeWhatIsAskedFor) {
  MakePod();
  const auto with = [&](const char* include) {
    return Call("GET", std::string(kPods) + "?includeObject=" + include, "", {{"Accept", kTable}}).text;
  };
  EXPECT_EQ(with("None").find("\"object\""), std::string::npos);
  EXPECT_NE(with("Metadata").find("PartialObjectMetadata"), std::string::npos);
  EXPECT_NE(with("Object").find("\"containers\""), std::string::npos);
  EXPECT_NE(with("Everything").find("unrecognized includeObject value"), std::string::npos);
  const Answer partial =
      Call("GET", kPods, "", {{"Accept", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"}});
  EXPECT_EQ(partial.Text({"kind"}), "PartialObjectMetadataList");
}

TEST_F(WireTest, DiscoveryHasAllItsForms) {
  EXPECT_NE(Get("/api").text.find("APIVersions"), std::string::npos);
  EXPECT_NE(Get("/apis").text.find("\"croft.lab\""), std::string::npos);
  const Answer core = Get("/api/v1");
  EXPECT_EQ(core.Text({"groupVersion"}), "v1");
  EXPECT_NE(core.text.find("\"pods/log\""), std::string::npos);
  const Answer whole =
      Call("GET", "/apis", "",
           {{"Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"}});
  EXPECT_EQ(whole.Text({"apiVersion"}), "apidiscovery.k8s.io/v2");
  EXPECT_EQ(whole.headers.Get("Content-Type"), "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
  const std::string tag(whole.headers.Get("ETag"));
  EXPECT_EQ(
      Call("GET", "/apis", "",
           {{"Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"}, {"If-None-Match", tag}})
          .code,
      304);
  EXPECT_EQ(Get("/apis/no.such").code, 404);
  EXPECT_EQ(Get("/apis/apps/v9").code, 404);
}

TEST_F(WireTest, OpenApiIsServedInAllItsForms) {
  EXPECT_EQ(Get("/openapi/v2").Text({"swagger"}), "2.0");
  const Answer index = Get("/openapi/v3");
  EXPECT_NE(index.text.find("apis/apps/v1"), std::string::npos) << index.text;
  EXPECT_EQ(Get("/openapi/v3/apis/apps/v1").code, 200);
  EXPECT_EQ(Get("/openapi/v3/apis/no.such/v1").code, 404);
  const char* protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
  const Answer old = Call("GET", "/openapi/v2", "", {{"Accept", protobuf}});
  EXPECT_EQ(old.code, 200);
  EXPECT_TRUE(old.json.IsNull());
  const std::string tag(old.headers.Get("ETag"));
  EXPECT_EQ(Call("GET", "/openapi/v2", "", {{"Accept", protobuf}, {"If-None-Match", tag}}).code, 304);
}

TEST_F(WireTest, OtherPathsAnswer) {
  EXPECT_TRUE(Get("/version").Text({"gitVersion"}).starts_with("v1."));
  EXPECT_EQ(Get("/readyz").text, "ok");
  EXPECT_NE(Get("/metrics").text.find("croft_store_revision"), std::string::npos);
  EXPECT_EQ(Get("/nope").code, 404);
  EXPECT_NE(Get("/").text.find("/openapi/v2"), std::string::npos);
}

TEST_F(WireTest, YamlAndPrettyAreWrittenOnRequest) {
  const Answer yaml = Call("GET", "/api/v1/namespaces/d", "", {{"Accept", "application/yaml"}});
  EXPECT_EQ(yaml.headers.Get("Content-Type"), "application/yaml");
  EXPECT_NE(yaml.text.find("kind: Namespace\n"), std::string::npos) << yaml.text;
  EXPECT_NE(Get("/api/v1/namespaces/d?pretty=true").text.find("\n  \"kind\": \"Namespace\""), std::string::npos);
  EXPECT_EQ(Call("POST", "/api/v1/namespaces/d/configmaps", "metadata:\n  name: yaml\ndata:\n  k: v\n",
                 {{"Content-Type", "application/yaml"}})
                .code,
            201);
}

TEST_F(WireTest, LargeListsAreCompressed) {
  const std::string big(200'000, 'x');
  Post("/api/v1/namespaces/d/configmaps", R"({"metadata":{"name":"big"},"data":{"k":")" + big + "\"}}");
  const Answer zipped = Call("GET", "/api/v1/namespaces/d/configmaps", "", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(zipped.headers.Get("Content-Encoding"), "gzip");
  EXPECT_LT(zipped.text.size(), 100'000u);
  EXPECT_NE(Gunzip(zipped.text).find(big), std::string::npos);
}

TEST(JsonPathTest, FindsWhatColumnsNeed) {
  Result<JsonDocument> json = ParseJson(R"({"a":{"b":[{"n":"x","v":1},{"n":"y","v":2}]},"m":{"k.l":"dot"}})");
  const auto at = [&](const char* path) {
    std::string text;
    for (const Json* value : EvaluateJsonPath(*json, path)) text += WriteJson(*value) + ";";
    return text;
  };
  EXPECT_EQ(at(".a.b[0].n"), "\"x\";");
  EXPECT_EQ(at(".a.b[-1].v"), "2;");
  EXPECT_EQ(at(".a.b[*].v"), "1;2;");
  EXPECT_EQ(at(R"(.a.b[?(@.n=="y")].v)"), "2;");
  EXPECT_EQ(at(R"(.a.b[?(@.n!='y')].v)"), "1;");
  EXPECT_EQ(at(".m['k.l']"), "\"dot\";");
  EXPECT_EQ(at(R"(.m.k\.l)"), "\"dot\";");
  EXPECT_EQ(at("{.a.b[0].n}"), "\"x\";");
  for (const char* nothing : {".z", ".a.b[9]", ".a.b[", "a", ".a.b[?(]", ".a.b[?(@.n==", ".."}) {
    EXPECT_EQ(at(nothing).find("Error"), std::string::npos) << nothing;
  }
}

std::vector<std::string> Twice(std::string_view text, std::string* left = nullptr) {
  StrictFindings findings;
  const Result<JsonDocument> body = DecodeJson(text, &findings);
  EXPECT_TRUE(body.ok()) << text;
  if (left != nullptr && body.ok()) *left = WriteJson(*body);
  return findings.twice;
}

TEST(DuplicateFieldsTest, TheLastStaysAndTheOthersAreNamed) {
  std::string left;
  EXPECT_EQ(Twice(R"({"a":1,"b":[{"c":1},{"c":1,"c":2}],"a":2})", &left), (std::vector<std::string>{"b[1].c", "a"}));
  EXPECT_EQ(left, R"({"b":[{"c":1},{"c":2}],"a":2})");
  EXPECT_TRUE(Twice(R"({"a":{"x":1},"b":{"x":1}})").empty());
  EXPECT_EQ(Twice("\xEF\xBB\xBF{\"a\":1,\"a\":2}", &left), std::vector<std::string>{"a"}) << "behind a byte order mark";
  EXPECT_EQ(left, R"({"a":2})");
  EXPECT_EQ(Twice(R"({"\udc00":1,"\udc01":2})", &left).size(), 1u) << "halves of pairs are all U+FFFD";
}

TEST(DuplicateFieldsTest, AsManyAsABodyHoldsAreSoonGone) {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) text += "\"a\":1,";
  for (int i = 0; i < 100'000; ++i) text += "\"k" + std::to_string(i) + "\":1,";
  text.back() = '}';
  ASSERT_LT(text.size(), kMaxBodyBytes);
  std::string left;
  EXPECT_EQ(Twice(text, &left).size(), 100u) << "as many as Kubernetes names";
  EXPECT_TRUE(left.starts_with(R"({"a":1,"k0":1,)"));
}

TEST(QueryTest, ValuesAreText) {
  EXPECT_EQ(Query("fieldManager=a%FFb").Get("fieldManager"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(Query("a=%C3%A4").Get("a"), "\xC3\xA4");
}

TEST(WarningsTest, KeepToALimit) {
  const auto told = [](const std::vector<std::string>& warnings) {
    ReplyStyle style;
    style.warnings = warnings;
    http::Headers headers;
    AddWarnings(headers, style);
    std::vector<size_t> sizes;
    for (const auto& [name, value] : headers.fields()) sizes.push_back(value.size() - std::string("299 - \"\"").size());
    return sizes;
  };
  EXPECT_EQ(told({std::string(3000, 'x'), "y"}), (std::vector<size_t>{3000, 1}));
  EXPECT_EQ(told({std::string(4000, 'x'), std::string(97, 'y')}), (std::vector<size_t>{256, 97}))
      << "long ones are cut";
  EXPECT_EQ(told(std::vector<std::string>(100, std::string(300, 'x'))).size(), 16u);
}

TEST(ContinueTokenTest, OnlyWhatTheServerMadeIsTaken) {
  const store::GroupResource pods{"", "pods"};
  const std::string token = EncodeContinue(pods, {7, {"d", "p"}});
  ASSERT_TRUE(DecodeContinue(pods, token).ok());
  const std::optional<std::string> text = Base64Decode(token + std::string((4 - token.size() % 4) % 4, '='));
  ASSERT_TRUE(text.has_value());
  std::string spaced = Base64Encode(text->substr(0, 1) + " " + text->substr(1));
  while (spaced.back() == '=') spaced.pop_back();
  EXPECT_FALSE(DecodeContinue(pods, spaced).ok()) << "the same, but for a space";
  EXPECT_FALSE(DecodeContinue({"apps", "pods"}, token).ok());
}

}  // namespace
}  // namespace croft::server
