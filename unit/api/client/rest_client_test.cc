#include "api/client/rest_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "api/http/server.h"
#include "unit/api/http/fixture.h"
#include "unit/api/http/lab.h"

namespace croft::client {
namespace {

using http::Bytes;
using http::Eventually;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

const GroupVersionResource kPods{"", "v1", "pods"};
const GroupVersionResource kDeployments{"apps", "v1", "deployments"};

constexpr char kPod[] =
    R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-1","namespace":"d","resourceVersion":"7"}})";

// An API server that answers what the test tells it to and remembers what it was asked, over TLS.
class RestClientTest : public testing::Test {
 protected:
  RestClientTest() {
    http::ServerSettings settings;
    settings.listeners = {{.address = "127.0.0.1:0"}};
    settings.tls = http::ServerTls{lab_.Issue("server"), lab_.ca_pem()};
    server_ = std::make_unique<http::Server>(settings, [this](http::Request request, http::ResponderPtr responder) {
      http::Handler answer;
      {
        std::lock_guard lock(mutex_);
        asked_ = request;
        answer = answer_;
      }
      answer(std::move(request), std::move(responder));
    });
    const Status status = server_->Start();
    EXPECT_TRUE(status.ok()) << status.message();
    const http::TlsIdentity identity = lab_.Issue("node-1", {"system:nodes"});
    config_.server = "https://" + server_->addresses().front();
    config_.ca_pem = lab_.ca_pem();
    config_.client_certificate_pem = identity.certificate_pem;
    config_.client_key_pem = identity.key_pem;
  }

  void Answer(http::Handler handler) {
    std::lock_guard lock(mutex_);
    answer_ = std::move(handler);
  }
  void Answer(int code, std::string body) {
    Answer([code, body](http::Request, const http::ResponderPtr& responder) {
      responder->Send({code, {{"Content-Type", "application/json"}}, body, {}});
    });
  }
  http::Request asked() {
    std::lock_guard lock(mutex_);
    return asked_;
  }
  std::unique_ptr<RestClient> Connect(Duration timeout = seconds(20)) {
    Result<std::unique_ptr<RestClient>> client = RestClient::Make(config_, timeout);
    EXPECT_TRUE(client.ok()) << client.status().message();
    return std::move(*client);
  }

  const http::Lab lab_;
  Kubeconfig config_;
  std::mutex mutex_;
  http::Request asked_;   // guarded by mutex_
  http::Handler answer_;  // guarded by mutex_
  std::unique_ptr<http::Server> server_;
};

TEST_F(RestClientTest, AsksAsItsCertificateSays) {
  Answer(200, kPod);
  const auto client = Connect();
  const Result<ObjectPtr> pod = client->Get(kPods, {"d", "web-1"});
  ASSERT_TRUE(pod.ok()) << pod.status().message();
  EXPECT_EQ((*pod)->meta().revision, 7u);
  EXPECT_EQ(asked().method, "GET");
  EXPECT_EQ(asked().target, "/api/v1/namespaces/d/pods/web-1");
  EXPECT_TRUE(asked().peer.verified);
  EXPECT_EQ(asked().peer.common_name, "node-1");
  EXPECT_THAT(asked().peer.organizations, ElementsAre("system:nodes"));
}

TEST_F(RestClientTest, SendsItsToken) {
  Answer(200, kPod);
  config_.client_certificate_pem.clear();
  config_.client_key_pem.clear();
  config_.token = "secret";
  EXPECT_TRUE(Connect()->Get(kPods, {"d", "web-1"}).ok());
  EXPECT_EQ(asked().headers.Get("Authorization"), "Bearer secret");
  EXPECT_FALSE(asked().peer.verified);
}

TEST_F(RestClientTest, EachVerbIsARequest) {
  Answer(200, kPod);
  const auto client = Connect();
  const JsonDocument body = *ParseJson(R"({"a":1})");
  const auto expect = [&](const char* method, const char* target, const char* type, const char* sent) {
    EXPECT_EQ(asked().method, method);
    EXPECT_EQ(asked().target, target);
    EXPECT_EQ(asked().headers.Get("Content-Type"), type);
    EXPECT_EQ(asked().body, sent);
  };
  const Key web{"d", "web"};
  EXPECT_TRUE(client->Create(kDeployments, "d", body).ok());
  expect("POST", "/apis/apps/v1/namespaces/d/deployments", "application/json", R"({"a":1})");
  EXPECT_TRUE(client->CreateSubresource(kPods, web, "binding", body).ok());
  expect("POST", "/api/v1/namespaces/d/pods/web/binding", "application/json", R"({"a":1})");
  EXPECT_TRUE(client->Update(kDeployments, web, body, "status").ok());
  expect("PUT", "/apis/apps/v1/namespaces/d/deployments/web/status", "application/json", R"({"a":1})");
  EXPECT_TRUE(client->Patch(kDeployments, web, PatchType::kMerge, body, "").ok());
  expect("PATCH", "/apis/apps/v1/namespaces/d/deployments/web", "application/merge-patch+json", R"({"a":1})");
  EXPECT_TRUE(client->Patch(kDeployments, web, PatchType::kJson, body, "").ok());
  EXPECT_EQ(asked().headers.Get("Content-Type"), "application/json-patch+json");
  EXPECT_TRUE(client->Patch(kDeployments, web, PatchType::kStrategic, body, "").ok());
  EXPECT_EQ(asked().headers.Get("Content-Type"), "application/strategic-merge-patch+json");
  EXPECT_TRUE(client->Delete(kDeployments, web, {"uid-1", 5, "Foreground"}).ok());
  expect("DELETE", "/apis/apps/v1/namespaces/d/deployments/web", "application/json",
         R"({"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":5,"propagationPolicy":"Foreground",)"
         R"("preconditions":{"uid":"uid-1"}})");
}

TEST_F(RestClientTest, ListGivesItsItemsTheirKindAndTheRevision) {
  Answer(200, R"({"apiVersion":"v1","kind":"PodList","metadata":{"resourceVersion":"42"},
                  "items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]})");
  const Result<ObjectList> list = Connect()->List(kPods, {"", "app=web,tier in (a, b)", "spec.nodeName=n1"});
  ASSERT_TRUE(list.ok()) << list.status().message();
  EXPECT_EQ(list->revision, 42u);
  ASSERT_EQ(list->items.size(), 2u);
  EXPECT_EQ(list->items[1]->name(), "b");
  EXPECT_EQ(list->items[1]->meta().kind, "Pod");
  const auto query = http::ParseQuery(asked().query());
  EXPECT_THAT(query, ElementsAre(testing::Pair("labelSelector", "app=web,tier in (a, b)"),
                                 testing::Pair("fieldSelector", "spec.nodeName=n1")));
}

TEST_F(RestClientTest, RefusalIsTheServersStatus) {
  Answer(422, R"({"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Invalid","code":422,
    "message":"Pod \"web\" is invalid","details":{"group":"apps","kind":"Pod","name":"web","causes":
    [{"reason":"FieldValueRequired","message":"Required value","field":"spec.containers[0].image"}]}})");
  const Status status = Connect()->Get(kPods, {"d", "web"}).status();
  EXPECT_TRUE(status.IsInvalid());
  EXPECT_EQ(status.message(), "Pod \"web\" is invalid");
  EXPECT_EQ(status.details().kind, "Pod");
  EXPECT_THAT(status.details().causes,
              ElementsAre(Cause{"FieldValueRequired", "Required value", "spec.containers[0].image"}));

  Answer(502, "no luck\n");
  EXPECT_EQ(Connect()->Get(kPods, {"d", "web"}).status().message(), "the server answered 502: no luck");
}

TEST_F(RestClientTest, RawKeepsBytesAndWarnings) {
  const std::string bytes("a\0\xff b", 5);
  Answer([&](http::Request, const http::ResponderPtr& responder) {
    responder->Send({200, {{"Warning", "299 - \"old \\\"kind\\\"\""}}, bytes, {}});
  });
  const auto reply = Connect()->Raw({.target = "/api/v1/pods?limit=5&continue=a%2Fb%3D", .accept = "text/plain"});
  ASSERT_TRUE(reply.ok()) << reply.status().message();
  EXPECT_EQ(reply->body, bytes);
  EXPECT_THAT(reply->warnings, ElementsAre("old \"kind\""));
  EXPECT_EQ(asked().target, "/api/v1/pods?limit=5&continue=a%2Fb%3D");
  EXPECT_EQ(asked().headers.Get("Accept"), "text/plain");
  EXPECT_EQ(Connect()->Raw({.target = "/a b"}).status().reason(), Reason::kBadRequest);
}

TEST_F(RestClientTest, FailuresToConnectSaySo) {
  const Kubeconfig good = config_;
  const auto failure = [&] { return Connect()->Get(kPods, {"d", "web"}).status(); };

  config_.ca_pem = http::Lab("other-ca").ca_pem();
  EXPECT_EQ(failure().reason(), Reason::kServiceUnavailable);

  config_ = good;
  config_.server = "https://127.0.0.1:1";
  EXPECT_EQ(failure().reason(), Reason::kServiceUnavailable);
  EXPECT_THAT(failure().message(), HasSubstr("cannot reach https://127.0.0.1:1"));

  config_ = good;
  http::ResponderPtr held;
  Answer([&](http::Request, http::ResponderPtr responder) { held = std::move(responder); });
  EXPECT_EQ(Connect(milliseconds(200))->Get(kPods, {"d", "web"}).status().reason(), Reason::kTimeout);
  server_->Stop(milliseconds(0));  // before what its handler uses is gone

  config_.client_key_pem = lab_.Issue("other").key_pem;
  EXPECT_THAT(RestClient::Make(config_).status().message(), HasSubstr("client-key"));
  config_ = good;
  config_.ca_pem = "no PEM";
  EXPECT_FALSE(RestClient::Make(config_).ok());
  config_ = good;
  config_.server = "lab:6443";
  EXPECT_THAT(RestClient::Make(config_).status().message(), HasSubstr("must begin with https://"));
}

TEST_F(RestClientTest, ThreadsShareAClient) {
  Answer(200, kPod);
  const auto client = Connect();
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 30; ++i) answered += client->Get(kPods, {"d", "web-1"}).ok() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, 180);
}

// What a watch delivered.
class Sink final : public WatchSink {
 public:
  void OnEvent(const WatchEvent& event) override {
    std::lock_guard lock(mutex_);
    names_.push_back(std::to_string(static_cast<int>(event.type)) + ":" + event.object->name());
    last_revision_ = event.object->meta().revision;
  }
  void OnClosed(const Status& why) override {
    {
      std::lock_guard lock(mutex_);
      why_ = why;
    }
    closed.Open();
  }
  std::vector<std::string> names() {
    std::lock_guard lock(mutex_);
    return names_;
  }
  Status why() {
    std::lock_guard lock(mutex_);
    return why_;
  }
  http::Gate closed;

 private:
  std::mutex mutex_;
  std::vector<std::string> names_;
  uint64_t last_revision_ = 0;
  Status why_;
};

std::string Event(const std::string& type, const std::string& name) {
  return R"({"type":")" + type + R"(","object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name +
         R"(","resourceVersion":"9"}}})" + "\n";
}

TEST_F(RestClientTest, WatchDeliversEventsHoweverTheyAreCut) {
  const std::string all = Event("ADDED", "a") + Event("MODIFIED", "b") + Event("DELETED", "c") + Event("BOOKMARK", "");
  Answer([&](http::Request, const http::ResponderPtr& responder) {
    auto stream = responder->StartStream(200, {}, 1'000'000);
    for (size_t i = 0; i < all.size(); i += 17) stream->Write(Bytes(all.substr(i, 17)));
    stream->Close();
  });
  const auto client = Connect();
  const auto sink = std::make_shared<Sink>();
  const auto watch = client->StartWatch(kPods, {"d", "app=web", ""}, 41, sink);
  ASSERT_TRUE(sink->closed.Wait());
  EXPECT_TRUE(sink->why().ok()) << sink->why().message();
  EXPECT_THAT(sink->names(), ElementsAre("0:a", "1:b", "2:c", "3:"));
  EXPECT_EQ(asked().target,
            "/api/v1/namespaces/d/pods?watch=true&allowWatchBookmarks=true&resourceVersion=41&labelSelector=app%3Dweb");
}

TEST_F(RestClientTest, WatchEndsForAReason) {
  const std::string expired =
      R"({"kind":"Status","apiVersion":"v1","reason":"Expired","code":410,"message":"too old"})";
  const struct {
    const char* name;
    int code;
    std::string body;
    Reason reason;
  } kCases[] = {
      {"refused at once", 410, expired, Reason::kExpired},
      {"an ERROR event", 200, R"({"type":"ERROR","object":)" + expired + "}\n" + Event("ADDED", "late"),
       Reason::kExpired},
      {"forbidden", 403, "{}", Reason::kForbidden},
      {"not JSON", 200, "what?\n", Reason::kBadRequest},
      {"the server's time limit", 200, "", Reason::kOk},
  };
  const auto client = Connect();
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    Answer(c.code, c.body);
    const auto sink = std::make_shared<Sink>();
    const auto watch = client->StartWatch(kPods, {}, 1, sink);
    ASSERT_TRUE(sink->closed.Wait());
    EXPECT_EQ(sink->why().reason(), c.reason) << sink->why().message();
    EXPECT_THAT(sink->names(), ElementsAre());
  }
  server_->Stop(seconds(1));
  const auto sink = std::make_shared<Sink>();
  const auto watch = client->StartWatch(kPods, {}, 1, sink);
  ASSERT_TRUE(sink->closed.Wait());
  EXPECT_EQ(sink->why().reason(), Reason::kServiceUnavailable);
}

TEST_F(RestClientTest, DestroyedWatchIsSilentAndLeavesTheServer) {
  std::atomic<bool> left{false};
  Answer([&](http::Request, const http::ResponderPtr& responder) {
    auto stream = responder->StartStream(200, {}, 10'000'000);
    while (stream->Write(Bytes(Event("ADDED", "a")))) std::this_thread::yield();
    left = true;
  });
  const auto client = Connect();
  const auto sink = std::make_shared<Sink>();
  auto watch = client->StartWatch(kPods, {}, 1, sink);
  ASSERT_TRUE(Eventually([&] { return sink->names().size() > 10; }));
  watch.reset();
  const size_t seen = sink->names().size();
  EXPECT_TRUE(Eventually([&] { return left.load(); }));
  EXPECT_EQ(sink->names().size(), seen);
}

TEST_F(RestClientTest, StreamHandsOnLinesUntilEnough) {
  Answer([](http::Request request, const http::ResponderPtr& responder) {
    auto stream = responder->StartStream(request.path() == "/none" ? 404 : 200, {}, 10'000'000);
    if (request.path() == "/none") {
      stream->Write(Bytes(R"({"kind":"Status","reason":"NotFound","message":"no such pod"})"));
      return stream->Close();
    }
    while (stream->Write(Bytes("line\n"))) std::this_thread::yield();
  });
  const auto client = Connect();
  std::string text;
  EXPECT_TRUE(client
                  ->Stream("/logs?follow=true", "text/plain",
                           [&](std::string_view bytes) {
                             text += bytes;
                             return text.size() < 50;
                           })
                  .ok());
  EXPECT_GE(text.size(), 50u);
  const Status none = client->Stream("/none", "*/*", [](std::string_view) { return true; });
  EXPECT_TRUE(none.IsNotFound());
  EXPECT_EQ(none.message(), "no such pod");
}

TEST(ResourcePathTest, EscapesNames) {
  EXPECT_EQ(ResourcePath({"apps", "v1", "deployments"}, {"", ""}), "/apis/apps/v1/deployments");
  EXPECT_EQ(ResourcePath({"", "v1", "nodes"}, {"", "a/b"}, "status"), "/api/v1/nodes/a%2Fb/status");
}

}  // namespace
}  // namespace croft::client
