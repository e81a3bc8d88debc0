#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "api/base/id.h"
#include "api/server/server.h"
#include "api/store/store.h"
#include "unit/fakes/clock.h"
#include "unit/fakes/responder.h"
#include "unit/fakes/test_executor.h"

namespace croft::server {

// Media types of bodies.
inline constexpr const char* kJson = "application/json";
inline constexpr const char* kYaml = "application/yaml";
inline constexpr const char* kMerge = "application/merge-patch+json";
inline constexpr const char* kPatch = "application/json-patch+json";
inline constexpr const char* kStrategic = "application/strategic-merge-patch+json";
inline constexpr const char* kApply = "application/apply-patch+yaml";

// What came back over HTTP.
struct Answer {
  int code = 0;
  std::string text;
  JsonDocument json;  // null when the body is no JSON
  http::Headers headers;

  std::string Text(std::initializer_list<std::string_view> path) const { return std::string(FindString(json, path)); }
};

// A whole API server on the in-memory store, reached through its HTTP handler.
class ApiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store::Store::Options options;
    options.inline_commits = true;
    options.event_log = 64;
    auto opened = store::Open(store::MemoryBackend(), options);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    store_ = std::move(*opened);
    StartServer();
    ASSERT_EQ(Post("/api/v1/namespaces", R"({"metadata":{"name":"d"}})").code, 201);
  }

  void StartServer() { StartServer(clock_, random_); }
  // With `timers` writes wait for the disk without a thread.
  void StartServer(Clock& clock, Random& random, Executor* timers = nullptr) {
    ApiServer::Settings settings;
    settings.authentication.tokens = {
        {"admin", AdminIdentity()},
        {"node", NodeIdentity("n1")},
        {"nobody", Identity{"nobody", {}}},
        // As the token of a service account tells, but with all rights.
        {"account",
         Identity{"system:serviceaccount:d:builder", {std::string(Identity::kMastersGroup)}, "7", {{"from", "pod"}}}}};
    settings.account_key_pem = account_key_;
    settings.bootstrap.ca_pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    ApiServer::Parts parts{*store_, clock, random, timers, pod_logs_};
    auto made = ApiServer::Create(std::move(settings), parts);
    ASSERT_TRUE(made.ok()) << made.status().message();
    api_ = std::move(*made);
  }

  std::shared_ptr<fakes::FakeResponder> Send(const std::string& method, const std::string& target,
                                             const std::string& body = {}, http::Headers headers = {}) {
    http::Request request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.headers = std::move(headers);
    if (!token_.empty()) request.headers.Add("Authorization", "Bearer " + token_);
    auto responder = std::make_shared<fakes::FakeResponder>();
    api_->handler()(std::move(request), responder);
    return responder;
  }

  Answer Call(const std::string& method, const std::string& target, const std::string& body = {},
              http::Headers headers = {}) {
    const http::Response response = Send(method, target, body, std::move(headers))->Wait();
    Answer answer;
    answer.code = response.status;
    answer.headers = response.headers;
    answer.text = response.body;
    for (const auto& piece : response.pieces) answer.text += piece.view();
    if (Result<JsonDocument> json = ParseJson(answer.text); json.ok()) answer.json = std::move(*json);
    return answer;
  }

  // "field:reason field:reason" of a refusal, in its order.
  static std::string Causes(const Answer& answer) {
    std::string text;
    const Json* causes = Find(answer.json, {"details", "causes"});
    for (rapidjson::SizeType i = 0; causes != nullptr && i < causes->Size(); ++i) {
      text += (text.empty() ? "" : " ") + std::string(FindString((*causes)[i], {"field"})) + ":" +
              std::string(FindString((*causes)[i], {"reason"}));
    }
    return text;
  }

  Answer Get(const std::string& target) { return Call("GET", target); }
  Answer Post(const std::string& target, const std::string& body) { return Call("POST", target, body); }
  Answer Put(const std::string& target, const std::string& body) { return Call("PUT", target, body); }
  Answer Delete(const std::string& target, const std::string& body = {}) { return Call("DELETE", target, body); }
  Answer Patch(const std::string& target, const std::string& type, const std::string& body) {
    return Call("PATCH", target, body, {{"Content-Type", "application/" + type}});
  }
  std::shared_ptr<fakes::FakeStream> Watch(const std::string& target, http::Headers headers = {}) {
    auto stream = Send("GET", target, {}, std::move(headers))->stream();
    EXPECT_NE(stream, nullptr) << target;
    return stream;
  }

  std::string token_ = "admin";  // whom requests come from; empty: nobody
  fakes::FakeClock clock_;
  SeededRandom random_{7};
  fakes::TestExecutor executor_{clock_};
  PodLogs* pod_logs_ = nullptr;
  std::string account_key_;  // PEM; empty: there are no tokens of service accounts
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<ApiServer> api_;
};

}  // namespace croft::server
