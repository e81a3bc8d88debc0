// HTTP/2 with clients that ask too much, wait too long or mean harm, and the server's own end.

#include <thread>

#include "unit/api/http/http2_fixture.h"

namespace croft::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Repeat(const std::string& text, int times) {
  std::string all;
  all.reserve(text.size() * static_cast<size_t>(times));
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

// The bytes of "GET https://lab/" with nothing indexed, so that it can be sent again and again.
std::string RawGet() {
  return std::string("\x82\x87\x84\x01\x03", 5) + "lab";
}

TEST_F(Http2Test, RefusesWhatIsNoRequestAndKeepsTheConnection) {
  Serve([](Request request, const ResponderPtr& responder) {
    EXPECT_EQ(request.target, "/fine");
    EchoShape(std::move(request), responder);
  });
  const auto client = Open();
  const struct {
    const char* name;
    Http2Client::Ask ask;
    int status;
    const char* reason;
  } kCases[] = {
      {"a header of two large fields",
       {.headers = {{"x", std::string(40'000, 'x')}, {"y", std::string(40'000, 'y')}}},
       431,
       "65536"},
      {"a header of many fields",
       {.headers = std::vector<std::pair<std::string, std::string>>(1000, {"x-field", std::string(40, 'x')})},
       431,
       "65536"},
      {"a target that is no path", {.path = "lab"}, 400, "BadRequest"},
      {"CONNECT, which names no path", {.method = "CONNECT", .path = ""}, 400, "BadRequest"},
      {"a body announced as too large",
       {.method = "PUT", .headers = {{"content-length", "3145729"}}, .body = "x", .body_follows = true},
       413,
       "RequestEntityTooLarge"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const auto& reply = client->Await(client->Send(c.ask));
    if (reply.reset != NGHTTP2_PROTOCOL_ERROR || c.status != 400) {  // nghttp2 sees some of them before us
      EXPECT_EQ(reply.status, c.status);
      EXPECT_THAT(reply.body, HasSubstr(c.reason));
    }
  }
  EXPECT_EQ(client->Await(client->Get("/fine")).status, 200);
  EXPECT_THAT(client->goaways(), IsEmpty());
}

TEST_F(Http2Test, StreamsAreLimitedAndClientsToldHowMany) {
  ServerSettings settings;
  settings.max_streams = 10;
  Serve([&](const Request& request, const ResponderPtr& responder) { feeds_.Open(request, responder); }, settings);
  const auto client = Open();
  std::vector<int32_t> ids;
  for (int i = 0; i < 30; ++i) ids.push_back(client->Get("/" + std::to_string(i)));
  // Those beyond the limit were either sent too early, and are refused as not handled, or held back.
  ASSERT_TRUE(client->Run([&] { return feeds_.size() == 10 && client->max_streams() == 10; }));
  client->Ping();
  ASSERT_TRUE(client->Run([&] { return client->pongs() == 1; }));
  EXPECT_EQ(feeds_.size(), 10u);
  for (const int32_t id : ids) {
    const auto& reply = client->reply(id);
    EXPECT_TRUE(reply.status == 200 || reply.reset.value_or(NGHTTP2_REFUSED_STREAM) == NGHTTP2_REFUSED_STREAM) << id;
  }
  EXPECT_THAT(client->goaways(), IsEmpty());
}

TEST_F(Http2Test, RequestsTakenBackStillCountUntilTheHandlerIsDone) {
  Gate go;
  std::atomic<int> handled{0};
  ServerSettings settings;
  settings.max_streams = 10;
  settings.workers = 2;
  Serve(
      [&](const Request&, const ResponderPtr& responder) {
        ++handled;
        go.Wait();
        ReplyWithText(responder, "done");
      },
      settings);
  const auto client = Open();
  client->Ping();
  ASSERT_TRUE(client->Run([&] { return client->pongs() == 1 && client->max_streams() == 10; }));
  client->Get("/");
  client->Get("/");
  ASSERT_TRUE(client->Run([&] { return handled == 2; }));  // both workers are busy
  for (int i = 0; i < 300; ++i) client->Reset(client->Get("/"));
  const int32_t last = client->Get("/");
  EXPECT_EQ(client->Await(last).reset, NGHTTP2_REFUSED_STREAM);
  go.Open();
  EXPECT_TRUE(client->Run([&] {
    const int32_t id = client->Get("/");
    return client->Await(id).status == 200;
  }));
  EndServer();
  EXPECT_EQ(handled, 3);  // what was taken back before its turn was dropped
}

TEST_F(Http2Test, FloodsEndTheConnectionAndNoOther) {
  std::atomic<int> handled{0};
  Serve([&](Request request, const ResponderPtr& responder) {
    ++handled;
    EchoShape(std::move(request), responder);
  });
  const auto neighbour = Open();
  const auto ping = Http2Client::Frame(NGHTTP2_PING, 0, 0, "12345678");
  const auto settings = Http2Client::Frame(NGHTTP2_SETTINGS, 0, 0, "");
  const auto priority = Http2Client::Frame(NGHTTP2_PRIORITY, 0, 1, std::string("\0\0\0\0\1", 5));
  const auto begin = Http2Client::Frame(NGHTTP2_HEADERS, 0, 1, RawGet());
  const auto headers = Http2Client::Frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, 1, RawGet());
  std::string resets;
  for (int32_t id = 1; id < 8000; id += 2) {
    resets += Http2Client::Frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, id, RawGet());
    resets += Http2Client::Frame(NGHTTP2_RST_STREAM, 0, id, std::string("\0\0\0\x08", 4));
  }
  // One field of 4,000 bytes goes into the table, and is then named 16,000 times a frame.
  const std::string bomb = std::string("\x40\x01x\x7f\xa1\x1e", 6) + std::string(4000, 'b');
  std::string bombs = Http2Client::Frame(NGHTTP2_HEADERS, 0, 1, RawGet() + bomb);
  for (int i = 0; i < 20; ++i) bombs += Http2Client::Frame(NGHTTP2_CONTINUATION, 0, 1, std::string(16'000, '\xbe'));
  const struct {
    const char* name;
    std::string bytes;
    bool reads;  // whether the client reads what it is answered
  } kCases[] = {
      {"pings, with the answers read", Repeat(ping, 20'000), true},
      {"pings, with no answer read", Repeat(ping, 200'000), false},
      {"settings", Repeat(settings, 20'000), true},
      {"priorities", Repeat(priority, 20'000), true},
      {"empty pieces of a body", headers + Repeat(Http2Client::Frame(NGHTTP2_DATA, 0, 1, ""), 20'000), true},
      {"a header without end", begin + Repeat(Http2Client::Frame(NGHTTP2_CONTINUATION, 0, 1, ""), 20'000), true},
      {"a small header that unfolds to a large one", bombs, true},
      {"requests taken back at once", resets, true},
      {"HTTP/1.1 after HTTP/2 was agreed on", "GET / HTTP/1.1\r\nHost: lab\r\n\r\n", true},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const auto client = Open();
    client->Run([&] { return client->max_streams() == 250; });
    client->reading = c.reads;
    client->SendRaw(c.bytes);
    client->reading = true;
    EXPECT_TRUE(client->AwaitEnd());
    EXPECT_EQ(neighbour->Await(neighbour->Get("/neighbour")).status, 200);
  }
  EXPECT_LE(handled, 2000 + static_cast<int>(std::size(kCases)));
  EndServer();
}

TEST_F(Http2Test, TimeLimits) {
  const auto raw_begin = [](Http2Client& client) {
    client.SendRaw(Http2Client::Frame(NGHTTP2_HEADERS, 0, 1, RawGet()));
  };
  const struct {
    const char* name;
    void (*set)(ServerSettings&);
    std::function<void(Http2Client&)> begin;
    std::optional<uint32_t> goaway;  // the code that it says at the end; none when it just ends
  } kCases[] = {
      {"a connection without a request is left in good order",
       [](ServerSettings& s) { s.idle_limit = milliseconds(80); }, [](Http2Client& client) { client.Ping(); },
       NGHTTP2_NO_ERROR},
      {"pings do not keep an idle connection", [](ServerSettings& s) { s.idle_limit = milliseconds(80); },
       [](Http2Client& client) {
         for (int i = 1; client.Run([&] { return client.pongs() == i; }) && client.goaways().empty(); ++i)
           client.Ping();
       },
       NGHTTP2_NO_ERROR},
      {"a header that does not come to its end", [](ServerSettings& s) { s.header_limit = milliseconds(80); },
       raw_begin, NGHTTP2_ENHANCE_YOUR_CALM},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    ServerSettings settings;
    c.set(settings);
    Serve(EchoShape, settings);
    const auto client = Open();
    EXPECT_TRUE(client->Run([&] { return client->max_streams() == 250; }));
    c.begin(*client);
    EXPECT_TRUE(client->AwaitEnd());
    ASSERT_FALSE(client->goaways().empty());
    EXPECT_EQ(client->goaways().back().code, c.goaway);
  }
}

TEST_F(Http2Test, ClientThatSaysNothingAfterTheHandshakeIsClosed) {
  ServerSettings settings;
  settings.header_limit = milliseconds(80);
  Serve(EchoShape, settings);
  const Result<int> fd = Connect(server_->addresses().front(), seconds(5));
  const auto client = Open();  // sends nothing before Run
  EXPECT_TRUE(Eventually([&] { return server_->connection_count() <= 1; }));
  close(*fd);
}

TEST_F(Http2Test, SlowBodyGetsATimeoutAndItsNeighboursGoOn) {
  ServerSettings settings;
  settings.body_limit = milliseconds(150);
  Serve(EchoShape, settings);
  const auto client = Open();
  const int32_t slow = client->Send({.method = "PUT", .path = "/slow", .body = "123", .body_follows = true});
  const auto& reply = client->Await(slow);
  EXPECT_EQ(reply.status, 408);
  EXPECT_THAT(reply.body, HasSubstr("did not arrive in time"));
  EXPECT_EQ(client->Await(client->Get("/fine")).status, 200);
}

TEST_F(Http2Test, ReplyThatNobodyTakesIsGivenUpAndItsNeighboursGoOn) {
  ServerSettings settings;
  settings.write_limit = milliseconds(150);
  Serve(
      [&](Request request, const ResponderPtr& responder) {
        if (request.target == "/watch") return feeds_.Open(request, responder);
        ReplyWithText(responder, std::string(request.target == "/large" ? 1'000'000 : 10, 'x'));
      },
      settings);
  const auto client = Open();
  const int32_t idle = client->Get("/watch");
  ASSERT_TRUE(client->Run([&] { return feeds_.size() == 1; }));
  const int32_t large = client->Send({.path = "/large", .stalled = true});
  EXPECT_EQ(client->Await(large).reset, NGHTTP2_CANCEL);
  EXPECT_EQ(client->Await(client->Get("/small")).body.size(), 10u);
  // A watch that has nothing to say is not late.
  EXPECT_TRUE(feeds_.Write("/watch", Bytes("event")));
  EXPECT_TRUE(client->Run([&] { return client->reply(idle).body == "event"; }));
}

TEST_F(Http2Test, ConnectionThatReadsNothingIsClosed) {
  ServerSettings settings;
  settings.write_limit = milliseconds(150);
  Serve([&](const Request& request, const ResponderPtr& responder) { feeds_.Open(request, responder, 1 << 28); },
        settings);
  const auto client = Open();
  client->Get("/watch");
  ASSERT_TRUE(client->Run([&] { return feeds_.size() == 1; }));
  const SharedBytes event = Bytes(std::string(1 << 20, 'e'));
  for (int i = 0; i < 64; ++i) feeds_.Write("/watch", event);
  EXPECT_TRUE(Eventually([&] { return feeds_.closed("/watch") == 1; }));
}

TEST_F(Http2Test, StopLosesNothing) {
  Gate entered;
  Gate go;
  Serve([&](Request request, const ResponderPtr& responder) {
    if (request.target.starts_with("/watch")) return feeds_.Open(request, responder);
    if (request.target == "/slow") {
      entered.Open();
      go.Wait();
    }
    EchoShape(std::move(request), responder);
  });
  const auto client = Open();
  const int32_t watch = client->Get("/watch");
  const int32_t slow = client->Get("/slow");
  ASSERT_TRUE(client->Run([&] { return feeds_.size() == 1 && entered.Wait(0); }));
  EXPECT_TRUE(feeds_.Write("/watch", Bytes("last")));
  std::thread stop([&] { server_->Stop(seconds(15)); });
  // The notice has come, and has not been heeded yet: what is sent now is answered.
  ASSERT_TRUE(client->Run([&] { return client->goaways().size() == 1; }));
  EXPECT_EQ(client->goaways().front().last, 0x7fffffff);
  EXPECT_EQ(client->Await(watch).body, "last");
  EXPECT_TRUE(client->reply(watch).ended);
  EXPECT_FALSE(feeds_.Write("/watch", Bytes("x")));
  ASSERT_TRUE(client->Run([&] { return client->goaways().size() == 2; }));
  EXPECT_EQ(client->goaways().back().last, slow);
  EXPECT_EQ(client->goaways().back().code, NGHTTP2_NO_ERROR);
  go.Open();
  EXPECT_EQ(client->Await(slow).body, "GET /slow 0 HTTP/2");
  EXPECT_TRUE(client->AwaitEnd());
  stop.join();
  EXPECT_EQ(feeds_.closed("/watch"), 1);
}

TEST_F(Http2Test, RequestThatCrossesTheNoticeIsAnswered) {
  Serve(EchoShape);
  const auto client = Open();
  EXPECT_EQ(client->Await(client->Get("/before")).status, 200);
  std::thread stop([&] { server_->Stop(seconds(15)); });
  // The notice has come and is not read yet: the request is on its way when the client learns of the end.
  ASSERT_TRUE(client->WaitForBytes());
  const int32_t crossing = client->Get("/crossing");
  EXPECT_EQ(client->Await(crossing).body, "GET /crossing 0 HTTP/2");
  EXPECT_TRUE(client->AwaitEnd());
  EXPECT_GE(client->goaways().back().last, crossing);
  stop.join();
}

TEST_F(Http2Test, StopCutsOffWhatTakesTooLong) {
  ResponderPtr held;
  Gate entered;
  Serve([&](const Request&, ResponderPtr responder) {
    held = std::move(responder);
    entered.Open();
  });
  const auto client = Open();
  client->Get("/");
  ASSERT_TRUE(client->Run([&] { return entered.Wait(0); }));
  server_->Stop(milliseconds(50));
  EXPECT_TRUE(client->AwaitEnd());
  server_.reset();
  ReplyWithText(held, "too late, and to nobody");
  EXPECT_FALSE(held->StartStream(200, {}, 10)->Write(Bytes("x")));
}

}  // namespace
}  // namespace croft::http
