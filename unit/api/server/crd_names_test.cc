#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

constexpr const char* kCrds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

class CrdNamesTest : public ApiTest {
 protected:
  // A definition of the group lab.example with these names.
  static std::string Crd(const std::string& plural, const std::string& names) {
    return R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":")" +
           plural + R"(.lab.example"},"spec":{"group":"lab.example","scope":"Namespaced","names":{"plural":")" +
           plural + "\"," + names +
           R"(},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}})";
  }
  // "Type=Status/Reason: message", separated by "; ".
  static std::string Conditions(const Json& crd) {
    std::string text;
    const Json* conditions = Find(crd, {"status", "conditions"});
    if (conditions == nullptr) return text;
    for (const Json& condition : conditions->GetArray()) {
      text += (text.empty() ? "" : "; ") + std::string(FindString(condition, {"type"})) + "=" +
              std::string(FindString(condition, {"status"})) + "/" + std::string(FindString(condition, {"reason"})) +
              ": " + std::string(FindString(condition, {"message"}));
    }
    return text;
  }
  std::string ConditionsOf(const std::string& plural) {
    return Conditions(Get(std::string(kCrds) + "/" + plural + ".lab.example").json);
  }
};

constexpr const char* kGood =
    "NamesAccepted=True/NoConflicts: no conflicts found; Established=True/InitialNamesAccepted: the initial names have "
    "been accepted";

TEST_F(CrdNamesTest, NamesThatAnotherHoldsAreNotAccepted) {
  ASSERT_EQ(
      Post(kCrds, Crd("boats", R"("kind":"Boat","singular":"boat","shortNames":["bt","bo"],"listKind":"BoatList")"))
          .code,
      201);
  EXPECT_EQ(ConditionsOf("boats"), kGood);
  const struct {
    const char* name;
    const char* plural;
    const char* names;
    const char* reason;
    const char* message;
  } cases[] = {
      {"a plural that is another's short name", "bt", R"("kind":"Ferry")", "PluralConflict",
       "\"bt\" is already in use"},
      {"a singular", "ferries", R"("kind":"Ferry","singular":"boat")", "SingularConflict",
       "\"boat\" is already in use"},
      {"a short name that is another's plural", "ferries", R"("kind":"Ferry","shortNames":["f","boats"])",
       "ShortNamesConflict", "\"boats\" is already in use"},
      {"several short names", "ferries", R"("kind":"Ferry","shortNames":["bt","bo"])", "ShortNamesConflict",
       "[\"bt\" is already in use, \"bo\" is already in use]"},
      {"a kind that is another's kind of lists", "ferries", R"("kind":"BoatList")", "KindConflict",
       "\"BoatList\" is already in use"},
      {"a kind of lists", "ferries", R"("kind":"Ferry","listKind":"Boat")", "ListKindConflict",
       "\"Boat\" is already in use"},
  };
  for (const auto& c : cases) {
    const Answer made = Post(kCrds, Crd(c.plural, c.names));
    ASSERT_EQ(made.code, 201) << c.name << made.text;
    EXPECT_EQ(Conditions(made.json), std::string("NamesAccepted=False/") + c.reason + ": " + c.message +
                                         "; Established=False/NotAccepted: not all names are accepted")
        << c.name;
    EXPECT_EQ(Get(std::string("/apis/lab.example/v1/") + c.plural).code, 404) << c.name;
    EXPECT_EQ(Delete(std::string(kCrds) + "/" + c.plural + ".lab.example").code, 200);
    EXPECT_EQ(Get(std::string(kCrds) + "/" + c.plural + ".lab.example").code, 404) << c.name;
  }
  EXPECT_EQ(Get("/apis/lab.example/v1/boats").code, 200);
}

TEST_F(CrdNamesTest, NamesBecomeFreeWithTheirHolder) {
  ASSERT_EQ(Post(kCrds, Crd("boats", R"("kind":"Boat","shortNames":["bt"])")).code, 201);
  ASSERT_EQ(Post(kCrds, Crd("ferries", R"("kind":"Boat","singular":"ferry","shortNames":["bt"])")).code, 201);
  EXPECT_EQ(Get("/apis/lab.example/v1/ferries").code, 404);
  EXPECT_EQ(Delete(std::string(kCrds) + "/boats.lab.example").code, 200);
  EXPECT_EQ(ConditionsOf("ferries"), kGood);
  EXPECT_EQ(Get("/apis/lab.example/v1/ferries").Text({"kind"}), "BoatList");
  EXPECT_NE(Get("/apis/lab.example/v1").text.find("\"shortNames\":[\"bt\"]"), std::string::npos);
}

TEST_F(CrdNamesTest, AnEstablishedKindKeepsItsNamesUntilNewOnesAreFree) {
  ASSERT_EQ(Post(kCrds, Crd("boats", R"("kind":"Boat","shortNames":["bt"])")).code, 201);
  ASSERT_EQ(Post(kCrds, Crd("ferries", R"("kind":"Ferry","singular":"ferry","shortNames":["fe"])")).code, 201);
  const auto rename = [&](const char* plural, const char* names) {
    return Patch(std::string(kCrds) + "/" + plural + ".lab.example", "merge-patch+json",
                 std::string(R"({"spec":{"names":{"shortNames":)") + names + "}}}");
  };
  const Answer changed = rename("ferries", R"(["bt"])");
  ASSERT_EQ(changed.code, 200) << changed.text;
  EXPECT_EQ(Conditions(changed.json),
            "NamesAccepted=False/ShortNamesConflict: \"bt\" is already in use; Established=True/InitialNamesAccepted: "
            "the initial names have been accepted");
  EXPECT_EQ(WriteJson(*Find(changed.json, {"status", "acceptedNames", "shortNames"})), R"(["fe"])");
  EXPECT_NE(Get("/apis/lab.example/v1").text.find("\"shortNames\":[\"fe\"]"), std::string::npos);
  EXPECT_EQ(Get("/apis/lab.example/v1/ferries").code, 200);
  // The other gives it up.
  ASSERT_EQ(rename("boats", "null").code, 200);
  EXPECT_EQ(ConditionsOf("ferries"), kGood);
  EXPECT_NE(Get("/apis/lab.example/v1").text.find("\"shortNames\":[\"bt\"]"), std::string::npos);
}

TEST_F(CrdNamesTest, WhoReplacesTheConditionsGetsHisAndTheServersOwn) {
  ASSERT_EQ(Post(kCrds, Crd("boats", R"("kind":"Boat")")).code, 201);
  const std::string status = std::string(kCrds) + "/boats.lab.example/status";
  const Answer patched =
      Patch(status, "json-patch+json", R"([{"op":"add","path":"/status/conditions","value":[{"message":"patched"}]}])");
  ASSERT_EQ(patched.code, 200) << patched.text;
  EXPECT_EQ(Conditions(patched.json), "=/: patched");
  EXPECT_EQ(ConditionsOf("boats"), std::string("=/: patched; ") + kGood);
  EXPECT_EQ(Get("/apis/lab.example/v1/boats").code, 200) << "served all the time";
}

TEST_F(CrdNamesTest, BuiltInKindsHoldTheirNames) {
  const std::string crd =
      R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"services.croft.lab"},
      "spec":{"group":"croft.lab","scope":"Namespaced","names":{"plural":"services","kind":"Other"},
      "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}})";
  ASSERT_EQ(Post("/apis/croft.lab/v1/namespaces/d/services", R"({"metadata":{"name":"s"},"spec":{"image":"i"}})").code,
            201);
  const Answer made = Post(kCrds, crd);
  EXPECT_EQ(made.code, 201) << made.text;
  EXPECT_TRUE(Conditions(made.json).starts_with("NamesAccepted=False/PluralConflict")) << made.text;
  EXPECT_EQ(Get("/apis/croft.lab/v1/services").Text({"kind"}), "ServiceList");
  EXPECT_EQ(Delete(std::string(kCrds) + "/services.croft.lab").code, 200);
  EXPECT_EQ(Get(std::string(kCrds) + "/services.croft.lab").code, 404);
  EXPECT_EQ(Get("/apis/croft.lab/v1/namespaces/d/services/s").code, 200) << "what was never the definition's own";
}

TEST_F(CrdNamesTest, ARestartKeepsWhatWasAccepted) {
  ASSERT_EQ(Post(kCrds, Crd("boats", R"("kind":"Boat","shortNames":["bt"])")).code, 201);
  ASSERT_EQ(Post(kCrds, Crd("abc", R"("kind":"Boat","singular":"abcd")")).code, 201);
  StartServer();
  EXPECT_EQ(Get("/apis/lab.example/v1/boats").code, 200);
  EXPECT_EQ(Get("/apis/lab.example/v1/abc").code, 404);
}

}  // namespace
}  // namespace croft::server
