#include "operator/agent/agent_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "api/http/client.h"
#include "operator/agent/labels.h"
#include "unit/api/http/lab.h"
#include "unit/fakes/fake_runtime.h"

namespace croft::agent {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

// A node's API on a port of the kernel's choice, and clients of several identities.
class AgentApiTest : public testing::Test {
 protected:
  AgentApiTest() {
    std::string name = (fs::temp_directory_path() / "croft-api-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    dir_ = name;
    AgentApiSettings settings;
    settings.listen = "127.0.0.1:0";
    settings.log_dir = dir_;
    settings.tls = {lab_.Issue("system:node:n1"), lab_.ca_pem()};
    api_ = std::make_unique<AgentApi>(settings, runtime_, pool_, clock_);
    EXPECT_TRUE(api_->Start().ok());
  }
  ~AgentApiTest() override {
    api_.reset();
    pool_.Stop();
    fs::remove_all(dir_);
  }

  std::unique_ptr<http::Client> ClientOf(const http::TlsIdentity& identity) {
    http::ClientSettings settings;
    settings.address = "127.0.0.1:" + std::to_string(api_->port());
    settings.tls = true;
    settings.ca_pem = lab_.ca_pem();
    settings.identity = identity;
    return std::move(*http::Client::Create(settings));
  }
  http::Response Get(const http::TlsIdentity& identity, const std::string& target) {
    http::Request request;
    request.method = "GET";
    request.target = target;
    Result<http::Response> response = ClientOf(identity)->Do(request, seconds(10));
    EXPECT_TRUE(response.ok()) << response.status().message();
    return response.ok() ? *response : http::Response{0, {}, {}, {}};
  }
  void Append(const std::string& text) {
    fs::create_directories(dir_ / "default_web_u1/main");
    std::ofstream(dir_ / "default_web_u1/main/0.log", std::ios::app)
        << "2026-01-01T00:00:00.000000001+00:00 stdout F " << text << "\n";
  }

  const http::Lab lab_;
  const http::TlsIdentity server_ = lab_.Issue("system:croft:apiserver");
  fs::path dir_;
  SystemClock clock_;
  ThreadPool pool_{2, "test"};
  fakes::FakeRuntime runtime_{pool_, clock_};
  std::unique_ptr<AgentApi> api_;
};

TEST_F(AgentApiTest, OnlyTheApiServerIsAnswered) {
  EXPECT_EQ(Get(server_, "/healthz").body, "ok");
  EXPECT_EQ(Get({}, "/healthz").status, 401);
  EXPECT_EQ(Get(lab_.Issue("system:node:n2"), "/healthz").status, 403);
  EXPECT_EQ(Get(lab_.Issue("system:croft:apiserver "), "/healthz").status, 403);
}

TEST_F(AgentApiTest, LogsAreServedAsAsked) {
  Append("one");
  Append("two");
  EXPECT_EQ(Get(server_, "/containerLogs/default/web/main").body, "one\ntwo\n");
  EXPECT_EQ(Get(server_, "/containerLogs/default/web/main?tailLines=1").body, "two\n");
  EXPECT_EQ(Get(server_, "/containerLogs/default/web/main?tailLines=1&timestamps=true").body,
            "2026-01-01T00:00:00.000000001Z two\n");
  EXPECT_EQ(Get(server_, "/containerLogs/default/web/main?limitBytes=2").body, "on");
  EXPECT_EQ(Get(server_, "/containerLogs/default/web/main?tailLines=-1").status, 400);
  EXPECT_EQ(Get(server_, "/containerLogs/default/web/main?previous=true").status, 404);
  EXPECT_EQ(Get(server_, "/containerLogs/default/web/other").status, 404);
  EXPECT_EQ(Get(server_, "/containerLogs/default/web/..").status, 400);
  EXPECT_EQ(Get(server_, "/containerLogs/default/web").status, 400);
}

TEST_F(AgentApiTest, AFollowedLogGrowsAndEndsWithItsContainer) {
  runtime_.AddImage("app:1");
  SandboxSpec sandbox;
  sandbox.name = "web";
  sandbox.labels = {{labels::kPod, "default/web"}};
  ContainerSpec spec;
  spec.name = "main";
  spec.sandbox_id = runtime_.CreateSandbox(sandbox)->id;
  spec.image = "app:1";
  spec.labels = {{labels::kPod, "default/web"}, {labels::kContainer, "main"}};
  const std::string id = *runtime_.CreateContainer(spec);
  ASSERT_TRUE(runtime_.StartContainer(id).ok());
  Append("one");

  std::mutex mutex;
  std::condition_variable grown;
  std::string text;
  bool ended = false;
  http::StreamCallbacks callbacks;
  callbacks.on_data = [&](std::string_view bytes) {
    std::lock_guard lock(mutex);
    text += bytes;
    grown.notify_all();
  };
  callbacks.on_end = [&](const Status& why) {
    std::lock_guard lock(mutex);
    ended = why.ok();
    grown.notify_all();
  };
  http::Request request;
  request.method = "GET";
  request.target = "/containerLogs/default/web/main?follow=true";
  const auto client = ClientOf(server_);
  const auto stream = client->OpenStream(request, callbacks);
  std::unique_lock lock(mutex);
  ASSERT_TRUE(grown.wait_for(lock, seconds(10), [&] { return text == "one\n"; }));
  Append("two");
  ASSERT_TRUE(grown.wait_for(lock, seconds(10), [&] { return text == "one\ntwo\n"; }));
  EXPECT_FALSE(ended);
  runtime_.Kill("default/web", "main", 0);
  ASSERT_TRUE(grown.wait_for(lock, seconds(10), [&] { return ended; }));
}

}  // namespace
}  // namespace croft::agent
