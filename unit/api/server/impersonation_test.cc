#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

class ImpersonationTest : public ApiTest {
 protected:
  Answer As(http::Headers headers, const std::string& method = "GET", const std::string& path = "/api/v1/pods",
            const std::string& body = {}) {
    return Call(method, path, body, std::move(headers));
  }
  // User and groups as a request with these headers has them: "bob [a b]".
  std::string WhoIs(http::Headers headers) {
    const Answer review = As(std::move(headers), "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews",
                             R"({"kind":"SelfSubjectReview"})");
    if (review.code != 201) return review.text;
    std::string text;
    for (const Json& group : Find(review.json, {"status", "userInfo", "groups"})->GetArray()) {
      text += (text.empty() ? "" : " ") + std::string(AsView(group));
    }
    return review.Text({"status", "userInfo", "username"}) + " [" + text + "]";
  }
};

TEST_F(ImpersonationTest, ARequestIsCarriedOutAsWhomItsHeadersName) {
  const struct {
    const char* name;
    http::Headers headers;
    const char* who;
  } cases[] = {
      {"a user", {{"Impersonate-User", "bob"}}, "bob [system:authenticated]"},
      {"the header's case does not matter", {{"impersonate-user", "bob"}}, "bob [system:authenticated]"},
      {"with groups",
       {{"Impersonate-User", "bob"}, {"Impersonate-Group", "dev"}, {"Impersonate-Group", "ops"}},
       "bob [dev ops system:authenticated]"},
      {"a group that says that he is known",
       {{"Impersonate-User", "bob"}, {"Impersonate-Group", "system:authenticated"}},
       "bob [system:authenticated]"},
      {"a service account has its groups",
       {{"Impersonate-User", "system:serviceaccount:d:builder"}},
       "system:serviceaccount:d:builder [system:serviceaccounts system:serviceaccounts:d system:authenticated]"},
      {"unless others are named",
       {{"Impersonate-User", "system:serviceaccount:d:builder"}, {"Impersonate-Group", "dev"}},
       "system:serviceaccount:d:builder [dev system:authenticated]"},
  };
  for (const auto& c : cases) EXPECT_EQ(WhoIs(c.headers), c.who) << c.name;
}

TEST_F(ImpersonationTest, AUidAndExtrasAreShown) {
  const Answer review = As({{"Impersonate-User", "bob"},
                            {"Impersonate-Uid", "u-1"},
                            {"Impersonate-Extra-Scopes", "view"},
                            {"Impersonate-Extra-scopes", "edit"},
                            {"Impersonate-Extra-lake.example%2Fboat", "b"}},
                           "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");
  const Json* user = Find(review.json, {"status", "userInfo"});
  ASSERT_NE(user, nullptr) << review.text;
  EXPECT_EQ(FindString(*user, {"uid"}), "u-1");
  EXPECT_EQ(WriteJson(*Find(*user, "extra")), R"({"scopes":["view","edit"],"lake.example/boat":["b"]})");
}

TEST_F(ImpersonationTest, RightsAreThoseOfWhomTheHeadersName) {
  EXPECT_EQ(As({}).code, 200);
  const Answer bob = As({{"Impersonate-User", "bob"}});
  EXPECT_EQ(bob.code, 403);
  EXPECT_EQ(bob.Text({"message"}),
            R"(pods is forbidden: User "bob" cannot list resource "pods" in API group "" at the cluster scope)");
  EXPECT_EQ(As({{"Impersonate-User", "bob"}, {"Impersonate-Group", "system:masters"}}).code, 200);
  EXPECT_EQ(As({{"Impersonate-User", "system:anonymous"}}, "GET", "/api").code, 403) << "known to nobody";
  EXPECT_EQ(As({{"Impersonate-User", "bob"}}, "GET", "/metrics").code, 403);
  const Answer may = As({{"Impersonate-User", "bob"}}, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                        R"({"spec":{"resourceAttributes":{"verb":"list","resource":"secrets"}}})");
  EXPECT_FALSE(FindBool(may.json, {"status", "allowed"}, true)) << may.text;
  EXPECT_EQ(As({{"Impersonate-User", "bob"}}, "POST", "/api/v1/namespaces", R"({"metadata":{"name":"x"}})").code, 403);
  EXPECT_EQ(Get("/api/v1/namespaces/x").code, 404);
}

TEST_F(ImpersonationTest, WhoMayNotImpersonateIsToldWhat) {
  const struct {
    const char* token;
    http::Headers headers;
    int code;
    const char* says;
  } cases[] = {
      {"nobody",
       {{"Impersonate-User", "bob"}},
       403,
       R"(users "bob" is forbidden: User "nobody" cannot impersonate resource "users" in API group "" at the cluster scope)"},
      {"nobody",
       {{"Impersonate-User", "system:serviceaccount:d:builder"}},
       403,
       R"(serviceaccounts "builder" is forbidden: User "nobody" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "d")"},
      {"node", {{"Impersonate-User", "system:node:n1"}, {"Impersonate-Group", "system:masters"}}, 403, "node"},
      {"", {{"Impersonate-User", "bob"}}, 403, R"(User "system:anonymous" cannot impersonate)"},
      {"admin", {{"Impersonate-Group", "system:masters"}}, 500, "without impersonating a user"},
      {"admin", {{"Impersonate-Uid", "u"}}, 500, "without impersonating a user"},
      {"nobody", {{"Impersonate-Extra-scopes", "all"}}, 500, "without impersonating a user"},
  };
  for (const auto& c : cases) {
    token_ = c.token;
    const Answer refused = As(c.headers);
    EXPECT_EQ(refused.code, c.code) << refused.text;
    EXPECT_NE(refused.Text({"message"}).find(c.says), std::string::npos) << refused.text;
  }
}

}  // namespace
}  // namespace croft::server
