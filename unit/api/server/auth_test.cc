#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

class AuthTest : public ApiTest {
 protected:
  int As(const std::string& token, const std::string& method, const std::string& path, const std::string& body = {}) {
    const std::string before = std::exchange(token_, token);
    const int code = Call(method, path, body).code;
    token_ = before;
    return code;
  }
};

TEST_F(AuthTest, NobodyMayOnlyAskForHealthAndVersion) {
  for (const char* path : {"/healthz", "/livez", "/readyz", "/version"}) EXPECT_EQ(As("", "GET", path), 200) << path;
  for (const char* path : {"/api", "/apis", "/api/v1/pods", "/metrics", "/openapi/v2"}) {
    EXPECT_EQ(As("", "GET", path), 403) << path;
  }
}

TEST_F(AuthTest, AWrongTokenIsUnauthorized) {
  EXPECT_EQ(As("wrong", "GET", "/version"), 401);
}

TEST_F(AuthTest, ARefusalSaysWhoMayNotDoWhat) {
  token_ = "nobody";
  const Answer refused = Get("/api/v1/namespaces/d/pods");
  EXPECT_EQ(refused.code, 403);
  EXPECT_EQ(refused.Text({"message"}),
            R"(pods is forbidden: User "nobody" cannot list resource "pods" in API group "" in the namespace "d")");
  EXPECT_EQ(Get("/api").code, 200);  // discovery is for all who are known
}

TEST_F(AuthTest, ClientCertificatesNameUsers) {
  http::Request request;
  request.method = "GET";
  request.target = "/api/v1/pods";
  request.peer = {"", true, "boss", {"system:masters"}};
  auto responder = std::make_shared<fakes::FakeResponder>();
  api_->handler()(request, responder);
  EXPECT_EQ(responder->Wait().status, 200);
  request.peer.verified = false;
  responder = std::make_shared<fakes::FakeResponder>();
  api_->handler()(request, responder);
  EXPECT_EQ(responder->Wait().status, 403);
}

TEST_F(AuthTest, AnAgentChangesOnlyWhatIsItsOwn) {
  const std::string pods = "/api/v1/namespaces/d/pods";
  const auto pod = [](const char* name, const char* node) {
    return R"({"metadata":{"name":")" + std::string(name) + R"("},"spec":{"nodeName":")" + node +
           R"(","containers":[{"name":"a","image":"i"}]}})";
  };
  Post(pods, pod("mine", "n1"));
  Post(pods, pod("other", "n2"));
  Post("/api/v1/nodes", R"({"metadata":{"name":"n2"}})");
  const struct {
    const char* name;
    const char* method;
    const char* path;
    const char* body;
    int code;
  } cases[] = {
      {"it registers itself", "POST", "/api/v1/nodes", R"({"metadata":{"name":"n1"}})", 201},
      {"it does not register others", "POST", "/api/v1/nodes", R"({"metadata":{"name":"n3"}})", 403},
      {"it reads secrets", "GET", "/api/v1/namespaces/d/secrets", "", 200},
      {"it makes no secrets", "POST", "/api/v1/namespaces/d/secrets", R"({"metadata":{"name":"s"}})", 403},
      {"it makes no pods", "POST", "/api/v1/namespaces/d/pods", R"({"metadata":{"name":"x"}})", 403},
      {"it reports its node", "PUT", "/api/v1/nodes/n1/status", R"({"metadata":{"name":"n1"}})", 200},
      {"it does not report another node", "PUT", "/api/v1/nodes/n2/status", R"({"metadata":{"name":"n2"}})", 403},
      {"it makes its lease", "POST", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases",
       R"({"metadata":{"name":"n1"}})", 201},
      {"it makes no lease of another", "POST", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases",
       R"({"metadata":{"name":"n2"}})", 403},
      {"it makes no lease elsewhere", "POST", "/apis/coordination.k8s.io/v1/namespaces/d/leases",
       R"({"metadata":{"name":"n1"}})", 403},
      {"it tells events", "POST", "/api/v1/namespaces/d/events",
       R"({"metadata":{"name":"e"},"involvedObject":{"namespace":"d"}})", 201},
      {"it does not delete another's pod", "DELETE", "/api/v1/namespaces/d/pods/other", R"({"gracePeriodSeconds":0})",
       403},
      {"it deletes its pod", "DELETE", "/api/v1/namespaces/d/pods/mine", R"({"gracePeriodSeconds":0})", 200},
  };
  for (const auto& c : cases) EXPECT_EQ(As("node", c.method, c.path, c.body), c.code) << c.name;
}

TEST_F(AuthTest, ReviewsAnswerFromThePolicy) {
  const std::string path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  const std::string body =
      R"({"kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"verb":"delete","resource":"pods","namespace":"d"}}})";
  EXPECT_TRUE(FindBool(Post(path, body).json, {"status", "allowed"}));
  token_ = "nobody";
  const Answer no = Post(path, body);
  EXPECT_EQ(no.code, 201) << no.text;
  EXPECT_FALSE(FindBool(no.json, {"status", "allowed"}, true));
  EXPECT_EQ(Post("/apis/authentication.k8s.io/v1/selfsubjectreviews", R"({"kind":"SelfSubjectReview"})")
                .Text({"status", "userInfo", "username"}),
            "nobody");
  EXPECT_EQ(
      Post("/apis/authentication.k8s.io/v1/tokenreviews", R"({"kind":"TokenReview","spec":{"token":"node"}})").code,
      403);
  token_ = "admin";
  const Answer review =
      Post("/apis/authentication.k8s.io/v1/tokenreviews", R"({"kind":"TokenReview","spec":{"token":"node"}})");
  EXPECT_EQ(review.Text({"status", "user", "username"}), "system:node:n1");
  EXPECT_EQ(review.Text({"spec", "token"}), "node");
}

}  // namespace
}  // namespace croft::server
