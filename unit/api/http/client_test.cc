#include "api/http/client.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "api/http/server.h"
#include "unit/api/http/fixture.h"
#include "unit/api/http/lab.h"

namespace croft::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

Request Get(std::string target) {
  Request request;
  request.method = "GET";
  request.target = std::move(target);
  return request;
}

std::unique_ptr<Client> ClientOf(ClientSettings settings) {
  Result<std::unique_ptr<Client>> client = Client::Create(std::move(settings));
  EXPECT_TRUE(client.ok()) << client.status().message();
  return client.ok() ? std::move(*client) : nullptr;
}

std::unique_ptr<Client> ClientOf(const std::string& address) {
  ClientSettings settings;
  settings.address = address;
  return ClientOf(std::move(settings));
}

// What a stream's callbacks were told.
class Recorder {
 public:
  StreamCallbacks callbacks() {
    return {[this](const Response& head) {
              std::lock_guard lock(mutex_);
              status_ = head.status;
            },
            [this](std::string_view bytes) {
              std::lock_guard lock(mutex_);
              data_ += bytes;
            },
            [this](const Status& why) {
              {
                std::lock_guard lock(mutex_);
                why_ = why;
              }
              ended.Open();
            }};
  }
  int status() const {
    std::lock_guard lock(mutex_);
    return status_;
  }
  std::string data() const {
    std::lock_guard lock(mutex_);
    return data_;
  }
  Status why() const {
    std::lock_guard lock(mutex_);
    return why_;
  }
  Gate ended;

 private:
  mutable std::mutex mutex_;
  int status_ = 0;
  std::string data_;
  Status why_;
};

class ClientTest : public testing::Test {
 protected:
  std::string Serve(Handler handler, ServerSettings settings = {}) {
    settings.listeners.push_back({.address = "unix:" + (dir_ / "socket")});
    server_ = std::make_unique<Server>(std::move(settings), std::move(handler));
    const Status status = server_->Start();
    EXPECT_TRUE(status.ok()) << status.message();
    return server_->addresses().front();
  }

  const TempDir dir_;
  std::unique_ptr<Server> server_;
};

void Echo(Request request, const ResponderPtr& responder) {
  ReplyWithText(responder, request.method + " " + request.target + " " + request.body);
}

TEST_F(ClientTest, ManyRequestsUseOneConnection) {
  const auto client = ClientOf(Serve(Echo));
  for (int i = 0; i < 100; ++i) {
    Request request = Get("/" + std::to_string(i));
    if (i % 2) {
      request.method = "POST";
      request.body = "body";
    }
    const Result<Response> response = client->Do(request, seconds(10));
    ASSERT_TRUE(response.ok()) << response.status().message();
    EXPECT_EQ(response->body, request.method + " " + request.target + " " + request.body);
    EXPECT_EQ(response->headers.Get("content-type"), "text/plain");
  }
  EXPECT_EQ(server_->connection_count(), 1u);
}

TEST_F(ClientTest, ThreadsShareAClient) {
  const auto client = ClientOf(Serve(Echo));
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string target = "/" + std::to_string(t) + "/" + std::to_string(i);
        const auto response = client->Do(Get(target), seconds(10));
        if (response.ok() && response->body == "GET " + target + " ") ++answered;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, 300);
}

TEST_F(ClientTest, ReadsBodiesOfAllFramings) {
  const auto client = ClientOf(Serve([](Request request, const ResponderPtr& responder) {
    if (request.target == "/empty") return responder->Send({204, {}, "", {}});
    if (request.target == "/large") return ReplyWithText(responder, std::string(5'000'000, 'x'));
    auto stream = responder->StartStream(200, {}, 1'000'000);
    for (int i = 0; i < 100; ++i) stream->Write(Bytes(std::string(1000, 'c')));
    stream->Close();
  }));
  EXPECT_EQ(client->Do(Get("/empty"), seconds(10))->status, 204);
  EXPECT_EQ(client->Do(Get("/large"), seconds(10))->body.size(), 5'000'000u);
  EXPECT_EQ(client->Do(Get("/chunks"), seconds(10))->body.size(), 100'000u);
  Request head = Get("/large");
  head.method = "HEAD";
  const auto answer = client->Do(head, seconds(10));
  EXPECT_EQ(answer->headers.Get("Content-Length"), "5000000");
  EXPECT_EQ(answer->body, "");
  EXPECT_EQ(client->Do(Get("/empty"), seconds(10))->status, 204);
}

TEST_F(ClientTest, GoesOnAfterTheServerClosedAKeptConnection) {
  ServerSettings settings;
  settings.idle_limit = milliseconds(60);
  const auto client = ClientOf(Serve(Echo, settings));
  EXPECT_TRUE(client->Do(Get("/1"), seconds(10)).ok());
  ASSERT_TRUE(Eventually([&] { return server_->connection_count() == 0; }));
  EXPECT_TRUE(client->Do(Get("/2"), seconds(10)).ok());
}

TEST_F(ClientTest, ReadsTheRefusalOfATooLargeBody) {
  const auto client = ClientOf(Serve(Echo));
  Request request = Get("/");
  request.method = "PUT";
  request.body = std::string(8 * 1024 * 1024, 'x');
  const auto response = client->Do(request, seconds(10));
  ASSERT_TRUE(response.ok()) << response.status().message();
  EXPECT_EQ(response->status, 413);
}

TEST_F(ClientTest, FailuresSayWhatFailed) {
  const auto nobody = ClientOf("unix:" + (dir_ / "none"));
  const Status absent = nobody->Do(Get("/"), seconds(10)).status();
  EXPECT_EQ(absent.reason(), Reason::kServiceUnavailable);
  EXPECT_EQ(absent.message(), "cannot connect to unix:" + (dir_ / "none") + ": no such file or directory");

  ResponderPtr held;
  const auto client = ClientOf(Serve([&](Request, ResponderPtr responder) { held = std::move(responder); }));
  const Status late = client->Do(Get("/"), milliseconds(50)).status();
  EXPECT_EQ(late.reason(), Reason::kTimeout);
  EXPECT_THAT(late.message(), HasSubstr("no answer from unix:"));
  server_->Stop(milliseconds(0));  // before what its handler uses is gone
}

TEST_F(ClientTest, AnswerBeyondTheLimitIsRefused) {
  ClientSettings settings;
  settings.address = Serve([](Request, const ResponderPtr& responder) { ReplyWithText(responder, "0123456789"); });
  settings.max_response_bytes = 9;
  EXPECT_EQ(ClientOf(settings)->Do(Get("/"), seconds(10)).status().reason(), Reason::kRequestEntityTooLarge);
}

TEST_F(ClientTest, SettingsHeadersGoWithEachRequestAndCanNotBeForged) {
  ClientSettings settings;
  settings.address = Serve([](Request request, const ResponderPtr& responder) {
    ReplyWithText(responder, std::string(request.headers.Get("Authorization")) + "|" + request.target);
    EXPECT_FALSE(request.headers.Has("X-Forged"));
  });
  settings.headers.Add("Authorization", "Bearer t");
  const auto client = ClientOf(settings);
  EXPECT_EQ(client->Do(Get("/a b\r\nX-Forged: 1"), seconds(10))->body, "Bearer t|/a%20b%0D%0AX-Forged:%201");
}

TEST_F(ClientTest, SpeaksTlsWithACertificateOfItsOwn) {
  const Lab lab;
  ServerSettings server;
  server.listeners.push_back({.address = "127.0.0.1:0"});
  server.tls = ServerTls{lab.Issue("server"), lab.ca_pem()};
  ClientSettings settings;
  settings.address =
      Serve([](Request request, const ResponderPtr& responder) { ReplyWithText(responder, request.peer.common_name); },
            server);
  settings.tls = true;
  settings.ca_pem = lab.ca_pem();
  settings.identity = lab.Issue("node-1");
  const auto client = ClientOf(settings);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client->Do(Get("/"), seconds(10))->body, "node-1");
  EXPECT_EQ(server_->connection_count(), 1u);

  Recorder recorder;
  const auto stream = client->OpenStream(Get("/"), recorder.callbacks());
  ASSERT_TRUE(recorder.ended.Wait());
  EXPECT_EQ(recorder.data(), "node-1");

  settings.ca_pem = Lab("other").ca_pem();
  const Status distrust = ClientOf(settings)->Do(Get("/"), seconds(10)).status();
  EXPECT_EQ(distrust.reason(), Reason::kServiceUnavailable);
  EXPECT_THAT(distrust.message(), HasSubstr("certificate"));

  settings.ca_pem = lab.ca_pem();
  settings.host = "elsewhere";
  EXPECT_THAT(ClientOf(settings)->Do(Get("/"), seconds(10)).status().message(), HasSubstr("ostname mismatch"));

  settings.ca_pem = "no PEM";
  EXPECT_TRUE(Client::Create(settings).status().IsInvalid());
}

TEST_F(ClientTest, StreamHandsOnWhatComesAsItComes) {
  std::shared_ptr<Stream> stream;
  Gate started;
  const auto client = ClientOf(Serve([&](Request, const ResponderPtr& responder) {
    stream = responder->StartStream(200, {}, 1000);
    started.Open();
  }));
  Recorder recorder;
  const auto handle = client->OpenStream(Get("/watch"), recorder.callbacks());
  ASSERT_TRUE(started.Wait());
  ASSERT_TRUE(Eventually([&] { return recorder.status() == 200; }));
  stream->Write(Bytes("one"));
  ASSERT_TRUE(Eventually([&] { return recorder.data() == "one"; }));
  stream->Write(Bytes("two"));
  ASSERT_TRUE(Eventually([&] { return recorder.data() == "onetwo"; }));
  stream->Close();
  ASSERT_TRUE(recorder.ended.Wait());
  EXPECT_TRUE(recorder.why().ok());
}

TEST_F(ClientTest, StreamEndsForAReason) {
  ServerSettings settings;
  const std::string address = Serve([](Request request, const ResponderPtr& responder) {
    if (request.target == "/gone") return responder->Send({410, {}, "gone", {}});
    auto stream = responder->StartStream(200, {}, 100);
    stream->Write(Bytes(std::string(1000, 'x')));
    while (stream->Write(Bytes(std::string(100'000, 'x')))) {
    }
  });
  const auto client = ClientOf(address);
  {
    Recorder recorder;
    const auto handle = client->OpenStream(Get("/gone"), recorder.callbacks());
    ASSERT_TRUE(recorder.ended.Wait());
    EXPECT_EQ(recorder.status(), 410);
    EXPECT_EQ(recorder.data(), "gone");
    EXPECT_TRUE(recorder.why().ok());
  }
  {
    Recorder recorder;
    const auto handle = client->OpenStream(Get("/cut-off"), recorder.callbacks());
    ASSERT_TRUE(recorder.ended.Wait());
    EXPECT_EQ(recorder.why().reason(), Reason::kServiceUnavailable);
  }
  {
    Recorder recorder;
    const auto handle = ClientOf("unix:" + (dir_ / "none"))->OpenStream(Get("/"), recorder.callbacks());
    ASSERT_TRUE(recorder.ended.Wait());
    EXPECT_THAT(recorder.why().message(), StartsWith("cannot connect to "));
  }
}

TEST_F(ClientTest, FollowHandsOnUntilItHasEnough) {
  std::atomic<bool> left{false};
  const auto client = ClientOf(Serve([&](Request request, const ResponderPtr& responder) {
    auto stream = responder->StartStream(200, {{"X", "y"}}, 10'000'000);
    if (request.target == "/short") {
      stream->Write(Bytes("short"));
      return stream->Close();
    }
    while (stream->Write(Bytes("line\n"))) std::this_thread::yield();
    left = true;
  }));
  std::string data;
  const auto has_head = [](const Response& head) { return head.headers.Get("x") == "y"; };
  EXPECT_TRUE(client
                  ->Follow(Get("/short"), has_head,
                           [&](std::string_view bytes) {
                             data += bytes;
                             return true;
                           })
                  .ok());
  EXPECT_EQ(data, "short");
  data.clear();
  EXPECT_TRUE(client
                  ->Follow(Get("/endless"), has_head,
                           [&](std::string_view bytes) {
                             data += bytes;
                             return data.size() < 100;
                           })
                  .ok());
  EXPECT_GE(data.size(), 100u);
  EXPECT_TRUE(Eventually([&] { return left.load(); }));
  EXPECT_FALSE(
      ClientOf("unix:" + (dir_ / "none"))->Follow(Get("/"), has_head, [](std::string_view) { return true; }).ok());
}

TEST_F(ClientTest, DestroyedStreamIsSilentWhileDataFlows) {
  const auto stop = std::make_shared<std::atomic<bool>>(false);  // a handler may look at it after the test's end
  const auto client = ClientOf(Serve([stop](Request, const ResponderPtr& responder) {
    auto stream = responder->StartStream(200, {}, 10'000'000);
    while (!*stop && stream->Write(Bytes(std::string(500, 'x')))) std::this_thread::yield();
  }));
  for (int i = 0; i < 20; ++i) {
    Gate first;
    std::atomic<bool> alive{true};
    auto handle = client->OpenStream(Get("/flow"), {nullptr,
                                                    [&](std::string_view) {
                                                      EXPECT_TRUE(alive);
                                                      first.Open();
                                                    },
                                                    [&](const Status&) { EXPECT_TRUE(alive); }});
    ASSERT_TRUE(first.Wait());
    handle.reset();
    alive = false;
  }
  EXPECT_TRUE(Eventually([&] { return server_->connection_count() == 0; }));
  *stop = true;
}

TEST_F(ClientTest, ManyStreamsShareOneThread) {
  std::mutex mutex;
  std::vector<std::shared_ptr<Stream>> streams;
  const auto client = ClientOf(Serve([&](Request, const ResponderPtr& responder) {
    std::lock_guard lock(mutex);
    streams.push_back(responder->StartStream(200, {}, 1000));
  }));
  std::atomic<int> received{0};
  std::vector<std::unique_ptr<ResponseStream>> handles;
  for (int i = 0; i < 200; ++i) {
    handles.push_back(client->OpenStream(Get("/"), {nullptr, [&](std::string_view) { ++received; }, nullptr}));
  }
  ASSERT_TRUE(Eventually([&] {
    std::lock_guard lock(mutex);
    return streams.size() == 200;
  }));
  {
    std::lock_guard lock(mutex);
    for (const auto& stream : streams) stream->Write(Bytes("event"));
  }
  EXPECT_TRUE(Eventually([&] { return received == 200; }));
  handles.clear();
  server_->Stop(seconds(5));
}

// A server of one connection that speaks raw bytes after the upgrade, as Podman's exec does.
class UpgradeServer {
 public:
  explicit UpgradeServer(const std::string& address, std::string answer) : listener_(*Listen(address)) {
    thread_ = std::thread([this, answer = std::move(answer)] {
      WaitFor(listener_, true, Soon());
      const int fd = accept(listener_, nullptr, nullptr);
      char buffer[4096];
      std::string received;
      while (received.find("\r\n\r\n") == std::string::npos) {
        received.append(buffer, static_cast<size_t>(std::max<ssize_t>(recv(fd, buffer, sizeof buffer, 0), 0)));
      }
      send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
      // Echoes until the client ends its side, then ends too.
      for (ssize_t n = 0; (n = recv(fd, buffer, sizeof buffer, 0)) > 0;) {
        send(fd, buffer, static_cast<size_t>(n), MSG_NOSIGNAL);
      }
      close(fd);
    });
  }
  ~UpgradeServer() {
    thread_.join();
    close(listener_);
  }

 private:
  const int listener_;
  std::thread thread_;
};

Request UpgradeRequest() {
  Request request = Get("/exec");
  request.method = "POST";
  request.headers = {{"Connection", "Upgrade"}, {"Upgrade", "tcp"}};
  return request;
}

TEST_F(ClientTest, UpgradeGivesARawStream) {
  const std::string address = "unix:" + (dir_ / "exec");
  const UpgradeServer server(address, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello");
  auto upgraded = ClientOf(address)->Upgrade(UpgradeRequest(), seconds(10));
  ASSERT_TRUE(upgraded.ok()) << upgraded.status().message();
  Duplex& stream = *upgraded->stream;
  EXPECT_EQ(upgraded->head.headers.Get("Upgrade"), "tcp");
  std::string received;
  char buffer[100];
  const auto read = [&] {
    const Result<size_t> n = stream.Read(buffer, sizeof buffer);
    EXPECT_TRUE(n.ok()) << n.status().message();
    received.append(buffer, n.ok() ? *n : 0);
    return n.ok() ? *n : 0;
  };
  while (received.size() < 5) read();
  EXPECT_EQ(received, "hello");
  EXPECT_TRUE(stream.Write(" world").ok());
  while (received.size() < 11) read();
  EXPECT_EQ(received, "hello world");
  stream.CloseWrite();
  EXPECT_EQ(read(), 0u);
}

TEST_F(ClientTest, CancelWakesAReader) {
  const std::string address = "unix:" + (dir_ / "exec");
  const UpgradeServer server(address, "HTTP/1.1 101 UPGRADED\r\n\r\n");
  auto upgraded = ClientOf(address)->Upgrade(UpgradeRequest(), seconds(10));
  ASSERT_TRUE(upgraded.ok());
  std::thread reader([&] {
    char byte = 0;
    const Result<size_t> n = upgraded->stream->Read(&byte, 1);
    EXPECT_TRUE(!n.ok() || *n == 0);
  });
  upgraded->stream->Cancel();
  reader.join();
}

TEST_F(ClientTest, RefusedUpgradeIsAFailureWithTheAnswersReason) {
  const auto client = ClientOf(Serve([](Request, const ResponderPtr& responder) {
    responder->Send({404, {}, "no such container", {}});
  }));
  const Status status = client->Upgrade(UpgradeRequest(), seconds(10)).status();
  EXPECT_TRUE(status.IsNotFound());
  EXPECT_EQ(status.message(), "no such container");
}

}  // namespace
}  // namespace croft::http
