#include "api/server/wire/protobuf.h"

#include <bit>

#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

std::string Varint(size_t value) {
  std::string out;
  for (; value > 127; value /= 128) out += static_cast<char>(value % 128 + 128);
  return out + static_cast<char>(value);
}

// A length-delimited field.
std::string Bytes(size_t number, const std::string& value) {
  return Varint(number << 3 | 2) + Varint(value.size()) + value;
}

std::string Number(int number, int value) {
  return std::string(1, static_cast<char>(number << 3)) + static_cast<char>(value);
}

std::string Envelope(const std::string& api_version, const std::string& kind, const std::string& raw) {
  return std::string("k8s\0", 4) + Bytes(1, Bytes(1, api_version) + Bytes(2, kind)) + Bytes(2, raw);
}

class ProtobufTest : public ApiTest {
 protected:
  Answer PostProtobuf(const std::string& path, const std::string& body) {
    return Call("POST", path, body, {{"Content-Type", std::string(kProtobufMediaType)}});
  }
};

TEST_F(ProtobufTest, TextsMapsAndBytesBecomeJson) {
  const std::string metadata = Bytes(1, Bytes(1, "a") + Bytes(2, "") + Bytes(11, Bytes(1, "k") + Bytes(2, "v")));
  const std::string secret = metadata + Bytes(2, Bytes(1, "x") + Bytes(2, "hi")) + Bytes(3, "Opaque");
  const Answer made = PostProtobuf("/api/v1/namespaces/d/secrets", Envelope("v1", "Secret", secret));
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(made.Text({"data", "x"}), "aGk=");
  EXPECT_EQ(made.Text({"metadata", "labels", "k"}), "v");
  EXPECT_EQ(Find(made.json, {"metadata", "generateName"}), nullptr) << "empty texts are not sent";
}

TEST_F(ProtobufTest, WhatIsAbsentInAMapsEntryIsEmpty) {
  const std::string raw = Bytes(1, Bytes(1, "a")) + Bytes(2, "");
  const Result<JsonDocument> decoded = DecodeProtobuf(Envelope("v1", "ConfigMap", raw));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(WriteJson((*decoded)["data"]), R"({"":""})");
}

TEST_F(ProtobufTest, BytesThatAreNoTextAreReplaced) {
  const std::string metadata = Bytes(1, Bytes(1, "a"));
  const std::string entry = Bytes(2, Bytes(1, "k") + Bytes(2, "a\xff"));
  const Answer made = PostProtobuf("/api/v1/namespaces/d/configmaps", Envelope("v1", "ConfigMap", metadata + entry));
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(made.Text({"data", "k"}), "a\xEF\xBF\xBD");
}

TEST_F(ProtobufTest, OfAMapsEntriesTheLastCountsHoweverManyThereAre) {
  std::string raw = Bytes(1, Bytes(1, "a"));
  for (int i = 0; i < 200'000; ++i)
    raw += Bytes(2, Bytes(1, "k" + std::to_string(i % 100'000)) + Bytes(2, i < 100'000 ? "x" : "y"));
  const Result<JsonDocument> decoded = DecodeProtobuf(Envelope("v1", "ConfigMap", raw));
  ASSERT_TRUE(decoded.ok()) << decoded.status().message();
  EXPECT_EQ((*decoded)["data"].MemberCount(), 100'000u);
  EXPECT_EQ(FindString(*decoded, {"data", "k7"}), "y");
}

TEST_F(ProtobufTest, ListsQuantitiesAndInlinedMembersFindTheirPlaces) {
  const std::string limits = Bytes(1, Bytes(1, "cpu") + Bytes(2, Bytes(1, "100m")));
  // A probe's handler is inlined in JSON, and its port is a number or a text.
  const std::string port = Number(1, 0) + Number(2, 80);
  const std::string probe = Bytes(1, Bytes(2, Bytes(1, "/") + Bytes(2, port))) + Number(4, 7);
  const std::string container = Bytes(1, "c") + Bytes(2, "img:1") + Bytes(8, limits) + Bytes(10, probe);
  const std::string pod = Bytes(1, Bytes(1, "p")) + Bytes(2, Bytes(2, container) + Number(4, 0));
  const Result<JsonDocument> json = DecodeProtobuf(Envelope("v1", "Pod", pod));
  ASSERT_TRUE(json.ok()) << json.status().message();
  const Json& made = (*Find(*json, {"spec", "containers"}))[0];
  EXPECT_EQ(FindString(made, {"resources", "limits", "cpu"}), "100m");
  EXPECT_EQ(FindInt(made, {"livenessProbe", "httpGet", "port"}), 80);
  EXPECT_EQ(FindInt(made, {"livenessProbe", "periodSeconds"}), 7);
  EXPECT_EQ(FindInt(*json, {"spec", "terminationGracePeriodSeconds"}, -1), 0) << "a zero that was set stays";
  EXPECT_EQ(PostProtobuf("/api/v1/namespaces/d/pods", Envelope("v1", "Pod", pod)).code, 201);
}

// A typed client sends back what it has read, the record of who owns which fields included.
TEST_F(ProtobufTest, OwnersOfFieldsOutliveAnUpdate) {
  const std::string fields = R"({"f:data":{".":{},"f:x":{}}})";
  const std::string owner =
      Bytes(1, "me") + Bytes(2, "Update") + Bytes(3, "v1") + Bytes(6, "FieldsV1") + Bytes(7, Bytes(1, fields));
  const std::string map = Bytes(1, Bytes(1, "a") + Bytes(17, owner)) + Bytes(2, Bytes(1, "x") + Bytes(2, "y"));
  const Result<JsonDocument> json = DecodeProtobuf(Envelope("v1", "ConfigMap", map));
  ASSERT_TRUE(json.ok()) << json.status().message();
  const Json* owners = Find(*json, {"metadata", "managedFields"});
  ASSERT_NE(owners, nullptr);
  EXPECT_EQ(WriteJson(*Find((*owners)[0], {"fieldsV1"})), fields);
}

// As `kubectl certificate approve` sends it.
TEST_F(ProtobufTest, ApprovedRequestsForCertificatesAreRead) {
  const std::string extra = Bytes(1, "k") + Bytes(2, Bytes(1, "v"));
  const std::string spec = Bytes(1, "pem") + Bytes(7, "a.b/c") + Number(8, 90) + Bytes(5, "any") + Bytes(2, "me") +
                           Bytes(4, "all") + Bytes(6, extra);
  const std::string approved = Bytes(1, "Approved") + Bytes(2, "R") + Bytes(3, "M") + Bytes(6, "True");
  const std::string raw = Bytes(1, Bytes(1, "a")) + Bytes(2, spec) + Bytes(3, Bytes(1, approved) + Bytes(2, "crt"));
  const Result<JsonDocument> json =
      DecodeProtobuf(Envelope("certificates.k8s.io/v1", "CertificateSigningRequest", raw));
  ASSERT_TRUE(json.ok()) << json.status().message();
  const JsonDocument want = *ParseJson(
      R"({"spec":{"request":"cGVt","signerName":"a.b/c","expirationSeconds":90,"usages":["any"],"username":"me",)"
      R"("groups":["all"],"extra":{"k":["v"]}},"status":{"conditions":[{"type":"Approved","status":"True",)"
      R"("reason":"R","message":"M"}],"certificate":"Y3J0"}})");
  for (const char* part : {"spec", "status"}) {
    ASSERT_NE(Find(*json, part), nullptr);
    EXPECT_TRUE(Equal(*Find(*json, part), *Find(want, part))) << WriteJson(*Find(*json, part));
  }
}

// What typed clients send for kinds that kubectl itself creates.
TEST_F(ProtobufTest, LimitsAutoscalersAndClassesAreRead) {
  const auto named = [](const std::string& rest) { return Bytes(1, Bytes(1, "a")) + rest; };
  const auto pair = [](const std::string& key, const std::string& value) {
    return Bytes(1, key) + Bytes(2, Bytes(1, value));
  };
  const std::string target = Bytes(1, "Deployment") + Bytes(2, "web") + Bytes(3, "apps/v1");
  const std::string cpu = Bytes(1, "cpu") + Bytes(2, Bytes(1, "Utilization") + Number(4, 70));
  const struct {
    const char* kind;
    const char* version;
    const char* path;
    std::string raw;
    const char* json;  // of what is stored
  } cases[] = {
      {"ResourceQuota", "v1", "/api/v1/namespaces/d/resourcequotas", named(Bytes(2, Bytes(1, pair("pods", "3")))),
       R"("hard":{"pods":"3"})"},
      {"LimitRange", "v1", "/api/v1/namespaces/d/limitranges",
       named(Bytes(2, Bytes(1, Bytes(1, "Pod") + Bytes(2, pair("cpu", "1"))))),
       R"("limits":[{"type":"Pod","max":{"cpu":"1"}}])"},
      {"PodDisruptionBudget", "policy/v1", "/apis/policy/v1/namespaces/d/poddisruptionbudgets",
       named(Bytes(2, Bytes(3, Number(1, 1) + Number(2, 0) + Bytes(3, "25%")))), R"("maxUnavailable":"25%")"},
      {"PriorityClass", "scheduling.k8s.io/v1", "/apis/scheduling.k8s.io/v1/priorityclasses",
       named(Number(2, 9) + Bytes(5, "Never")), R"("value":9)"},
      {"NetworkPolicy", "networking.k8s.io/v1", "/apis/networking.k8s.io/v1/namespaces/d/networkpolicies",
       named(Bytes(2, Bytes(1, "") + Bytes(3, Bytes(2, Bytes(3, Bytes(1, "10.0.0.0/8")))))),
       R"("egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8"}}]}])"},
      {"ServiceCIDR", "networking.k8s.io/v1", "/apis/networking.k8s.io/v1/servicecidrs",
       named(Bytes(2, Bytes(1, "10.0.0.0/8"))), R"("cidrs":["10.0.0.0/8"])"},
      {"IPAddress", "networking.k8s.io/v1", "/apis/networking.k8s.io/v1/ipaddresses",
       Bytes(1, Bytes(1, "10.0.0.1")) + Bytes(2, Bytes(1, Bytes(2, "services") + Bytes(3, "d") + Bytes(4, "web"))),
       R"("parentRef":{"resource":"services","namespace":"d","name":"web"})"},
      {"StorageClass", "storage.k8s.io/v1", "/apis/storage.k8s.io/v1/storageclasses",
       named(Bytes(2, "x.y/z") + Number(6, 1)), R"("allowVolumeExpansion":true)"},
      {"CSIStorageCapacity", "storage.k8s.io/v1", "/apis/storage.k8s.io/v1/namespaces/d/csistoragecapacities",
       named(Bytes(3, "fast") + Bytes(4, Bytes(1, "5Gi"))), R"("capacity":"5Gi")"},
      {"RuntimeClass", "node.k8s.io/v1", "/apis/node.k8s.io/v1/runtimeclasses", named(Bytes(2, "kata")),
       R"("handler":"kata")"},
      {"HorizontalPodAutoscaler", "autoscaling/v2", "/apis/autoscaling/v2/namespaces/d/horizontalpodautoscalers",
       named(Bytes(2, Bytes(1, target) + Number(3, 5) + Bytes(4, Bytes(1, "Resource") + Bytes(4, cpu)))),
       R"("averageUtilization":70)"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.kind);
    const Answer made = PostProtobuf(c.path, Envelope(c.version, c.kind, c.raw));
    EXPECT_EQ(made.code, 201) << made.text;
    EXPECT_NE(made.text.find(c.json), std::string::npos) << made.text;
  }
  const Answer old =
      PostProtobuf("/apis/autoscaling/v1/namespaces/d/horizontalpodautoscalers",
                   Envelope("autoscaling/v1", "HorizontalPodAutoscaler",
                            Bytes(1, Bytes(1, "b")) + Bytes(2, Bytes(1, target) + Number(3, 5) + Number(4, 60))));
  EXPECT_EQ(old.code, 201) << old.text;
  EXPECT_EQ(FindInt(old.json, {"spec", "targetCPUUtilizationPercentage"}), 60);
}

TEST_F(ProtobufTest, WhatIsMalformedOrUnknownIsRefused) {
  const std::string path = "/api/v1/namespaces/d/configmaps";
  EXPECT_EQ(PostProtobuf(path, "x").code, 400);
  EXPECT_EQ(PostProtobuf(path, Envelope("x.y/v1", "Gadget", "")).code, 415);
  const std::string whole = Envelope("v1", "ConfigMap", Bytes(1, Bytes(1, "cut")));
  for (size_t size = 4; size < whole.size(); ++size) {
    const Answer answer = PostProtobuf(path, whole.substr(0, size));
    EXPECT_GE(answer.code, 400) << size;
  }
  EXPECT_EQ(Get(path + "/cut").code, 404);
}

std::string Double(int number, double value) {
  uint64_t bits = std::bit_cast<uint64_t>(value);
  std::string out(1, static_cast<char>(number << 3 | 1));
  for (int i = 0; i < 8; ++i, bits >>= 8) out += static_cast<char>(bits & 0xff);
  return out;
}

TEST_F(ProtobufTest, SchemasOfPostedKindsAreWhatTheirUnionsHold) {
  const auto property = [](const std::string& name, const std::string& schema) {
    return Bytes(29, Bytes(1, name) + Bytes(2, schema));
  };
  const std::string list = Bytes(5, "array") + Bytes(24, Bytes(1, Bytes(5, "string")));
  const std::string closed = Bytes(5, "object") + Bytes(30, Number(1, 0));
  const std::string open = Bytes(5, "object") + Bytes(30, Number(1, 1) + Bytes(2, Bytes(5, "string")));
  const std::string count =
      Bytes(5, "integer") + Double(9, 10) + Double(11, 0.5) + Bytes(8, Bytes(1, "0")) + Number(13, 0);
  const std::string schema =
      Bytes(5, "object") + property("a", list) + property("b", closed) + property("c", open) + property("d", count);
  const std::string version = Bytes(1, "v1") + Number(2, 1) + Number(3, 0) + Bytes(4, Bytes(1, schema));
  const std::string raw = Bytes(1, Bytes(1, "x")) + Bytes(2, Bytes(1, "example.com") + Bytes(7, version));
  const Result<JsonDocument> json =
      DecodeProtobuf(Envelope("apiextensions.k8s.io/v1", "CustomResourceDefinition", raw));
  ASSERT_TRUE(json.ok()) << json.status().message();
  const Json& made = (*Find(*json, {"spec", "versions"}))[0];
  EXPECT_TRUE(FindBool(made, {"served"}));
  ASSERT_NE(Find(made, "storage"), nullptr) << "what is false is said";
  EXPECT_EQ(WriteJson(*Find(made, {"schema", "openAPIV3Schema", "properties"})),
            R"({"a":{"type":"array","items":{"type":"string"}},"b":{"type":"object","additionalProperties":false},)"
            R"("c":{"type":"object","additionalProperties":{"type":"string"}},)"
            R"("d":{"type":"integer","maximum":10,"minimum":0.5,"default":0,"maxLength":0}})");
}

}  // namespace
}  // namespace croft::server
