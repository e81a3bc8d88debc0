#include "api/server/wire/etag.h"
#include "api/server/wire/negotiation.h"
#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

constexpr const char* kNamespace = "/api/v1/namespaces/d";
constexpr const char* kMaps = "/api/v1/namespaces/d/configmaps";
constexpr const char* kProtobuf = "application/vnd.kubernetes.protobuf";

class ContentTest : public ApiTest {
 protected:
  Answer GetAs(const std::string& target, const std::string& accept) {
    return Call("GET", target, "", {{"Accept", accept}});
  }
};

TEST_F(ContentTest, AnswersInTheFormThatIsLikedBest) {
  const struct {
    const char* name;
    std::string accept;
    int code;
    const char* type;
    const char* kind;  // of the body; empty: not JSON
  } cases[] = {
      {"anything", "*/*", 200, "application/json", "Namespace"},
      {"anything of applications", "application/*", 200, "application/json", "Namespace"},
      {"YAML", "application/yaml", 200, "application/yaml", ""},
      {"the first of two that are liked alike", "application/yaml, application/json", 200, "application/yaml", ""},
      {"the better of two", "application/yaml;q=0.5, application/json;q=0.9", 200, "application/json", "Namespace"},
      {"the particular one before the wildcard", "*/*, application/yaml", 200, "application/yaml", ""},
      {"protobuf or JSON", std::string(kProtobuf) + ",application/json", 200, "application/json", "Namespace"},
      {"protobuf alone", kProtobuf, 406, "application/json", "Status"},
      {"a picture", "image/png", 406, "application/json", "Status"},
      {"a table", "application/json;as=Table;v=v1;g=meta.k8s.io", 200, "application/json", "Table"},
      {"a table of old, or JSON", "application/json;as=Table;g=meta.k8s.io;v=v1beta1, application/json", 200,
       "application/json", "Table"},
      {"a table of no version, or JSON", "application/json;as=Table;g=meta.k8s.io;v=v9, application/json", 200,
       "application/json", "Namespace"},
      {"a table of no version", "application/json;as=Table;g=meta.k8s.io;v=v9", 406, "application/json", "Status"},
      {"metadata in protobuf or JSON",
       std::string(kProtobuf) + ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/"
                                "json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json",
       200, "application/json", "PartialObjectMetadata"},
      {"metadata of old", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1beta1", 200, "application/json",
       "PartialObjectMetadata"},
  };
  for (const auto& c : cases) {
    const Answer answer = GetAs(kNamespace, c.accept);
    EXPECT_EQ(answer.code, c.code) << c.name << answer.text;
    EXPECT_EQ(answer.headers.Get("Content-Type"), c.type) << c.name;
    EXPECT_EQ(answer.json.IsNull() ? "" : answer.Text({"kind"}), c.kind) << c.name;
  }
  EXPECT_EQ(GetAs("/apis", kProtobuf + std::string(",application/json")).code, 200);
  EXPECT_EQ(GetAs(std::string(kMaps) + "?watch=true", "application/yaml").code, 406);
}

TEST_F(ContentTest, TablesAndMetadataHaveTheVersionThatIsAskedFor) {
  for (const std::string version : {"v1", "v1beta1"}) {
    const std::string as = ";g=meta.k8s.io;v=" + version + ";as=";
    EXPECT_EQ(GetAs(kMaps, "application/json" + as + "Table").Text({"apiVersion"}), "meta.k8s.io/" + version);
    const Answer list = GetAs(kMaps, "application/json" + as + "PartialObjectMetadataList");
    EXPECT_EQ(list.Text({"apiVersion"}), "meta.k8s.io/" + version);
    EXPECT_EQ(FindString((*Find(list.json, "items"))[0], {"kind"}), "PartialObjectMetadata");
  }
}

TEST_F(ContentTest, MetadataCanBePatchedAlone) {
  Post(kMaps, R"({"metadata":{"name":"a"},"data":{"k":"v"}})");
  const Answer patched = Call("PATCH", std::string(kMaps) + "/a", R"({"metadata":{"labels":{"x":"y"}}})",
                              {{"Content-Type", "application/merge-patch+json"},
                               {"Accept", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"}});
  EXPECT_EQ(patched.code, 200) << patched.text;
  EXPECT_EQ(patched.Text({"kind"}), "PartialObjectMetadata");
  EXPECT_EQ(patched.Text({"metadata", "labels", "x"}), "y");
  EXPECT_EQ(Find(patched.json, "data"), nullptr);
  EXPECT_EQ(Get(std::string(kMaps) + "/a").Text({"data", "k"}), "v");
}

TEST_F(ContentTest, BodiesOfOtherTypesAreRefused) {
  const auto send = [&](const char* type) {
    return Call("POST", kMaps, "metadata: {name: yam}", {{"Content-Type", type}});
  };
  EXPECT_EQ(send("application/yaml").code, 201);
  const Answer refused = send("text/csv");
  EXPECT_EQ(refused.code, 415);
  EXPECT_EQ(refused.Text({"message"}),
            "the body of the request was in an unknown format - accepted media types include: application/json, "
            "application/yaml, application/vnd.kubernetes.protobuf");
  EXPECT_EQ(refused.Text({"reason"}), "UnsupportedMediaType");
}

TEST_F(ContentTest, WhatPeopleReadIsPretty) {
  const std::string pretty = "{\n  \"kind\": \"Namespace\"";
  const auto starts = [&](const std::string& query, const std::string& agent) {
    const std::string text =
        Call("GET", kNamespace + query, "", agent.empty() ? http::Headers{} : http::Headers{{"User-Agent", agent}})
            .text;
    return text.substr(0, text.find("\",") + 1).find("{\n  \"") == 0;
  };
  EXPECT_TRUE(starts("?pretty=true", ""));
  EXPECT_TRUE(starts("?pretty=1", ""));
  EXPECT_FALSE(starts("?pretty=false", "curl/8"));
  EXPECT_TRUE(starts("", "curl/8.1"));
  EXPECT_TRUE(starts("", "Mozilla/5.0 (X11)"));
  EXPECT_FALSE(starts("", "kubectl/v1.33"));
}

TEST_F(ContentTest, UnknownAndDuplicateFieldsAreToldInKubernetesWords) {
  const std::string body = R"({"metadata":{"name":"a","nme":"b"},"data":{"k":"1","k":"2"},"dada":1})";
  const Answer strict = Call("POST", std::string(kMaps) + "?fieldValidation=Strict", body);
  EXPECT_EQ(strict.code, 400);
  EXPECT_EQ(strict.Text({"message"}),
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field "
            "\"metadata.nme\", unknown field \"dada\", duplicate field \"data.k\"");
  const Answer warned = Call("POST", kMaps, body);
  EXPECT_EQ(warned.code, 201);
  std::vector<std::string> warnings;
  for (const auto& [name, value] : warned.headers.fields()) {
    if (name == "Warning") warnings.push_back(value);
  }
  EXPECT_EQ(warnings,
            (std::vector<std::string>{R"(299 - "unknown field \"metadata.nme\"")", R"(299 - "unknown field \"dada\"")",
                                      R"(299 - "duplicate field \"data.k\"")"}));
  EXPECT_EQ(Call("PUT", std::string(kMaps) + "/a?fieldValidation=Ignore", body).headers.Get("Warning"), "");
  const Answer patched = Call("PATCH", std::string(kMaps) + "/a?fieldValidation=Strict",
                              R"({"data":{"k":"1","k":"2"}})", {{"Content-Type", "application/merge-patch+json"}});
  EXPECT_EQ(patched.code, 422) << patched.text;
  const Answer type =
      Post("/api/v1/namespaces/d/pods", R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":1}]}})");
  EXPECT_EQ(type.code, 400);
  EXPECT_EQ(type.Text({"message"}),
            "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal number into Go struct field "
            "Container.spec.containers.name of type string");
}

TEST_F(ContentTest, DiscoveryIsKnownByItsTag) {
  const std::string accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  const Answer first = GetAs("/apis", accept);
  const std::string tag(first.headers.Get("ETag"));
  EXPECT_EQ(first.headers.Get("Cache-Control"), "public");
  const auto again = [&](const std::string& tags) {
    return Call("GET", "/apis", "", {{"Accept", accept}, {"If-None-Match", tags}}).code;
  };
  EXPECT_EQ(again(tag), 304);
  EXPECT_EQ(again("\"x\", W/" + tag), 304);
  EXPECT_EQ(again("\"x\""), 200);
  EXPECT_NE(Get("/api/v1").text.find(R"("storageVersionHash":"xPOwRZ+Yhw8=")"), std::string::npos) << "of pods";
  EXPECT_NE(Get("/apis/apps/v1").text.find(R"("storageVersionHash":"8aSe+NMegvE=")"), std::string::npos);
  EXPECT_NE(Get("/apis/events.k8s.io/v1").text.find(R"("storageVersionHash":"r2yiGXH7wu8=")"), std::string::npos)
      << "which are stored as those of the core group";
}

TEST_F(ContentTest, OpenApiDocumentsAreKnownByTheirHashes) {
  const Answer index = Get("/openapi/v3");
  const std::string url = index.Text({"paths", "apis/apps/v1", "serverRelativeURL"});
  const Answer document = Get(url);
  EXPECT_EQ(document.code, 200) << url;
  EXPECT_EQ(document.headers.Get("Cache-Control"), "public, immutable");
  EXPECT_EQ(document.headers.Get("Expires"), "Fri, 01 Jan 2027 00:00:00 GMT");
  EXPECT_EQ(document.headers.Get("ETag"), "\"" + url.substr(url.find('=') + 1) + "\"");
  const Answer old = Get("/openapi/v3/apis/apps/v1?hash=1");
  EXPECT_EQ(old.code, 301);
  EXPECT_EQ(old.headers.Get("Location"), url);
  const Answer plain = Get("/openapi/v3/apis/apps/v1");
  EXPECT_EQ(plain.headers.Get("Cache-Control"), "");
  EXPECT_EQ(Call("GET", url, "", {{"If-None-Match", std::string(document.headers.Get("ETag"))}}).code, 304);
  EXPECT_EQ(GetAs("/openapi/v2", "image/png").code, 406);
  EXPECT_EQ(GetAs("/openapi/v2", "application/json;q=0.1,application/com.github.proto-openapi.spec.v2.v1.0+protobuf")
                .headers.Get("Content-Type"),
            "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
}

TEST_F(ContentTest, APostedKindAppearsEverywhereAtOnce) {
  const std::string index = Get("/openapi/v3").text;
  const std::string swagger(Get("/openapi/v2").headers.Get("ETag"));
  const std::string pods = Get("/openapi/v3").Text({"paths", "api/v1", "serverRelativeURL"});
  ASSERT_EQ(
      Post(
          "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
          R"({"metadata":{"name":"boats.lake.example"},"spec":{"group":"lake.example","scope":"Cluster","names":{"plural":"boats","kind":"Boat"},)"
          R"("versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}})")
          .code,
      201);
  EXPECT_NE(Get("/apis").text.find("lake.example"), std::string::npos);
  EXPECT_NE(Get("/apis/lake.example/v1").text.find("boats"), std::string::npos);
  EXPECT_NE(
      GetAs("/apis", "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList").text.find("boats"),
      std::string::npos);
  EXPECT_NE(Get("/openapi/v2").headers.Get("ETag"), swagger);
  EXPECT_NE(Get("/openapi/v2").text.find("example.lake.v1.Boat"), std::string::npos);
  EXPECT_EQ(Get("/openapi/v3").Text({"paths", "api/v1", "serverRelativeURL"}), pods) << "the others keep their address";
  const std::string boats = Get("/openapi/v3").Text({"paths", "apis/lake.example/v1", "serverRelativeURL"});
  const Answer document = Get(boats);
  ASSERT_EQ(document.code, 200) << boats;
  bool validates = false;
  for (const Json& parameter :
       Find(document.json, {"paths", "/apis/lake.example/v1/boats/{name}", "patch", "parameters"})->GetArray()) {
    validates = validates || FindString(parameter, {"name"}) == "fieldValidation";
  }
  EXPECT_TRUE(validates) << "by which kubectl tells that the server validates";
}

TEST(OpenApiDocumentsTest, LetsGoWhatNobodyAsksFor) {
  Catalog catalog({});
  OpenApiDocuments documents;
  const SteadyTime start{};
  ASSERT_TRUE(documents.Get(*catalog.view(), OpenApiDocuments::Kind::kV2Json, "", start));
  EXPECT_GT(documents.kept_bytes(), 0u);
  documents.DropIdle(start + std::chrono::seconds(50));
  EXPECT_GT(documents.kept_bytes(), 0u);
  documents.Get(*catalog.view(), OpenApiDocuments::Kind::kV2Json, "", start + std::chrono::seconds(50));
  documents.DropIdle(start + std::chrono::seconds(100));
  EXPECT_GT(documents.kept_bytes(), 0u) << "asked for again";
  documents.DropIdle(start + std::chrono::seconds(111));
  EXPECT_EQ(documents.kept_bytes(), 0u);
}

TEST(MatchesTagTest, ReadsLists) {
  EXPECT_TRUE(MatchesTag("\"a\"", "\"a\""));
  EXPECT_TRUE(MatchesTag("\"b\", \"a\"", "\"a\""));
  EXPECT_TRUE(MatchesTag("*", "\"a\""));
  EXPECT_TRUE(MatchesTag("W/\"a\"", "\"a\""));
  EXPECT_FALSE(MatchesTag("", "\"a\""));
  EXPECT_FALSE(MatchesTag("a", "\"a\""));
  EXPECT_FALSE(MatchesTag("\"ab\",", "\"a\""));
}

}  // namespace
}  // namespace croft::server
