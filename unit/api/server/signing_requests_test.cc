#include "api/base/base64.h"
#include "api/object/patch.h"
#include "unit/api/server/api_fixture.h"

// Requests for certificates: who asked, what may come by which subresource, and what is refused.
namespace croft::server {
namespace {

constexpr const char* kRequests = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
constexpr const char* kRequest = "/apis/certificates.k8s.io/v1/certificatesigningrequests/a";
constexpr const char* kStatus = "/apis/certificates.k8s.io/v1/certificatesigningrequests/a/status";
constexpr const char* kApprovalPath = "/apis/certificates.k8s.io/v1/certificatesigningrequests/a/approval";
constexpr const char* kMergeSubtype = "merge-patch+json";
// For the name e, in PEM, in base64.
constexpr const char* kPem =
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIR01HNENBUUF3RERFS01BZ0dBMVVFQXd3QlpUQlpNQk1HQnlx"
    "R1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQTBJQQpCR05JMk1tOXFOckVOTUxGVE5CUk1MaFMxM3hER3F5bHNFb0xBdDZLSkgwa0lBS29N"
    "YmhRWllPYURqZjFxNXBkClVYOVdZVVM1NEFyWDQ3czBHOEcyVlorZ0FEQUtCZ2dxaGtqT1BRUURBZ05JQURCRkFpQmFuZHQ0Nnh5"
    "QndQTzEKcFRQNjcvVnZvQ1hKYm1pcExiNU1ZLys1WHJOeUpnSWhBTmh1dm13cG9TNDJzYUZueW92UnMzNzRrK1pqVFVSQQpHZm5B"
    "VkRIV3lHK3YKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==";
constexpr const char* kCertificate =
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJiVENDQVJPZ0F3SUJBZ0lVVGtWMnQrUXNlYUFkeDRFeUNkNDI4UndQNGw4"
    "d0NnWUlLb1pJemowRUF3SXcKRERFS01BZ0dBMVVFQXd3QlpUQWVGdzB5TmpFeE1qRXlNREl5TkRKYUZ3MHpOakV4TVRneU1ESXlO"
    "REphTUF3eApDakFJQmdOVkJBTU1BV1V3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkNBQVF4N0kvRng1TEtWWGw3ClI2"
    "MzN1Z3ZmYS9Hb2p2WGY1MUF5bm1YdE55aFpBQmFBaW8rbTVHZzE4Kzg2akJDZHMxV1gyS3l1Njc4QUl0dHAKTmZOU3huYmRvMU13"
    "VVRBZEJnTlZIUTRFRmdRVXliOGZUMWFHYnBURENLRTFqRHl5VXJQOFh6OHdId1lEVlIwagpCQmd3Rm9BVXliOGZUMWFHYnBURENL"
    "RTFqRHl5VXJQOFh6OHdEd1lEVlIwVEFRSC9CQVV3QXdFQi96QUtCZ2dxCmhrak9QUVFEQWdOSUFEQkZBaUJ0c2llNHJmVVNuZFNE"
    "V2RlMGhYbkgvUFEvaXNoM0tDSGJ2K2l1bUIzZGRBSWgKQUlhSkpGKy92akxDNVZINWtTSEgwQy9yTjcvc3dTL25Gc2N4bGhoeVI2"
    "TSsKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=";

class SigningRequestsTest : public ApiTest {
 protected:
  // `more`: of the spec, in place of what stands there.
  static std::string Body(const std::string& more = "", const std::string& metadata = R"("name":"a")") {
    JsonDocument body = *ParseJson(R"({"metadata":{)" + metadata + R"(},"spec":{"request":")" + kPem +
                                   R"(","signerName":"example.com/servers","usages":["server auth"]}})");
    const JsonDocument changes = *ParseJson("{" + more + "}");
    for (const auto& member : changes.GetObject()) {
      Json& spec = *FindMutable(body, "spec");
      if (member.value.IsNull()) {
        Erase(spec, AsView(member.name));
      } else {
        Set(spec, AsView(member.name), Copy(member.value, body.GetAllocator()), body.GetAllocator());
      }
    }
    return WriteJson(body);
  }
  static std::string Conditions(const std::string& types) {
    std::string list;
    for (const char type : types) {
      const std::string name = type == 'A' ? "Approved" : type == 'D' ? "Denied" : type == 'F' ? "Failed" : "Other";
      list += (list.empty() ? "" : ",") + (R"({"type":")" + name + R"(","status":"True"})");
    }
    return R"({"status":{"conditions":[)" + list + "]}}";
  }
  // "AF": the initials of what stands there.
  std::string Standing() {
    std::string text;
    const Answer request = Get(kRequest);
    const Json* conditions = Find(request.json, {"status", "conditions"});
    if (conditions == nullptr) return text;
    for (const Json& condition : conditions->GetArray()) text += FindString(condition, {"type"})[0];
    return text;
  }
};

TEST_F(SigningRequestsTest, WhoAsksIsWrittenDownByTheServer) {
  const Answer made = Post(kRequests, Body(R"("username":"somebody","uid":"7","groups":["x"],"extra":{"k":["v"]})"));
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(made.Text({"spec", "username"}), AdminIdentity().user);
  EXPECT_EQ(AsView((*Find(made.json, {"spec", "groups"}))[0]), AdminIdentity().groups.at(0));
  EXPECT_EQ(Find(made.json, {"spec", "uid"}), nullptr);
  EXPECT_EQ(Find(made.json, {"spec", "extra"}), nullptr);
  EXPECT_NE(made.headers.Get("Warning").find("nothing in Croft acts on it yet"), std::string::npos);
  EXPECT_EQ(Find(made.json, {"metadata", "generation"}), nullptr);
  token_ = "account";
  const Answer other = Post(kRequests, Body("", R"("name":"b")"));
  ASSERT_EQ(other.code, 201) << other.text;
  EXPECT_EQ(other.Text({"spec", "username"}), "system:serviceaccount:d:builder");
  EXPECT_EQ(other.Text({"spec", "uid"}), "7");
  EXPECT_EQ(AsView((*Find(other.json, {"spec", "extra", "from"}))[0]), "pod");
}

TEST_F(SigningRequestsTest, NamesMayBeGenerated) {
  const Answer made = Post(kRequests, Body("", R"("generateName":"node-")"));
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_TRUE(made.Text({"metadata", "name"}).starts_with("node-"));
}

TEST_F(SigningRequestsTest, TheRequestStaysAsItWas) {
  ASSERT_EQ(Post(kRequests, Body()).code, 201);
  const Answer patched = Patch(kRequest, kMergeSubtype,
                               R"({"metadata":{"labels":{"x":"y"}},"spec":{"username":"me","usages":["any"]},)"
                               R"("status":{"conditions":[{"type":"Approved","status":"True"}]}})");
  ASSERT_EQ(patched.code, 200) << patched.text;
  EXPECT_EQ(patched.Text({"metadata", "labels", "x"}), "y");
  EXPECT_EQ(patched.Text({"spec", "username"}), AdminIdentity().user);
  EXPECT_EQ(AsView((*Find(patched.json, {"spec", "usages"}))[0]), "server auth");
  EXPECT_EQ(Standing(), "");
}

TEST_F(SigningRequestsTest, WhatIsNoRequestIsRefused) {
  const std::string nothing =
      Base64Encode("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n");
  std::string forged = *Base64Decode(kPem);
  forged[forged.size() - 50] = forged[forged.size() - 50] == 'A' ? 'B' : 'A';  // within the signature
  const struct {
    const char* name;
    std::string more;
    const char* causes;
  } cases[] = {
      {"a signature that is another's", R"("request":")" + Base64Encode(forged) + "\"",
       "spec.request:FieldValueInvalid"},
      {"text that is no PEM", R"("request":"aGVsbG8=")", "spec.request:FieldValueInvalid"},
      {"a certificate", std::string(R"("request":")") + kCertificate + "\"", "spec.request:FieldValueInvalid"},
      {"a block with something else in it", R"("request":")" + nothing + "\"", "spec.request:FieldValueInvalid"},
      {"nothing", R"("request":null)", "spec.request:FieldValueRequired"},
      {"no signer", R"("signerName":null)", "spec.signerName:FieldValueRequired"},
      {"a signer without path", R"("signerName":"example.com")", "spec.signerName:FieldValueInvalid"},
      {"a signer without domain", R"("signerName":"example/servers")", "spec.signerName:FieldValueInvalid"},
      {"a signer with two paths", R"("signerName":"example.com/a/b")", "spec.signerName:FieldValueInvalid"},
      {"the signer of old", R"("signerName":"kubernetes.io/legacy-unknown")", "spec.signerName:FieldValueInvalid"},
      {"no usages", R"("usages":null)", "spec.usages:FieldValueRequired"},
      {"an unknown usage", R"("usages":["fun"])", "spec.usages[0]:FieldValueNotSupported"},
      {"a usage twice", R"("usages":["any","any"])", "spec.usages[1]:FieldValueDuplicate"},
      {"a life too short", R"("expirationSeconds":599)", "spec.expirationSeconds:FieldValueInvalid"},
  };
  for (const auto& c : cases) {
    const Answer refused = Post(kRequests, Body(c.more));
    EXPECT_EQ(refused.code, 422) << c.name << refused.text;
    EXPECT_EQ(Causes(refused), c.causes) << c.name << refused.text;
  }
}

TEST_F(SigningRequestsTest, WhatComesByWhichDoor) {
  const struct {
    const char* name;
    const char* before;  // conditions that stand, approved ones first
    const char* door;
    std::string patch;
    const char* causes;  // empty: it is taken
    const char* after;
  } cases[] = {
      {"approval by its door", "", kApprovalPath, Conditions("A"), "", "A"},
      {"denial by its door", "", kApprovalPath, Conditions("D"), "", "D"},
      {"both", "", kApprovalPath, Conditions("AD"), "status.conditions[1].type:FieldValueInvalid", ""},
      {"approval by status", "", kStatus, Conditions("A"), "status.conditions:FieldValueForbidden", ""},
      {"failure by status", "A", kStatus, Conditions("AF"), "", "AF"},
      {"approval taken back", "A", kApprovalPath, Conditions(""), "status.conditions:FieldValueForbidden", "A"},
      {"approval taken back by status", "A", kStatus, Conditions("O"), "status.conditions:FieldValueForbidden", "A"},
      {"approval worded otherwise by status", "A", kStatus,
       R"({"status":{"conditions":[{"type":"Approved","status":"False"}]}})", "", "A"},
      {"another condition", "", kStatus, Conditions("O"), "", "O"},
      {"approval that is none", "", kApprovalPath,
       R"({"status":{"conditions":[{"type":"Approved","status":"False"}]}})",
       "status.conditions[0].status:FieldValueNotSupported", ""},
  };
  for (const auto& c : cases) {
    ASSERT_EQ(Post(kRequests, Body()).code, 201) << c.name;
    if (*c.before != 0) {
      ASSERT_EQ(Patch(kApprovalPath, kMergeSubtype, Conditions(c.before)).code, 200) << c.name;
    }
    const Answer answer = Patch(c.door, kMergeSubtype, c.patch);
    EXPECT_EQ(answer.code, *c.causes == 0 ? 200 : 422) << c.name << answer.text;
    EXPECT_EQ(Causes(answer), c.causes) << c.name << answer.text;
    EXPECT_EQ(Standing(), c.after) << c.name;
    ASSERT_EQ(Delete(kRequest).code, 200) << c.name;
  }
}

TEST_F(SigningRequestsTest, TheServerSaysSinceWhenAConditionHolds) {
  ASSERT_EQ(Post(kRequests, Body()).code, 201);
  const std::string then = FormatTime(clock_.Now());
  ASSERT_EQ(Patch(kApprovalPath, kMergeSubtype, Conditions("A")).code, 200);
  clock_.Advance(std::chrono::hours(1));
  const Answer answer = Patch(kStatus, kMergeSubtype, Conditions("AF"));
  ASSERT_EQ(answer.code, 200) << answer.text;
  const Json& conditions = *Find(answer.json, {"status", "conditions"});
  EXPECT_EQ(FindString(conditions[0], {"lastTransitionTime"}), then);
  EXPECT_EQ(FindString(conditions[1], {"lastTransitionTime"}), FormatTime(clock_.Now()));
  EXPECT_EQ(FindString(conditions[1], {"lastUpdateTime"}), FormatTime(clock_.Now()));
}

TEST_F(SigningRequestsTest, TheCertificateComesOnceAndByStatus) {
  const auto certificate = [](const std::string& text) { return R"({"status":{"certificate":")" + text + "\"}}"; };
  ASSERT_EQ(Post(kRequests, Body()).code, 201);
  const Answer ignored = Patch(kApprovalPath, kMergeSubtype, certificate(kCertificate));
  EXPECT_EQ(ignored.code, 200);
  EXPECT_EQ(Find(ignored.json, {"status", "certificate"}), nullptr) << "approval is no way for it";
  EXPECT_EQ(Causes(Patch(kStatus, kMergeSubtype, certificate(kPem))), "status.certificate:FieldValueInvalid");
  EXPECT_EQ(Causes(Patch(kStatus, kMergeSubtype, certificate("aGVsbG8="))), "status.certificate:FieldValueInvalid");
  EXPECT_EQ(Patch(kStatus, kMergeSubtype, certificate(kCertificate)).Text({"status", "certificate"}), kCertificate);
  const std::string two = Base64Encode(*Base64Decode(kCertificate) + *Base64Decode(kCertificate));
  EXPECT_EQ(Causes(Patch(kStatus, kMergeSubtype, certificate(two))), "status.certificate:FieldValueForbidden");
  EXPECT_EQ(Patch(kApprovalPath, kMergeSubtype, Conditions("A")).Text({"status", "certificate"}), kCertificate);
}

TEST_F(SigningRequestsTest, ApprovalShowsAndReplacesTheWholeRequest) {
  ASSERT_EQ(Post(kRequests, Body()).code, 201);
  Answer shown = Get(kApprovalPath);
  ASSERT_EQ(shown.code, 200) << shown.text;
  EXPECT_EQ(shown.Text({"kind"}), "CertificateSigningRequest");
  JsonDocument body = std::move(shown.json);
  ApplyMergePatch(body, *ParseJson(Conditions("A")), body.GetAllocator());
  EXPECT_EQ(Put(kApprovalPath, WriteJson(body)).code, 200);
  EXPECT_EQ(Standing(), "A");
  EXPECT_EQ(Get("/api/v1/namespaces/d/approval").code, 404) << "other kinds have no such door";
}

TEST_F(SigningRequestsTest, ASignerFindsItsOwn) {
  ASSERT_EQ(Post(kRequests, Body()).code, 201);
  ASSERT_EQ(Post(kRequests, Body(R"("signerName":"example.org/other")", R"("name":"b")")).code, 201);
  const Answer list = Get(std::string(kRequests) + "?fieldSelector=spec.signerName%3Dexample.org/other");
  ASSERT_EQ(list.code, 200) << list.text;
  ASSERT_EQ(Find(list.json, "items")->Size(), 1u);
  EXPECT_EQ(FindString((*Find(list.json, "items"))[0], {"metadata", "name"}), "b");
}

TEST_F(SigningRequestsTest, TheTableSaysHowFarItIs) {
  const auto row = [&] {
    const Answer table = Call("GET", kRequest, "", {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
    return WriteJson(*Find((*Find(table.json, "rows"))[0], "cells"));
  };
  const std::string start = R"(["a","0s","example.com/servers",")" + AdminIdentity().user + R"(","60m",")";
  ASSERT_EQ(Post(kRequests, Body(R"("expirationSeconds":3600)")).code, 201);
  EXPECT_EQ(row(), start + R"(Pending"])");
  Patch(kApprovalPath, kMergeSubtype, Conditions("A"));
  EXPECT_EQ(row(), start + R"(Approved"])");
  Patch(kStatus, kMergeSubtype, R"({"status":{"certificate":")" + std::string(kCertificate) + "\"}}");
  EXPECT_EQ(row(), start + R"(Approved,Issued"])");
}

}  // namespace
}  // namespace croft::server
