#include "api/server/wire/protobuf.h"

#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

// A length-delimited field.
std::string Bytes(int number, const std::string& value) {
  std::string out(1, static_cast<char>(number << 3 | 2));
  out += static_cast<char>(value.size());  // all are short
  return out + value;
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

}  // namespace
}  // namespace croft::server
