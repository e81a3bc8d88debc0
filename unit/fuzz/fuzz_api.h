#pragma once

#include "unit/api/server/api_fixture.h"
#include "unit/fuzz/target.h"

namespace croft::fuzz {

// An API server in memory, with a pod "p" and a deployment "web" in namespace "d".
class Api final : public server::ApiTest {
 public:
  Api() {
    SetUp();
    Require(Post("/api/v1/namespaces/d/pods", R"({"metadata":{"name":"p","labels":{"app":"web"}},"spec":{"containers":[
                 {"name":"c","image":"i","ports":[{"containerPort":80}],"env":[{"name":"A","value":"1"}]}]}})")
                    .code == 201,
            "the pod is accepted");
    Require(Post("/apis/apps/v1/namespaces/d/deployments", R"({"metadata":{"name":"web"},"spec":{"replicas":1,
                 "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
                 "spec":{"containers":[{"name":"c","image":"i"}]}}}})")
                    .code == 201,
            "the deployment is accepted");
  }

  using ApiTest::Call;
  using ApiTest::Send;
  uint64_t Revision() const { return store_->Revision(); }

  // What any request is answered: never by a fault of the server's own, and in JSON where it says so.
  void RequireSound(const http::Response& response) const {
    std::string text = response.body;
    for (const auto& piece : response.pieces) text += *piece;
    // A configuration that the schema does not know is no fault of the server's, but Kubernetes answers it so.
    const bool untyped = text.find("failed to create typed patch object") != std::string::npos;
    Require(response.status != 500 || untyped, "the server finds no fault in itself: " + text);
    if (response.headers.Get("Content-Type") == "application/json" && !text.empty()) {
      Require(ParseJson(text).ok(), "a JSON reply is JSON: " + text);
    }
  }

 private:
  void TestBody() override {}
};

}  // namespace croft::fuzz
