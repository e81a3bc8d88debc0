// What a client sees of HTTP/2 when it and the server behave: requests, bodies, streams, flow control.

#include <thread>

#include "unit/api/http/http2_fixture.h"

namespace croft::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

TEST_F(Http2Test, ProtocolIsChosenByWhatTheClientOffers) {
  Serve(EchoShape);
  const struct {
    const char* name;
    std::vector<std::string> offered;
    const char* chosen;
  } kCases[] = {
      {"a Go client offers both", {"h2", "http/1.1"}, "h2"},
      {"the server prefers HTTP/2, whatever comes first", {"http/1.1", "h2"}, "h2"},
      {"HTTP/2 alone", {"h2"}, "h2"},
      {"HTTP/1.1 alone, as for an upgrade", {"http/1.1"}, "http/1.1"},
      {"nothing that is known here", {"spdy/3"}, ""},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Open(c.offered)->protocol(), c.chosen);
  }
}

TEST_F(Http2Test, HandlerSeesTheRequestAsWithAnyProtocol) {
  Request seen;
  Serve([&](Request request, const ResponderPtr& responder) {
    seen = std::move(request);
    responder->Send(
        {201, {{"X-Name", "a\r\nx-forged: b"}, {"Connection", "close"}, {"Content-Length", "99"}}, "made", {}});
  });
  const auto client = Open();
  const auto& reply = client->Await(client->Send(
      {.method = "POST", .path = "/p?q=1%20", .headers = {{"x-two", "a"}, {"x-two", "b"}}, .body = "hello"}));
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/p?q=1%20");
  EXPECT_EQ(seen.body, "hello");
  EXPECT_EQ(seen.protocol, kHttp2);
  EXPECT_EQ(seen.headers.Get("Host"), "lab");
  EXPECT_EQ(seen.headers.Get("X-Two"), "a");
  EXPECT_EQ(seen.headers.fields().size(), 3u);
  EXPECT_TRUE(seen.peer.verified);
  EXPECT_EQ(seen.peer.common_name, "alice");
  EXPECT_THAT(seen.peer.organizations, ElementsAre("lab"));
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(reply.body, "made");
  EXPECT_EQ(reply.headers.Get("x-name"), "a  x-forged: b");
  EXPECT_EQ(reply.headers.Get("content-length"), "4");
  EXPECT_THAT(reply.headers.Get("date"), EndsWith("GMT"));
  EXPECT_FALSE(reply.headers.Has("connection"));
  EndServer();
}

TEST_F(Http2Test, RepliesOfAllShapes) {
  Serve([](Request request, const ResponderPtr& responder) {
    if (request.target == "/text") return ReplyWithText(responder, "0123456789");
    if (request.target == "/empty") return responder->Send({200, {}, "", {}});
    if (request.target == "/unchanged") return responder->Send({304, {{"ETag", "x"}}, "never sent", {}});
    if (request.target == "/pieces")
      return responder->Send({200, {}, "", {Bytes("one"), SharedBytes(), Bytes(""), {Bytes("a two"), 2}}});
    if (request.target == "/throws") throw std::runtime_error("no");
    if (request.target == "/stream") {
      const auto stream = responder->StartStream(200, {}, 1000);
      EXPECT_EQ(stream->Write(Bytes("a")), request.method == "GET");
      EXPECT_EQ(stream->Write(Bytes("")), request.method == "GET");
      EXPECT_EQ(stream->Write(Bytes("b")), request.method == "GET");
      stream->Close();
      EXPECT_FALSE(stream->Write(Bytes("c")));
    }
  });
  const auto client = Open();
  const struct {
    const char* name;
    const char* method;
    const char* path;
    int status;
    const char* length;  // of Content-Length
    const char* body;
  } kCases[] = {
      {"a text", "GET", "/text", 200, "10", "0123456789"},
      {"HEAD has the length and no body", "HEAD", "/text", 200, "10", ""},
      {"an empty body", "GET", "/empty", 200, "0", ""},
      {"not modified has no body", "GET", "/unchanged", 304, "", ""},
      {"shared pieces", "GET", "/pieces", 200, "6", "onetwo"},
      {"a stream", "GET", "/stream", 200, "", "ab"},
      {"HEAD of a stream", "HEAD", "/stream", 200, "", ""},
      {"a responder that was dropped", "GET", "/nothing", 500, nullptr, nullptr},
      {"a handler that throws", "GET", "/throws", 500, nullptr, nullptr},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const auto& reply = client->Await(client->Send({.method = c.method, .path = c.path}));
    EXPECT_EQ(reply.status, c.status);
    EXPECT_TRUE(reply.ended);
    if (c.length != nullptr) {
      EXPECT_EQ(reply.headers.Get("content-length"), c.length);
    }
    if (c.body != nullptr) {
      EXPECT_EQ(reply.body, c.body);
    } else {
      EXPECT_THAT(reply.body, HasSubstr("\"kind\":\"Status\""));
    }
  }
  EXPECT_EQ(server_->connection_count(), 1u);
}

TEST_F(Http2Test, ManyRequestsOfOneConnectionAreHandledAtOnce) {
  constexpr int kRequests = 200;
  std::mutex mutex;
  std::vector<std::pair<std::string, ResponderPtr>> waiting;
  Serve([&](Request request, ResponderPtr responder) {
    std::lock_guard lock(mutex);
    waiting.emplace_back(request.target, std::move(responder));
    if (waiting.size() < kRequests) return;
    // All are here, none was answered: the last comes first.
    for (; !waiting.empty(); waiting.pop_back()) ReplyWithText(waiting.back().second, "<" + waiting.back().first + ">");
  });
  const auto client = Open();
  std::vector<int32_t> ids;
  for (int i = 0; i < kRequests; ++i) ids.push_back(client->Get("/" + std::to_string(i)));
  for (int i = 0; i < kRequests; ++i) {
    EXPECT_EQ(client->Await(ids[static_cast<size_t>(i)]).body, "</" + std::to_string(i) + ">");
  }
  EndServer();
}

TEST_F(Http2Test, WatchesAndGetsShareAConnection) {
  constexpr int kWatches = 100;
  constexpr int kRounds = 20;
  Serve([&](Request request, const ResponderPtr& responder) {
    if (request.target.starts_with("/watch")) return feeds_.Open(request, responder);
    EchoShape(std::move(request), responder);
  });
  const auto client = Open();
  std::vector<int32_t> watches;
  for (int i = 0; i < kWatches; ++i) watches.push_back(client->Get("/watch" + std::to_string(i)));
  ASSERT_TRUE(client->Run([&] { return feeds_.size() == kWatches; }));
  std::string whole;
  for (int round = 0; round < kRounds; ++round) {
    const SharedBytes event = Bytes("event " + std::to_string(round) + "\n");
    whole += *event;
    for (int i = 0; i < kWatches; ++i) EXPECT_TRUE(feeds_.Write("/watch" + std::to_string(i), event));
    EXPECT_EQ(client->Await(client->Get("/get")).body, "GET /get 0 HTTP/2");
  }
  for (const int32_t id : watches) {
    EXPECT_TRUE(client->Run([&] { return client->reply(id).body == whole; })) << client->reply(id).body;
    EXPECT_FALSE(client->reply(id).closed());
  }
  feeds_.Close("/watch7");
  EXPECT_TRUE(client->Await(watches[7]).ended);
  EXPECT_EQ(server_->connection_count(), 1u);
}

TEST_F(Http2Test, StalledWatchIsCutOffAndItsNeighboursGoOn) {
  Serve([&](Request request, const ResponderPtr& responder) {
    if (request.target.starts_with("/watch")) return feeds_.Open(request, responder, 256 * 1024);
    EchoShape(std::move(request), responder);
  });
  const auto client = Open();
  const int32_t stalled = client->Send({.path = "/watch-stalled", .stalled = true});
  const int32_t quick = client->Get("/watch-quick");
  ASSERT_TRUE(client->Run([&] { return feeds_.size() == 2; }));
  const SharedBytes event = Bytes(std::string(32 * 1024, 'e'));
  size_t sent = 0;
  bool taken = true;
  // Its window takes 64 KB and its queue 256 KB: the server must give up soon after, and not before.
  while (taken && sent < 100) {
    taken = feeds_.Write("/watch-stalled", event);
    ASSERT_TRUE(feeds_.Write("/watch-quick", event));
    ++sent;
    ASSERT_TRUE(client->Run([&] { return client->reply(quick).body.size() == sent * event->size(); }));
  }
  EXPECT_GE(sent, 10u);
  EXPECT_LE(sent, 14u);
  EXPECT_EQ(client->Await(stalled).reset, NGHTTP2_CANCEL);
  EXPECT_TRUE(Eventually([&] { return feeds_.closed("/watch-stalled") == 1; }));
  EXPECT_FALSE(feeds_.Write("/watch-stalled", event));
  EXPECT_EQ(client->Await(client->Get("/after")).status, 200);
  EXPECT_TRUE(feeds_.Write("/watch-quick", Bytes("!")));
  EXPECT_TRUE(client->Run([&] { return client->reply(quick).body.ends_with("!"); }));
}

TEST_F(Http2Test, StalledReplyGoesOnWhenItsClientDoes) {
  const std::string large(3'000'000, 'x');
  Serve([&](Request request, const ResponderPtr& responder) {
    ReplyWithText(responder, request.target == "/large" ? large : "small");
  });
  const auto client = Open();
  const int32_t id = client->Send({.path = "/large", .stalled = true});
  ASSERT_TRUE(client->Run([&] { return client->reply(id).body.size() == 65'535; }));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(client->Await(client->Get("/small")).body, "small");
  EXPECT_EQ(client->reply(id).body.size(), 65'535u);
  client->Unstall(id);
  EXPECT_TRUE(client->Await(id).body == large);
}

TEST_F(Http2Test, EventDoesNotWaitForTheEndOfALargeList) {
  const SharedBytes piece = Bytes(std::string(1'000'000, 'x'));
  Serve([&](Request request, const ResponderPtr& responder) {
    if (request.target == "/watch") return feeds_.Open(request, responder);
    Response response;
    response.pieces.assign(100, piece);
    responder->Send(std::move(response));
  });
  const auto client = Open();
  const int32_t watch = client->Get("/watch");
  ASSERT_TRUE(client->Run([&] { return feeds_.size() == 1; }));
  const int32_t list = client->Get("/list");
  ASSERT_TRUE(client->Run([&] { return client->reply(list).body.size() > 100'000; }));
  EXPECT_TRUE(feeds_.Write("/watch", Bytes("event")));
  ASSERT_TRUE(client->Run([&] { return client->reply(watch).body == "event"; }));
  EXPECT_FALSE(client->reply(list).closed());
  EXPECT_EQ(client->Await(list).body.size(), 100'000'000u);
}

TEST_F(Http2Test, LargeBodiesArriveWholeUpToTheLimit) {
  constexpr size_t kLimit = 3 * 1024 * 1024;
  Serve(EchoShape);
  const auto client = Open();
  const struct {
    const char* name;
    size_t size;
    bool announced;
    int status;
  } kCases[] = {
      {"within the first window", 60'000, true, 200},
      {"beyond the first window", 70'000, true, 200},
      {"the largest", kLimit, true, 200},
      {"announced as too large", kLimit + 1, true, 413},
      {"of unknown length, within the first window", 60'000, false, 200},
      {"of unknown length, the largest", kLimit, false, 200},
      {"of unknown length, and one byte too many", kLimit + 1, false, 413},
      {"of unknown length, and far too many", 5 * kLimit, false, 413},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    Http2Client::Ask ask{.method = "PUT", .path = "/b", .headers = {}, .body = std::string(c.size, 'b')};
    if (c.announced) ask.headers = {{"content-length", std::to_string(c.size)}};
    const auto& reply = client->Await(client->Send(ask));
    EXPECT_EQ(reply.status, c.status);
    EXPECT_TRUE(reply.ended);
    EXPECT_THAT(reply.body, c.status == 200 ? HasSubstr("PUT /b " + std::to_string(c.size))
                                            : HasSubstr("\"reason\":\"RequestEntityTooLarge\""));
  }
}

TEST_F(Http2Test, ManyLargeBodiesAtOnceTakeTurns) {
  Serve(EchoShape);
  const auto client = Open();
  std::vector<int32_t> ids;
  for (int i = 0; i < 30; ++i) {
    ids.push_back(
        client->Send({.method = "PUT", .path = "/" + std::to_string(i), .body = std::string(2'500'000, 'b')}));
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(client->Await(ids[i]).body, "PUT /" + std::to_string(i) + " 2500000 HTTP/2");
  }
}

TEST_F(Http2Test, SaysContinueWhenTheClientExpectsIt) {
  Serve(EchoShape);
  const auto client = Open();
  const int32_t id =
      client->Send({.method = "PUT", .path = "/e", .headers = {{"expect", "100-continue"}}, .body_follows = true});
  ASSERT_TRUE(client->Run([&] { return !client->reply(id).informational.empty(); }));
  EXPECT_THAT(client->reply(id).informational, ElementsAre(100));
  client->SendBody(id, "abc", true);
  EXPECT_EQ(client->Await(id).body, "PUT /e 3 HTTP/2");
}

TEST_F(Http2Test, TrailersEndARequestAndAreNotHeaders) {
  bool seen = true;
  Serve([&](Request request, const ResponderPtr& responder) {
    seen = request.headers.Has("x-trailer");
    EchoShape(std::move(request), responder);
  });
  const auto client = Open();
  const int32_t id = client->Send({.method = "PUT", .path = "/t", .body = "abc", .body_follows = true});
  ASSERT_TRUE(client->Run([&] { return server_->connection_count() == 1; }));
  // "x-trailer: a", as a literal without indexing.
  const std::string trailer = std::string("\x00\x09x-trailer\x01", 12) + "a";
  client->SendRaw(Http2Client::Frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, id, trailer));
  ASSERT_TRUE(client->Run([&] { return client->reply(id).ended; }));
  EXPECT_EQ(client->reply(id).body, "PUT /t 3 HTTP/2");
  EXPECT_FALSE(seen);
  EndServer();
}

TEST_F(Http2Test, ResetOfAStreamReachesItsOwner) {
  Serve([&](const Request& request, const ResponderPtr& responder) { feeds_.Open(request, responder); });
  const auto client = Open();
  const int32_t gone = client->Get("/gone");
  const int32_t stays = client->Get("/stays");
  ASSERT_TRUE(client->Run([&] { return feeds_.size() == 2; }));
  client->Reset(gone);
  ASSERT_TRUE(client->Run([&] { return feeds_.closed("/gone") == 1; }));
  EXPECT_FALSE(feeds_.Write("/gone", Bytes("x")));
  EXPECT_TRUE(feeds_.Write("/stays", Bytes("y")));
  EXPECT_TRUE(client->Run([&] { return client->reply(stays).body == "y"; }));
  EXPECT_EQ(feeds_.closed("/stays"), 0);
}

TEST_F(Http2Test, EndOfTheConnectionReachesAllStreams) {
  Serve([&](const Request& request, const ResponderPtr& responder) { feeds_.Open(request, responder); });
  {
    const auto client = Open();
    client->Get("/a");
    client->Get("/b");
    ASSERT_TRUE(client->Run([&] { return feeds_.size() == 2; }));
  }
  EXPECT_TRUE(Eventually([&] { return feeds_.closed("/a") == 1 && feeds_.closed("/b") == 1; }));
  EXPECT_FALSE(feeds_.Write("/a", Bytes("x")));
}

TEST_F(Http2Test, RequestTakenBackBeforeItsTurnIsNotHandled) {
  Gate entered;
  Gate go;
  std::mutex mutex;
  std::vector<std::string> handled;
  ServerSettings settings;
  settings.workers = 1;
  Serve(
      [&](Request request, const ResponderPtr& responder) {
        {
          std::lock_guard lock(mutex);
          handled.push_back(request.target);
        }
        if (request.target == "/first") {
          entered.Open();
          go.Wait();
        }
        ReplyWithText(responder, "done");
      },
      settings);
  const auto client = Open();
  const int32_t first = client->Get("/first");
  ASSERT_TRUE(client->Run([&] { return entered.Wait(0); }));
  const int32_t second = client->Get("/second");
  const int32_t third = client->Get("/third");
  client->Reset(second);
  client->Ping();
  ASSERT_TRUE(client->Run([&] { return client->pongs() == 1; }));  // the server has read the reset
  go.Open();
  EXPECT_EQ(client->Await(first).body, "done");
  EXPECT_EQ(client->Await(third).body, "done");
  EndServer();
  EXPECT_THAT(handled, ElementsAre("/first", "/third"));
}

TEST_F(Http2Test, PingIsAnsweredWhileAHandlerIsBusy) {
  Gate go;
  Serve([&](const Request&, const ResponderPtr& responder) {
    go.Wait();
    ReplyWithText(responder, "late");
  });
  const auto client = Open();
  const int32_t id = client->Get("/");
  client->Ping();
  EXPECT_TRUE(client->Run([&] { return client->pongs() == 1; }));
  EXPECT_FALSE(client->reply(id).closed());
  go.Open();
  EXPECT_EQ(client->Await(id).body, "late");
  EndServer();
}

TEST_F(Http2Test, ManyConnectionsOfManyStreams) {
  Serve(EchoShape);
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      const auto client = Open();
      for (int round = 0; round < 10; ++round) {
        std::map<int32_t, std::string> wanted;
        for (int i = 0; i < 20; ++i) {
          const std::string path = "/" + std::to_string(t) + "-" + std::to_string(i);
          wanted[client->Send({.method = "PUT", .path = path, .body = std::string(5000, 'x')})] =
              "PUT " + path + " 5000 HTTP/2";
        }
        for (const auto& [id, text] : wanted) answered += client->Await(id).body == text ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, 6 * 10 * 20);
}

}  // namespace
}  // namespace croft::http
