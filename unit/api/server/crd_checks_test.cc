#include <rapidjson/pointer.h>

#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

constexpr const char* kCrds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
constexpr const char* kCrd = R"({
  "apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"boats.lake.example"},
  "spec":{"group":"lake.example","scope":"Namespaced","names":{"plural":"boats","kind":"Boat","shortNames":["bt"]},
    "versions":[{"name":"v1","served":true,"storage":true,
      "subresources":{"status":{},"scale":{"specReplicasPath":".spec.n","statusReplicasPath":".status.n"}},
      "additionalPrinterColumns":[{"name":"N","type":"integer","jsonPath":".spec.n"}],
      "selectableFields":[{"jsonPath":".spec.n"}],
      "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{
        "n":{"type":"integer"},"o":{"type":"object"}}}}}}}]}})";
constexpr const char* kLabelRule =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and "
    "end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    "'[a-z]([-a-z0-9]*[a-z0-9])?')";

class CrdChecksTest : public ApiTest {
 protected:
  // The definition with one place replaced; empty: removed.
  static std::string With(const std::string& base, const char* path, const std::string& value) {
    JsonDocument crd = *ParseJson(base);
    if (value.empty()) {
      rapidjson::GenericPointer<Json>(path).Erase(crd);
    } else {
      const JsonDocument parsed = *ParseJson(value);
      rapidjson::GenericPointer<Json>(path).Set(crd, Copy(parsed, crd.GetAllocator()));
    }
    return WriteJson(crd);
  }
  static std::string CausesOf(const Answer& answer) {
    std::string text;
    const Json* causes = Find(answer.json, {"details", "causes"});
    if (causes == nullptr) return answer.text;
    for (const Json& cause : causes->GetArray()) {
      text += (text.empty() ? "" : "\n") + std::string(FindString(cause, {"field"})) + ": " +
              std::string(FindString(cause, {"message"}));
    }
    return text;
  }
};

// As clients with a class for a schema send it.
TEST_F(CrdChecksTest, EmptyListsAndMapsOfASchemaSayNothing) {
  const char* empties = R"({"type":"object","allOf":[],"anyOf":[],"definitions":{},"enum":[],"oneOf":[],
    "patternProperties":{},"properties":{},"required":[],"x-kubernetes-list-map-keys":[],"x-kubernetes-validations":[]})";
  const Answer made =
      Post(kCrds, With(kCrd, "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/o", empties));
  ASSERT_EQ(made.code, 201) << CausesOf(made);
  EXPECT_EQ(made.text.find("patternProperties"), std::string::npos) << made.text;
}

TEST_F(CrdChecksTest, RefusesInKubernetesWords) {
  const std::string label = kLabelRule;
  const struct {
    const char* name;
    const char* path;   // JSON pointer of what is replaced
    const char* value;  // empty: removed
    std::string causes;
  } cases[] = {
      {"a name of another form", "/metadata/name", "\"boats\"",
       "metadata.name: Invalid value: \"boats\": must be spec.names.plural+\".\"+spec.group"},
      {"no group", "/spec/group", "\"\"",
       "spec.group: Required value\nmetadata.name: Invalid value: \"boats.lake.example\": must be "
       "spec.names.plural+\".\"+spec.group"},
      {"a group without a dot", "/spec/group", "\"lake\"",
       "spec.group: Invalid value: \"lake\": should be a domain with at least one dot\nmetadata.name: Invalid value: "
       "\"boats.lake.example\": must be spec.names.plural+\".\"+spec.group"},
      {"another scope", "/spec/scope", "\"Global\"",
       "spec.scope: Unsupported value: \"Global\": supported values: \"Cluster\", \"Namespaced\""},
      {"a short name that is no label", "/spec/names/shortNames/0", "\"Bt\"",
       "spec.names.shortNames[0]: Invalid value: \"Bt\": " + label},
      {"a kind with a dot", "/spec/names/kind", "\"Bo.at\"",
       "spec.names.singular: Invalid value: \"bo.at\": " + label +
           "\nspec.names.kind: Invalid value: \"Bo.at\": may have mixed case, but should otherwise match: " + label +
           "\nspec.names.listKind: Invalid value: \"Bo.atList\": may have mixed case, but should otherwise match: " +
           label},
      {"lists called as their items", "/spec/names/listKind", "\"Boat\"",
       "spec.names.listKind: Invalid value: \"Boat\": kind and listKind may not be the same"},
      {"a version's name", "/spec/versions/0/name", "\"V1\"", "spec.versions[0].name: Invalid value: \"V1\": " + label},
      {"unknown fields that are to be kept", "/spec/preserveUnknownFields", "true",
       "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields "
       "to true in spec.versions[*].schema instead"},
      {"a conversion of another kind", "/spec/conversion", R"({"strategy":"Magic"})",
       "spec.conversion.strategy: Unsupported value: \"Magic\": supported values: \"None\", \"Webhook\""},
      {"a conversion service that is not named", "/spec/conversion",
       R"({"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"]}})",
       "spec.conversion.webhook.clientConfig: Required value: required when strategy is set to Webhook"},
      {"a column of another type", "/spec/versions/0/additionalPrinterColumns/0/type", "\"text\"",
       "spec.versions[0].additionalPrinterColumns[0].type: Invalid value: \"text\": must be one of "
       "boolean,date,integer,number,string"},
      {"a column's path", "/spec/versions/0/additionalPrinterColumns/0/jsonPath", "\"spec\"",
       "spec.versions[0].additionalPrinterColumns[0].jsonPath: Invalid value: \"spec\": must be a simple json path "
       "starting with ."},
      {"a scale path outside of spec", "/spec/versions/0/subresources/scale/specReplicasPath", "\".n\"",
       "spec.versions[0].subresources.scale.specReplicasPath: Invalid value: \".n\": should be a json path under "
       ".spec"},
      {"a selectable field that is not there", "/spec/versions/0/selectableFields/0/jsonPath", "\".spec.m\"",
       "spec.versions[0].selectableFields[0].jsonPath: Invalid value: \".spec.m\": is an invalid path: does not refer "
       "to a valid field"},
      {"a selectable field that is an object", "/spec/versions/0/selectableFields/0/jsonPath", "\".spec.o\"",
       "spec.versions[0].selectableFields[0].jsonPath: Invalid value: \".spec.o\": must point to a field of type "
       "string, boolean or integer. Enum string fields and strings with formats are allowed."},
      {"a deprecation of what is not deprecated", "/spec/versions/0/deprecationWarning", "\"old\"",
       "spec.versions[0].deprecationWarning: Invalid value: \"old\": can only be set for deprecated versions"},
      {"a version without schema", "/spec/versions/0/schema", "{}",
       "spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required"},
  };
  for (const auto& c : cases) {
    const Answer refused = Post(kCrds, With(kCrd, c.path, c.value));
    EXPECT_EQ(refused.code, 422) << c.name << refused.text;
    EXPECT_EQ(CausesOf(refused), c.causes) << c.name;
  }
  EXPECT_EQ(Post(kCrds, kCrd).code, 201);
}

TEST_F(CrdChecksTest, TellsEverythingAtOnce) {
  std::string crd = With(kCrd, "/spec/scope", "\"Global\"");
  crd = With(crd, "/spec/versions/0/schema/openAPIV3Schema/properties/spec", "{}");
  crd = With(crd, "/spec/names/shortNames/0", "\"B\"");
  const std::string causes = CausesOf(Post(kCrds, crd));
  for (const char* field :
       {"spec.scope", "spec.names.shortNames[0]", "spec.versions[0].schema.openAPIV3Schema.properties[spec].type"}) {
    EXPECT_NE(causes.find(field), std::string::npos) << field << "\n" << causes;
  }
}

TEST_F(CrdChecksTest, GroupsOfKubernetesNeedAnApproval) {
  std::string crd = With(kCrd, "/spec/group", "\"lake.k8s.io\"");
  crd = With(crd, "/metadata/name", "\"boats.lake.k8s.io\"");
  EXPECT_EQ(CausesOf(Post(kCrds, crd)),
            "metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval "
            "annotation \"api-approved.kubernetes.io\", see https://github.com/kubernetes/enhancements/pull/1111");
  const auto approve = [&](const char* value) {
    return With(crd, "/metadata/annotations", std::string(R"({"api-approved.kubernetes.io":")") + value + "\"}");
  };
  EXPECT_NE(CausesOf(Post(kCrds, approve("yes"))).find("either a URL or a reason"), std::string::npos);
  EXPECT_EQ(Post(kCrds, approve("unapproved, a test")).code, 201);
}

TEST_F(CrdChecksTest, WhatObjectsAreStoredUnderCanNotChange) {
  ASSERT_EQ(Post(kCrds, kCrd).code, 201);
  const std::string path = std::string(kCrds) + "/boats.lake.example";
  const auto patch = [&](const char* spec) { return CausesOf(Patch(path, "merge-patch+json", spec)); };
  EXPECT_EQ(patch(R"({"spec":{"scope":"Cluster"}})"), "spec.scope: Invalid value: \"Cluster\": field is immutable");
  EXPECT_EQ(patch(R"({"spec":{"names":{"kind":"Ship"}}})"),
            "spec.names.kind: Invalid value: \"Ship\": field is immutable");
  EXPECT_NE(patch(R"({"spec":{"group":"sea.example"}})")
                .find("spec.group: Invalid value: \"sea.example\": field is immutable"),
            std::string::npos);
}

TEST_F(CrdChecksTest, AVersionStaysWhileObjectsMayBeStoredInIt) {
  ASSERT_EQ(Post(kCrds, kCrd).code, 201);
  const std::string path = std::string(kCrds) + "/boats.lake.example";
  const std::string schema = R"("schema":{"openAPIV3Schema":{"type":"object"}})";
  const std::string both = R"([{"name":"v1","served":true,"storage":false,)" + schema +
                           R"(},{"name":"v2","served":true,"storage":true,)" + schema + "}]";
  const std::string one = R"([{"name":"v2","served":true,"storage":true,)" + schema + "}]";
  const Answer grown = Patch(path, "merge-patch+json", R"({"spec":{"versions":)" + both + "}}");
  ASSERT_EQ(grown.code, 200) << grown.text;
  EXPECT_EQ(WriteJson(*Find(grown.json, {"status", "storedVersions"})), R"(["v1","v2"])");
  EXPECT_EQ(CausesOf(Patch(path, "merge-patch+json", R"({"spec":{"versions":)" + one + "}}")),
            "status.storedVersions[0]: Invalid value: \"v1\": missing from spec.versions; v1 was previously a storage "
            "version, and must remain in spec.versions until a storage migration ensures no data remains persisted in "
            "v1 and removes v1 from status.storedVersions");
  // Who has rewritten all objects says so.
  ASSERT_EQ(Patch(path + "/status", "merge-patch+json", R"({"status":{"storedVersions":["v2"]}})").code, 200);
  EXPECT_EQ(Patch(path, "merge-patch+json", R"({"spec":{"versions":)" + one + "}}").code, 200);
  EXPECT_EQ(Get("/apis/lake.example/v1").code, 404);
}

TEST_F(CrdChecksTest, WhatIsKeptWithoutEffectIsSaidInWarnings) {
  const std::string spec = "/spec/versions/0/schema/openAPIV3Schema/properties/spec";
  const auto warnings = [&](const char* more, const std::string& value) {
    const Answer made = Call("POST", std::string(kCrds) + "?dryRun=All", With(kCrd, more, value));
    EXPECT_EQ(made.code, 201) << made.text;
    return std::string(made.headers.Get("Warning"));
  };
  EXPECT_EQ(warnings((spec + "/x-kubernetes-validations").c_str(), R"([{"rule":"self.n > 0"}])"),
            "299 - \"spec.versions: the x-kubernetes-validations rules of version v1 are kept, but not enforced yet\"");
  EXPECT_EQ(warnings((spec + "/properties/n").c_str(), R"({"type":"string","format":"colour"})"),
            "299 - \"unrecognized format \\\"colour\\\"\"");
  EXPECT_EQ(warnings("/spec/scope", "\"Cluster\""), "");
}

}  // namespace
}  // namespace croft::server
