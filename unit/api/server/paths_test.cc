#include "unit/api/server/api_fixture.h"

// Requests that lead nowhere, in the forms from which clients make an error without looking whether it is there.
namespace croft::server {
namespace {

constexpr const char* kCrd =
    R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"boats.lake.example"},)"
    R"("spec":{"group":"lake.example","scope":"Namespaced","names":{"plural":"boats","kind":"Boat"},"versions":[)"
    R"({"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}})";

class PathsTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    ASSERT_EQ(Post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", kCrd).code, 201);
    ASSERT_EQ(Post("/api/v1/namespaces/d/configmaps", R"({"metadata":{"name":"a"}})").code, 201);
  }
};

TEST_F(PathsTest, ThatLeadNowhereSaySo) {
  const char* const kPage = "404 page not found\n";
  const char* const kStatus =
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
      R"("the server could not find the requested resource","reason":"NotFound","details":{},"code":404})"
      "\n";
  const char* const kMethod =
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
      R"("the server does not allow this method on the requested resource","reason":"MethodNotAllowed","details":{},"code":405})"
      "\n";
  const struct {
    const char* name;
    const char* method;
    const char* path;
    int code;
    const char* text;
  } cases[] = {
      {"a path of no kind", "GET", "/nonsense", 404, kPage},
      {"a check of health that there is not", "GET", "/healthz/nonsense", 404, kPage},
      {"one that there is", "GET", "/readyz/ping", 200, "ok"},
      {"discovery of an unknown group", "GET", "/apis/nope.example", 404, kPage},
      {"a resource of an unknown group", "GET", "/apis/nope.example/v1/things", 404, kPage},
      {"a new object of an unknown group", "POST", "/apis/nope.example/v1/namespaces/d/things", 404, kPage},
      {"an OpenAPI document that there is not", "GET", "/openapi/v3/apis/nope", 404, kPage},
      {"an unknown resource", "GET", "/api/v1/nope", 404, kStatus},
      {"an unknown version", "GET", "/apis/apps/v9/deployments", 404, kStatus},
      {"an unknown subresource", "GET", "/api/v1/namespaces/d/configmaps/a/nope", 404, kStatus},
      {"an unknown subresource to patch", "PATCH", "/api/v1/namespaces/d/configmaps/a/nope", 404, kStatus},
      {"an object without its namespace", "GET", "/api/v1/configmaps/a", 404, kStatus},
      {"one to delete", "DELETE", "/api/v1/configmaps/a", 404, kStatus},
      {"a new posted object without a namespace", "POST", "/apis/lake.example/v1/boats", 404, kStatus},
      {"posted objects of all namespaces to delete", "DELETE", "/apis/lake.example/v1/boats", 404, kStatus},
      {"another one", "POST", "/api/v1/configmaps", 405, kMethod},
      {"a method that a path lacks", "PUT", "/api/v1/namespaces/d/configmaps", 405, kMethod},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const bool patch = std::string_view(c.method) == "PATCH";
    const Answer answer = patch ? Patch(c.path, "merge-patch+json", "{}") : Call(c.method, c.path, "{}");
    EXPECT_EQ(answer.code, c.code);
    EXPECT_EQ(answer.text, c.text);
  }
  token_ = "nobody";
  EXPECT_EQ(Get("/apis/nope.example/v1/things").code, 403) << "who may not ask does not learn what there is";
}

TEST_F(PathsTest, ThereIsNoTableOfWhatIsNeverStored) {
  constexpr const char* kTable = "application/json;as=Table;v=v1;g=meta.k8s.io";
  ASSERT_EQ(
      Post("/api/v1/namespaces/d/pods", R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"i"}]}})")
          .code,
      201);
  const std::string review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  const std::string question = R"({"spec":{"resourceAttributes":{"verb":"list","resource":"secrets"}}})";
  const struct {
    std::string path;
    std::string body;
  } cases[] = {
      {review, question},
      {"/api/v1/namespaces/d/pods/p/binding", R"({"target":{"name":"n1"}})"},
      {"/api/v1/namespaces/d/pods/p/eviction", R"({"metadata":{"name":"p"}})"},
      {"/api/v1/namespaces/d/serviceaccounts/default/token", R"({"spec":{}})"},
  };
  for (const auto& c : cases) {
    const Answer refused = Call("POST", c.path, c.body, {{"Accept", kTable}});
    EXPECT_EQ(refused.code, 406) << c.path;
    EXPECT_EQ(refused.Text({"reason"}), "NotAcceptable") << refused.text;
  }
  EXPECT_EQ(Get("/api/v1/namespaces/d/pods/p").code, 200);
  const Answer answered = Call("POST", review, question, {{"Accept", std::string(kTable) + ",application/json"}});
  EXPECT_EQ(answered.code, 201) << answered.text;
  EXPECT_EQ(answered.Text({"kind"}), "SelfSubjectAccessReview");
}

TEST_F(PathsTest, ANamespaceThatEndsNamesWhatItDoesNotTake) {
  ASSERT_EQ(Post("/api/v1/namespaces", R"({"metadata":{"name":"ending"}})").code, 201);
  ASSERT_EQ(Delete("/api/v1/namespaces/ending").code, 200);
  const struct {
    const char* path;
    const char* body;
    const char* about;
    const char* kind;
  } cases[] = {
      {"/api/v1/namespaces/ending/configmaps", R"({"metadata":{"name":"b"}})", "configmaps \"b\"", "configmaps"},
      {"/apis/lake.example/v1/namespaces/ending/boats",
       R"({"apiVersion":"lake.example/v1","kind":"Boat","metadata":{"name":"b"}})", "boats.lake.example \"b\"",
       "boats"},
  };
  for (const auto& c : cases) {
    const Answer refused = Post(c.path, c.body);
    EXPECT_EQ(refused.code, 403);
    EXPECT_EQ(refused.Text({"message"}), std::string(c.about) +
                                             " is forbidden: unable to create new content in namespace ending because "
                                             "it is being terminated");
    EXPECT_EQ(refused.Text({"details", "name"}), "b");
    EXPECT_EQ(refused.Text({"details", "kind"}), c.kind);
  }
}

}  // namespace
}  // namespace croft::server
