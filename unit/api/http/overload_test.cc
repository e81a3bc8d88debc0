// Clients that would have the server hold much for them, or wait for them long.

#include <sys/resource.h>

#include <atomic>
#include <thread>

#include "api/http/budget.h"
#include "unit/api/http/http2_fixture.h"

namespace croft::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

TEST(BudgetTest, SharesAreCountedInStepsAndGivenBack) {
  Budget budget(10'000);
  {
    Share first(budget);
    EXPECT_TRUE(first.Resize(1));
    EXPECT_EQ(budget.used(), 4096u);
    EXPECT_TRUE(first.Resize(4096));
    EXPECT_EQ(budget.used(), 4096u);
    Share moved = std::move(first);
    Share second(budget);
    EXPECT_TRUE(second.Resize(100));
    EXPECT_FALSE(second.Resize(5000));
    EXPECT_TRUE(second.Resize(0));
    EXPECT_EQ(budget.used(), 4096u);
    EXPECT_TRUE(moved.Resize(8192));
  }
  EXPECT_EQ(budget.used(), 0u);
}

// A request whose header takes 1 MB in memory and 3 KB on the wire, for its one field goes into the table. Its body
// follows.
Http2Client::Ask Unfolding() {
  return {.method = "POST",
          .path = "/unfolding",
          .headers = std::vector<std::pair<std::string, std::string>>(340, {"x", std::string(2900, 'x')}),
          .body_follows = true};
}

TEST_F(Http2Test, HeadersThatUnfoldAreHeldWithinBounds) {
  ServerSettings settings;
  settings.max_header_bytes = 1 << 20;
  settings.max_request_bytes = 3 << 20;
  Serve(EchoShape, settings);
  auto first = Open();
  const int32_t a = first->Send(Unfolding());
  const int32_t b = first->Send(Unfolding());
  // The third is too much for one connection.
  EXPECT_EQ(first->Await(first->Send(Unfolding())).reset, NGHTTP2_REFUSED_STREAM);
  EXPECT_FALSE(first->reply(a).closed() || first->reply(b).closed());
  // And of another's, the second is too much for all.
  const auto second = Open();
  const int32_t c = second->Send(Unfolding());
  EXPECT_EQ(second->Await(second->Send(Unfolding())).reset, NGHTTP2_REFUSED_STREAM);
  EXPECT_FALSE(second->reply(c).closed());
  EXPECT_EQ(second->Await(second->Get("/small")).status, 200);
  // Who comes to his end makes room.
  first->SendBody(a, "x", true);
  EXPECT_EQ(first->Await(a).body, "POST /unfolding 1 HTTP/2");
  const int32_t d = second->Send(Unfolding());
  second->SendBody(d, "x", true);
  EXPECT_EQ(second->Await(d).status, 200);
}

TEST_F(Http2Test, WhatRequestsHeldIsGivenBackHoweverTheyEnd) {
  ServerSettings settings;
  settings.max_header_bytes = 1 << 20;
  settings.max_request_bytes = 3 << 20;
  settings.body_limit = seconds(60);
  Serve(
      [](Request request, const ResponderPtr& responder) {
        if (request.headers.Has("x-dropped")) return;
        EchoShape(std::move(request), responder);
      },
      settings);
  for (int round = 0; round < 4; ++round) {
    SCOPED_TRACE(round);
    const auto client = Open();
    const int32_t taken_back = client->Send(Unfolding());
    client->Reset(taken_back);
    Http2Client::Ask refused = Unfolding();
    refused.headers.emplace_back("content-length", "4000000");
    EXPECT_EQ(client->Await(client->Send(refused)).status, 413);
    Http2Client::Ask dropped = Unfolding();
    dropped.headers.emplace_back("x-dropped", "");
    dropped.body_follows = false;
    EXPECT_EQ(client->Await(client->Send(dropped)).status, 500);
    // Two at once, of which one ends with its connection.
    client->Send(Unfolding());
    const int32_t last = client->Send(Unfolding());
    client->SendBody(last, "x", true);
    EXPECT_EQ(client->Await(last).status, 200);
  }
}

TEST_F(Http2Test, BodiesAreHeldWithinTheBoundOfAll) {
  ServerSettings settings;
  settings.max_request_bytes = 80'000;
  Serve(EchoShape, settings);
  const auto first = Open(), second = Open();
  const Http2Client::Ask large{.method = "PUT", .path = "/b", .body = std::string(50'000, 'b')};
  Http2Client::Ask open = large;
  open.body_follows = true;
  const int32_t held = first->Send(open);
  first->Ping();
  ASSERT_TRUE(first->Run([&] { return first->pongs() == 1; }));  // the server has read all that was sent
  EXPECT_EQ(second->Await(second->Send(large)).reset, NGHTTP2_REFUSED_STREAM);
  EXPECT_EQ(second->Await(second->Get("/small")).status, 200);
  first->SendBody(held, "!", true);
  EXPECT_EQ(first->Await(held).body, "PUT /b 50001 HTTP/2");
  EXPECT_EQ(second->Await(second->Send(large)).body, "PUT /b 50000 HTTP/2");
}

std::string Put(const std::string& target, size_t size) {
  return "PUT " + target + " HTTP/1.1\r\nHost: lab\r\nConnection: close\r\nContent-Length: " + std::to_string(size) +
         "\r\n\r\n";
}

TEST_F(ServerTest, RequestsBeyondWhatTheServerHoldsAreRefused) {
  constexpr size_t kLarge = 50'000;
  ServerSettings settings;
  settings.max_request_bytes = 80'000;
  // One that is not whole yet, and is all there when the server begins to read.
  const Result<int> listening = Listen("127.0.0.1:0");
  ASSERT_TRUE(listening.ok());
  const std::string address = LocalAddress(*listening);
  settings.listeners = {{.address = "waiting", .fd = *listening}};
  auto slow = std::make_unique<RawClient>(address);
  slow->Send(Put("/", kLarge) + std::string(kLarge - 1, 'b'));
  ResponderPtr kept;
  std::atomic<bool> keeps{false};
  Serve(
      [&](Request request, ResponderPtr responder) {
        if (request.target != "/kept") return ReplyWithText(responder, std::to_string(request.body.size()));
        kept = std::move(responder);
        keeps = true;
      },
      settings);
  const auto put = [&] {
    RawClient client(address);
    client.Send(Put("/", kLarge) + std::string(kLarge, 'b'));
    return client.ReadToEnd();
  };
  const auto refuses = [&] {
    const std::string answer = put();
    if (!answer.starts_with("HTTP/1.1 503 ")) return false;
    EXPECT_THAT(answer, HasSubstr("Retry-After: 1\r\n"));
    EXPECT_THAT(answer, HasSubstr("\"reason\":\"ServiceUnavailable\""));
    return true;
  };
  EXPECT_TRUE(refuses());
  RawClient small(address);
  small.Send(kLastGet);
  EXPECT_THAT(small.ReadToEnd(), StartsWith("HTTP/1.1 200 "));
  slow->Send("b");
  EXPECT_THAT(slow->ReadToEnd(), EndsWith("50000"));
  EXPECT_THAT(put(), EndsWith("50000"));
  {
    // One that is not answered yet, also when its client is gone.
    RawClient client(address);
    client.Send(Put("/kept", kLarge) + std::string(kLarge, 'b'));
    ASSERT_TRUE(Eventually([&] { return keeps.load(); }));
    EXPECT_TRUE(refuses());
  }
  EXPECT_TRUE(refuses());
  ReplyWithText(kept, "to nobody");
  EXPECT_THAT(put(), EndsWith("50000"));
}

TEST_F(ServerTest, FieldsWithoutTextMakeAHeaderLargeToo) {
  RawClient client(Serve(Echo));
  std::string header = "GET / HTTP/1.1\r\nHost: lab\r\n";
  for (int i = 0; i < 3000; ++i) header += "a:\r\n";
  client.Send(header + "\r\n");
  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 431 "));
}

TEST_F(Http2Test, WhoLeavesMuchUnreadIsAnsweredNothingMore) {
  ServerSettings settings;
  settings.max_unsent_bytes = 1'000'000;
  const std::string large(600'000, 'x');
  std::atomic<int> handled{0};
  Serve(
      [&](Request request, const ResponderPtr& responder) {
        ++handled;
        ReplyWithText(responder, request.target == "/large" ? large : "small");
      },
      settings);
  const auto client = Open(), neighbour = Open();
  const int32_t first = client->Send({.path = "/large", .stalled = true});
  ASSERT_TRUE(client->Run([&] { return client->reply(first).body.size() == 65'535; }));
  EXPECT_EQ(client->Await(client->Get("/small")).body, "small");
  const int32_t second = client->Send({.path = "/large", .stalled = true});
  ASSERT_TRUE(client->Run([&] { return client->reply(second).body.size() == 65'535; }));
  EXPECT_EQ(handled, 3);
  EXPECT_EQ(client->Await(client->Get("/small")).reset, NGHTTP2_REFUSED_STREAM);
  EXPECT_EQ(handled, 3);
  EXPECT_EQ(neighbour->Await(neighbour->Get("/small")).body, "small");
  client->Reset(first);
  client->Unstall(second);
  EXPECT_TRUE(client->Await(second).body == large);
  EXPECT_EQ(client->Await(client->Get("/small")).body, "small");
  EXPECT_EQ(client->Await(client->Get("/large")).body.size(), large.size());
  EndServer();
}

TEST_F(Http2Test, AByteNowAndThenIsNoProgress) {
  ServerSettings settings;
  settings.write_limit = milliseconds(300);
  Serve([](Request, const ResponderPtr& responder) { ReplyWithText(responder, std::string(1'000'000, 'x')); },
        settings);
  const auto client = Open();
  const int32_t id = client->Send({.path = "/large", .stalled = true});
  ASSERT_TRUE(client->Run([&] { return client->reply(id).body.size() == 65'535; }));
  EXPECT_TRUE(Eventually(
      [&] {
        const size_t before = client->reply(id).body.size();
        client->Widen(id, 1);
        client->Run([&] { return client->reply(id).closed() || client->reply(id).body.size() > before; });
        return client->reply(id).closed();
      },
      5));
  EXPECT_EQ(client->reply(id).reset, NGHTTP2_CANCEL);
}

TEST_F(ServerTest, StrangersDoNotStayLong) {
  ServerSettings settings;
  settings.stranger_limit = milliseconds(100);
  const std::string address = Serve(
      [](Request request, const ResponderPtr& responder) {
        responder->Send({request.target == "/secret" ? 401 : 200, {}, "answered", {}});
      },
      settings);
  RawClient known(address), silent(address), refused(address);
  known.Send(kGet);
  EXPECT_THAT(known.ReadUntil("answered"), StartsWith("HTTP/1.1 200 "));
  refused.Send("GET /secret HTTP/1.1\r\nHost: lab\r\n\r\n");
  EXPECT_THAT(refused.ReadUntil("answered"), StartsWith("HTTP/1.1 401 "));
  EXPECT_EQ(silent.ReadToEnd() + refused.ReadToEnd(), "");
  EXPECT_TRUE(silent.ended() && refused.ended());
  known.Send("GET /secret HTTP/1.1\r\nHost: lab\r\n\r\n");
  EXPECT_THAT(known.ReadUntil("answered"), StartsWith("HTTP/1.1 401 "));
}

TEST_F(Http2Test, StrangersDoNotStayLong) {
  ServerSettings settings;
  settings.stranger_limit = milliseconds(100);
  Serve(
      [](Request request, const ResponderPtr& responder) {
        responder->Send({request.target == "/secret" ? 403 : 200, {}, "", {}});
      },
      settings);
  const auto anonymous = [&] { return std::make_unique<Http2Client>(server_->addresses().front(), lab_.ca_pem()); };
  const auto known = anonymous(), verified = Open(), refused = anonymous(), silent = anonymous();
  EXPECT_EQ(known->Await(known->Get("/")).status, 200);
  EXPECT_EQ(verified->Await(verified->Get("/secret")).status, 403);
  EXPECT_EQ(refused->Await(refused->Get("/secret")).status, 403);
  EXPECT_TRUE(silent->AwaitEnd() && refused->AwaitEnd());
  EXPECT_EQ(known->Await(known->Get("/secret")).status, 403);
  EXPECT_EQ(verified->Await(verified->Get("/secret")).status, 403);
}

TEST_F(ServerTest, ConnectionsTakeHalfOfTheDescriptorsAtMost) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 60;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  const std::string address = Serve(Echo);
  setrlimit(RLIMIT_NOFILE, &before);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 30; ++i) {
    clients.push_back(std::make_unique<RawClient>(address));
    clients.back()->Send(kGet);
    EXPECT_THAT(clients.back()->ReadUntil("GET /x"), EndsWith("GET /x"));
  }
  RawClient refused(address);
  refused.Send(kGet);
  EXPECT_EQ(refused.ReadToEnd(), "");
}

TEST_F(ServerTest, RefusalsAreLoggedSeldom) {
  ServerSettings settings;
  settings.max_connections = 0;
  const std::string address = Serve(Echo, settings);
  testing::internal::CaptureStderr();
  const SteadyTime begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(RawClient(address).ReadToEnd(), "");
  const auto passed = std::chrono::duration_cast<seconds>(std::chrono::steady_clock::now() - begin).count();
  server_->Stop(Duration::zero());
  const std::string log = testing::internal::GetCapturedStderr();
  int told = 0;
  for (size_t at = 0; (at = log.find("a connection was refused", at)) != std::string::npos; ++at) ++told;
  EXPECT_GE(told, 1);
  EXPECT_LE(told, 1 + passed);
}

TEST_F(ServerTest, ConnectionsThatWaitTogetherAreAllAccepted) {
  const Result<int> listening = Listen("127.0.0.1:0");
  ASSERT_TRUE(listening.ok());
  const std::string address = LocalAddress(*listening);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<RawClient>(address));
    clients.back()->Send(kLastGet);
  }
  ServerSettings settings;
  settings.io_threads = 1;
  settings.listeners = {{.address = "waiting", .fd = *listening}};
  Serve(Echo, settings);
  for (const auto& client : clients) EXPECT_THAT(client->ReadToEnd(), EndsWith("GET /x "));
}

TEST_F(ServerTest, ABusyConnectionKeepsNobodyFromBeingAccepted) {
  Gate busy, go_on;
  std::shared_ptr<Stream> stream;
  ServerSettings settings;
  settings.io_threads = 3;
  settings.header_limit = milliseconds(80);  // limits are looked at every 20 ms
  const std::string address = Serve(
      [&](Request request, const ResponderPtr& responder) {
        if (request.target != "/raw") return Echo(std::move(request), responder);
        stream = responder->StartStream(101, {}, 1000);
        stream->OnReceived([&](std::string_view) {
          busy.Open();
          go_on.Wait(60);
          return Received{};
        });
      },
      settings);
  RawClient raw(address);
  raw.Send("GET /raw HTTP/1.1\r\nHost: lab\r\n\r\n");
  raw.ReadUntil("\r\n\r\n");
  raw.Send("x");
  ASSERT_TRUE(busy.Wait());  // with the connection locked
  for (int i = 0; i < 20; ++i) {
    RawClient client(address);
    client.Send(kLastGet);
    EXPECT_THAT(client.ReadToEnd(), EndsWith("GET /x "));
    std::this_thread::sleep_for(milliseconds(10));
  }
  go_on.Open();
  server_->Stop(seconds(5));
}

}  // namespace
}  // namespace croft::http
