#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

constexpr const char* kCrds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
constexpr const char* kBoat = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.lake.example";
constexpr const char* kV1 = "/apis/lake.example/v1/namespaces/d/boats";
constexpr const char* kBeta = "/apis/lake.example/v1beta1/namespaces/d/boats";

// v1 is stored; v1beta1 is deprecated and knows another field; v0 is no longer served.
constexpr const char* kVersions = R"([
  {"name":"v1beta1","served":true,"storage":false,"deprecated":true,
   "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{
     "size":{"type":"integer","maximum":9},"sail":{"type":"string","default":"lug"}}}}}}},
  {"name":"v0","served":false,"storage":false,"schema":{"openAPIV3Schema":{"type":"object"}}},
  {"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"selectableFields":[{"jsonPath":".spec.colour"}],
   "schema":{"openAPIV3Schema":{"type":"object","properties":{
     "spec":{"type":"object","properties":{"size":{"type":"integer"},"colour":{"type":"string","default":"blue"}}},
     "status":{"type":"object","properties":{"crew":{"type":"integer"}}}}}}}])";

constexpr const char* kWebhook = R"("conversion":{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],)"
                                 R"("clientConfig":{"url":"https://a.b/c"}}},)";

class CrdVersionsTest : public ApiTest {
 protected:
  Answer Define(const std::string& versions = kVersions, const std::string& more = "") {
    Answer made =
        Post(kCrds, R"({"metadata":{"name":"boats.lake.example"},"spec":{"group":"lake.example","scope":"Namespaced",)"
                    R"("names":{"plural":"boats","kind":"Boat"},)" +
                        more + R"("versions":)" + versions + "}}");
    EXPECT_EQ(made.code, 201) << made.text;
    return made;
  }
  // "True ReasonOfIt what it says"; empty when there is none.
  std::string Condition(std::string_view type) {
    const Answer crd = Get(kBoat);
    for (const Json& condition : Find(crd.json, {"status", "conditions"})->GetArray()) {
      if (FindString(condition, {"type"}) != type) continue;
      std::string text;
      for (const char* key : {"status", "reason", "message"}) {
        text += (text.empty() ? "" : " ") + std::string(FindString(condition, {key}));
      }
      return text;
    }
    return {};
  }
  Answer Make(const std::string& collection, const std::string& version, const std::string& spec) {
    return Post(collection, R"({"apiVersion":"lake.example/)" + version +
                                R"(","kind":"Boat","metadata":{"name":"b"},"spec":)" + spec + "}");
  }
  static std::string Spec(const Answer& answer) {
    const Json* spec = Find(answer.json, "spec");
    return spec == nullptr ? answer.text : WriteJson(*spec);
  }
};

TEST_F(CrdVersionsTest, AnObjectIsShownInTheVersionThatIsAskedFor) {
  Define();
  const Answer made = Make(kV1, "v1", R"({"size":3,"colour":"red"})");
  ASSERT_EQ(made.code, 201) << made.text;
  const Answer beta = Get(std::string(kBeta) + "/b");
  EXPECT_EQ(beta.Text({"apiVersion"}), "lake.example/v1beta1");
  EXPECT_EQ(Spec(beta), R"({"size":3})") << "without what this version does not know";
  EXPECT_EQ(beta.Text({"metadata", "resourceVersion"}), made.Text({"metadata", "resourceVersion"}));
  EXPECT_EQ(Get(kBeta).Text({"apiVersion"}), "lake.example/v1beta1");
  EXPECT_NE(Get(kBeta).text.find(R"("spec":{"size":3})"), std::string::npos) << Get(kBeta).text;
  EXPECT_EQ(Get("/apis/lake.example/v0/namespaces/d/boats").code, 404);
}

TEST_F(CrdVersionsTest, AnObjectIsStoredInTheStorageVersion) {
  Define();
  const Answer made = Make(kBeta, "v1beta1", R"({"size":3,"colour":"red"})");
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(made.Text({"apiVersion"}), "lake.example/v1beta1");
  EXPECT_EQ(Spec(Get(std::string(kV1) + "/b")), R"({"size":3,"colour":"blue"})")
      << "neither the field that v1beta1 dropped, nor the one that v1 does not know; with the default of v1";
  EXPECT_EQ(store_->Get({"lake.example", "boats"}, {"d", "b"})->meta().api_version, "lake.example/v1");
  EXPECT_EQ(Make(kBeta, "v1", R"({"size":3})").code, 400) << "the body's version is the path's";
  // Each version's own rules hold for what is written in it.
  EXPECT_EQ(Patch(std::string(kBeta) + "/b", "merge-patch+json", R"({"spec":{"size":10}})").code, 422);
  EXPECT_EQ(Patch(std::string(kV1) + "/b", "merge-patch+json", R"({"spec":{"size":10}})").code, 200);
}

TEST_F(CrdVersionsTest, WritingWhatIsThereInAnotherVersionChangesNothing) {
  Define();
  Make(kV1, "v1", R"({"size":3})");
  const Answer before = Get(std::string(kV1) + "/b");
  const Answer same = Patch(std::string(kBeta) + "/b", "merge-patch+json", R"({"spec":{"size":3}})");
  EXPECT_EQ(same.code, 200) << same.text;
  EXPECT_EQ(Get(std::string(kV1) + "/b").text, before.text);
}

TEST_F(CrdVersionsTest, WatchesShowTheirVersion) {
  Define();
  const auto stream = Watch(std::string(kBeta) + "?watch=true&resourceVersion=0");
  Make(kV1, "v1", R"({"size":3,"colour":"red"})");
  const std::string seen = stream->Take();
  EXPECT_NE(seen.find("\"apiVersion\":\"lake.example/v1beta1\""), std::string::npos) << seen;
  EXPECT_EQ(seen.find("\"colour\""), std::string::npos) << seen;
}

TEST_F(CrdVersionsTest, DeprecatedVersionsSaySo) {
  Define();
  const std::string warning = "299 - \"lake.example/v1beta1 Boat is deprecated; use lake.example/v1 Boat\"";
  EXPECT_EQ(Make(kBeta, "v1beta1", "{}").headers.Get("Warning"), warning);
  EXPECT_EQ(Get(kBeta).headers.Get("Warning"), warning);
  EXPECT_EQ(Get(std::string(kBeta) + "/b").headers.Get("Warning"), warning);
  EXPECT_EQ(Patch(std::string(kBeta) + "/b", "merge-patch+json", "{}").headers.Get("Warning"), warning);
  EXPECT_EQ(Get(std::string(kBeta) + "/none").headers.Get("Warning"), warning) << "beside a failure too";
  EXPECT_EQ(Send("GET", std::string(kBeta) + "?watch=true")->Wait().headers.Get("Warning"), warning);
  EXPECT_EQ(Delete(std::string(kBeta) + "/b").headers.Get("Warning"), warning);
  EXPECT_EQ(Get(kV1).headers.Get("Warning"), "");
}

TEST_F(CrdVersionsTest, DiscoveryPrefersTheStableVersion) {
  Define();
  EXPECT_EQ(Get("/apis/lake.example").Text({"preferredVersion", "version"}), "v1");
  const std::string versions = WriteJson(*Find(Get("/apis/lake.example").json, "versions"));
  EXPECT_EQ(
      versions,
      R"([{"groupVersion":"lake.example/v1","version":"v1"},{"groupVersion":"lake.example/v1beta1","version":"v1beta1"}])");
}

TEST_F(CrdVersionsTest, AChangedSchemaTakesEffectAtOnce) {
  Define();
  Make(kV1, "v1", R"({"size":3,"colour":"red"})");
  std::string versions = kVersions;
  const std::string from = R"("size":{"type":"integer"},"colour":{"type":"string","default":"blue"})";
  versions.replace(versions.find(from), from.size(),
                   R"("size":{"type":"integer"},"deck":{"type":"string","default":"oak"})");
  versions.replace(versions.find(R"("selectableFields":[{"jsonPath":".spec.colour"}],)"), 50, "");
  const Answer changed = Patch(kBoat, "merge-patch+json", R"({"spec":{"versions":)" + versions + "}}");
  ASSERT_EQ(changed.code, 200) << changed.text;
  const Answer old = Get(std::string(kV1) + "/b");
  EXPECT_EQ(Spec(old), R"({"size":3,"deck":"oak"})") << "what was stored before is read by the new schema";
  EXPECT_EQ(Spec(Patch(std::string(kV1) + "/b", "merge-patch+json", R"({"spec":{"size":4}})")),
            R"({"size":4,"deck":"oak"})");
  StartServer();
  EXPECT_EQ(Spec(Get(std::string(kV1) + "/b")), R"({"size":4,"deck":"oak"})");
}

TEST_F(CrdVersionsTest, FieldsThatTheDefinitionNamesCanBeSelected) {
  Define();
  Make(kV1, "v1", R"({"colour":"red"})");
  EXPECT_NE(Get(std::string(kV1) + "?fieldSelector=spec.colour%3Dred").text.find("\"name\":\"b\""), std::string::npos);
  EXPECT_EQ(Get(std::string(kV1) + "?fieldSelector=spec.colour%3Dblue").text.find("\"name\":\"b\""), std::string::npos);
  EXPECT_EQ(Get(std::string(kV1) + "?fieldSelector=spec.size%3D1").code, 400);
  EXPECT_EQ(Get(std::string(kBeta) + "?fieldSelector=spec.colour%3Dred").code, 400) << "not in this version";
}

TEST_F(CrdVersionsTest, AVersionThatOnlyAWebhookConvertsIsNotServed) {
  Define(kVersions, kWebhook);
  EXPECT_EQ(Make(kV1, "v1", R"({"size":3})").code, 201);
  EXPECT_EQ(Get(std::string(kV1) + "/b").code, 200);
  const std::string why =
      "the server could not find the requested resource: Boat in lake.example/v1beta1 is not served, since its "
      "definition leaves the conversion to a webhook and conversion webhooks are not called; use lake.example/v1, in "
      "which the objects are stored";
  for (const Answer& answer :
       {Get(kBeta), Get(std::string(kBeta) + "/b"), Make(kBeta, "v1beta1", "{}"), Delete(std::string(kBeta) + "/b"),
        Patch(std::string(kBeta) + "/b", "merge-patch+json", "{}")}) {
    EXPECT_EQ(answer.code, 404) << answer.text;
    EXPECT_EQ(answer.Text({"reason"}), "NotFound");
    EXPECT_EQ(answer.Text({"message"}), why);
  }
  EXPECT_EQ(Get("/apis/lake.example/v0/namespaces/d/boats").Text({"message"}),
            "the server could not find the requested resource")
      << "the definition does not want this one served";
  EXPECT_EQ(Get(std::string(kV1) + "/b").code, 200) << "nothing was changed";
}

TEST_F(CrdVersionsTest, DiscoveryAndConditionsTellWhatAWebhookLeavesOut) {
  const Answer made = Define(kVersions, kWebhook);
  EXPECT_EQ(made.headers.Get("Warning"),
            "299 - \"spec.conversion: conversion webhooks are not called: v1beta1 is not served, use v1\"");
  EXPECT_EQ(WriteJson(*Find(Get("/apis/lake.example").json, "versions")),
            R"([{"groupVersion":"lake.example/v1","version":"v1"}])");
  EXPECT_EQ(Get("/apis/lake.example/v1beta1").code, 404);
  EXPECT_EQ(Condition("Established"), "True InitialNamesAccepted the initial names have been accepted");
  EXPECT_EQ(Condition("AllVersionsServed"),
            "False ConversionWebhookNotCalled conversion webhooks are not called: v1beta1 is not served, use v1");

  ASSERT_EQ(Patch(kBoat, "merge-patch+json", R"({"spec":{"conversion":{"strategy":"None","webhook":null}}})").code,
            200);
  EXPECT_EQ(Condition("AllVersionsServed"), "True NoConversionWebhook no version needs a conversion webhook");
  EXPECT_EQ(Get(kBeta).code, 200);
}

TEST_F(CrdVersionsTest, ADefinitionOfOneVersionMayNameAWebhook) {
  const Answer made = Define(
      R"([{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}])", kWebhook);
  EXPECT_EQ(made.headers.Get("Warning"), "");
  EXPECT_EQ(Condition("AllVersionsServed"), "");
}

TEST_F(CrdVersionsTest, AWebhookIsRefusedWhileObjectsWouldNeedIt) {
  Define();
  Make(kV1, "v1", R"({"size":3})");
  // v2 becomes the storage version, and v1 would be converted by a webhook.
  const std::string v2 = R"({"name":"v2","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",)"
                         R"("x-kubernetes-preserve-unknown-fields":true}}})";
  const std::string v1 = R"({"name":"v1","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object",)"
                         R"("x-kubernetes-preserve-unknown-fields":true}}})";
  const std::string moved = R"({"spec":{"versions":[)" + v2 + "," + v1 + "]}}";
  const std::string webhook = std::string("{\"spec\":{") + kWebhook + R"("versions":[)" + v2 + "," + v1 + "]}}";
  const Answer refused = Patch(kBoat, "merge-patch+json", webhook);
  EXPECT_EQ(refused.code, 422) << refused.text;
  EXPECT_EQ(Causes(refused), "spec.conversion.strategy:FieldValueInvalid");
  EXPECT_NE(refused.Text({"message"}).find("Boat d/b is stored in lake.example/v1: "), std::string::npos)
      << refused.text;
  // As the refusal says: without a webhook first, and every object written once.
  ASSERT_EQ(Patch(kBoat, "merge-patch+json", moved).code, 200);
  const std::string in_v2 = "/apis/lake.example/v2/namespaces/d/boats/b";
  ASSERT_EQ(Put(in_v2, Get(in_v2).text).code, 200);
  const Answer taken = Patch(kBoat, "merge-patch+json", webhook);
  EXPECT_EQ(taken.code, 200) << taken.text;
  EXPECT_EQ(FindInt(Get(in_v2).json, {"spec", "size"}), 3);
}

TEST_F(CrdVersionsTest, GenerationCountsChangesOfWhatIsWanted) {
  Define();
  const Answer made = Make(kV1, "v1", R"({"size":3})");
  EXPECT_EQ(FindInt(made.json, {"metadata", "generation"}), 1);
  const auto generation = [&](const char* path, const char* patch) {
    return FindInt(Patch(std::string(kV1) + path, "merge-patch+json", patch).json, {"metadata", "generation"});
  };
  EXPECT_EQ(generation("/b", R"({"metadata":{"labels":{"a":"b"}}})"), 1);
  EXPECT_EQ(generation("/b/status", R"({"status":{"crew":2}})"), 1);
  EXPECT_EQ(generation("/b", R"({"status":{"crew":5}})"), 1) << "status has a door of its own";
  EXPECT_EQ(FindInt(Get(std::string(kV1) + "/b").json, {"status", "crew"}), 2);
  EXPECT_EQ(generation("/b", R"({"spec":{"size":4}})"), 2);
}

}  // namespace
}  // namespace croft::server
