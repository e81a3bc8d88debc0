#include "api/http/server.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "unit/api/http/fixture.h"

namespace croft::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST_F(ServerTest, AnswersManyRequestsOnOneConnection) {
  RawClient client(Serve(Echo));
  for (int i = 0; i < 500; ++i) {
    const std::string body = "body" + std::to_string(i);
    client.Send("POST /n HTTP/1.1\r\nHost: lab\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    EXPECT_THAT(client.ReadUntil(body), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
  EXPECT_EQ(server_->connection_count(), 1u);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  std::atomic<int> running{0};
  RawClient client(Serve([&](Request request, ResponderPtr responder) {
    EXPECT_EQ(++running, 1);
    // The first takes longest: were the others handled beside it, they would overtake it.
    if (request.target == "/0") std::this_thread::sleep_for(milliseconds(30));
    --running;
    ReplyWithText(responder, "<" + request.target + ">");
  }));
  std::string all;
  for (int i = 0; i < 200; ++i) all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: lab\r\n\r\n";
  client.Send(all);
  for (int i = 0; i < 200; ++i) {
    const std::string wanted = "</" + std::to_string(i) + ">";
    EXPECT_THAT(client.ReadUntil(">"), EndsWith(wanted));
  }
}

TEST_F(ServerTest, RefusesWhatIsNotARequest) {
  const struct {
    const char* name;
    std::string sent;
    std::string answer;  // how the answer begins
    std::string reason;  // a part of its body
  } kCases[] = {
      {"malformed start line", "nonsense\r\n\r\n", "HTTP/1.1 400 ", "\"reason\":\"BadRequest\""},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ", "BadRequest"},
      {"target that is no path", "GET lab:80 HTTP/1.1\r\nHost: lab\r\n\r\n", "HTTP/1.1 400 ", "BadRequest"},
      {"length and chunks at once",
       "POST / HTTP/1.1\r\nHost: lab\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "HTTP/1.1 400 ", "BadRequest"},
      {"a coding that hides the body's end",
       "POST / HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: gzip\r\n\r\nGET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ",
       "BadRequest"},
      {"header in one large field", "GET / HTTP/1.1\r\nHost: lab\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n",
       "HTTP/1.1 431 ", "65536"},
      {"a chunk size without end",
       "POST / HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(80'000, '0'), "HTTP/1.1 400 ",
       "BadRequest"},
      {"body announced too large", "POST / HTTP/1.1\r\nHost: lab\r\nContent-Length: 3145729\r\n\r\n", "HTTP/1.1 413 ",
       "\"reason\":\"RequestEntityTooLarge\""},
      {"chunks too large",
       "POST / HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n" + std::string(0x200000, 'x') +
           "\r\n200000\r\n",
       "HTTP/1.1 413 ", "RequestEntityTooLarge"},
  };
  const std::string address = Serve([](Request, ResponderPtr) { FAIL() << "reached the handler"; });
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    RawClient client(address);
    client.Send(c.sent);
    const std::string answer = client.ReadToEnd();
    EXPECT_THAT(answer, StartsWith(c.answer));
    EXPECT_THAT(answer, HasSubstr(c.reason));
    EXPECT_THAT(answer, HasSubstr("Connection: close"));
  }
}

TEST_F(ServerTest, RefusesAHeaderThatGrowsFieldByField) {
  RawClient client(Serve(Echo));
  client.Send("GET / HTTP/1.1\r\nHost: lab\r\n");
  const std::string field = "X: " + std::string(1000, 'x') + "\r\n";
  for (int i = 0; i < 70; ++i) client.Send(field);
  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 431 "));
}

TEST_F(ServerTest, TakesABodyOfExactlyTheLimit) {
  RawClient client(Serve([](Request request, ResponderPtr responder) {
    ReplyWithText(responder, "size " + std::to_string(request.body.size()) + "!");
  }));
  const std::string body(3 * 1024 * 1024, 'b');
  client.Send("PUT / HTTP/1.1\r\nHost: lab\r\nContent-Length: 3145728\r\n\r\n" + body);
  EXPECT_THAT(client.ReadUntil("!"), EndsWith("size 3145728!"));
  client.Send("PUT / HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\n300000\r\n" + body + "\r\n0\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("!"), EndsWith("size 3145728!"));
}

TEST_F(ServerTest, SaysContinueWhenTheClientExpectsIt) {
  RawClient client(Serve(Echo));
  client.Send("PUT /e HTTP/1.1\r\nHost: lab\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("abc");
  EXPECT_THAT(client.ReadUntil("abc"), EndsWith("PUT /e abc"));
}

TEST_F(ServerTest, DoesNotSayContinueToABodyThatItRefuses) {
  RawClient client(Serve(Echo));
  client.Send("PUT /e HTTP/1.1\r\nHost: lab\r\nExpect: 100-continue\r\nContent-Length: 3145729\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 413"));
}

TEST_F(ServerTest, AnswersHeadWithoutBody) {
  RawClient client(Serve([](Request, ResponderPtr responder) { ReplyWithText(responder, "0123456789"); }));
  client.Send("HEAD /x HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n");
  const std::string answer = client.ReadToEnd();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 10\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, SpeaksToHttp10Clients) {
  const std::string address = Serve([](Request request, ResponderPtr responder) {
    if (request.target == "/once") return ReplyWithText(responder, "one");
    auto stream = responder->StartStream(200, {}, 1000);
    stream->Write(Bytes("a"));
    stream->Write(Bytes("b"));
    stream->Close();
  });
  RawClient once(address);
  once.Send("GET /once HTTP/1.0\r\n\r\n");
  EXPECT_THAT(once.ReadToEnd(), EndsWith("Connection: close\r\n\r\none"));
  RawClient stream(address);
  stream.Send("GET /stream HTTP/1.0\r\n\r\n");
  EXPECT_THAT(stream.ReadToEnd(), EndsWith("\r\n\r\nab"));
}

TEST_F(ServerTest, SendsABodyOfManySharedPieces) {
  std::vector<SharedBytes> pieces;
  std::string whole;
  for (int i = 0; i < 1000; ++i) {
    pieces.push_back(Bytes(std::string(static_cast<size_t>(i), static_cast<char>('a' + i % 26))));
    whole += *pieces.back();
  }
  RawClient client(Serve([&](Request, ResponderPtr responder) {
    Response response;
    response.pieces.assign(pieces.begin(), pieces.end());
    responder->Send(std::move(response));
  }));
  client.Send(kLastGet);
  const std::string answer = client.ReadToEnd();
  EXPECT_THAT(answer, HasSubstr("Content-Length: " + std::to_string(whole.size())));
  EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), whole);
}

TEST_F(ServerTest, ReplyMayComeFromAnotherThread) {
  std::thread other;
  RawClient client(Serve([&](Request, ResponderPtr responder) {
    other = std::thread([responder] { ReplyWithText(responder, "from afar"); });
  }));
  client.Send(kLastGet);
  EXPECT_THAT(client.ReadToEnd(), EndsWith("from afar"));
  server_->Stop(seconds(5));  // waits for the handler, which may not have stored the thread yet
  other.join();
}

TEST_F(ServerTest, QuickRequestsNeedNoWorker) {
  ServerSettings settings;
  settings.workers = 1;
  settings.quick = [](const Request& request) { return request.target == "/quick"; };
  Gate begun, go_on;
  const auto handle = [&](const Request& request, const ResponderPtr& responder) {
    if (request.target == "/slow") {
      begun.Open();
      go_on.Wait();
    }
    ReplyWithText(responder, "<" + request.target + ">");
  };
  const std::string address = Serve(handle, std::move(settings));
  RawClient slow(address), quick(address);
  slow.Send("GET /slow HTTP/1.1\r\nHost: lab\r\n\r\nGET /quick HTTP/1.1\r\nHost: lab\r\n\r\n");
  ASSERT_TRUE(begun.Wait());
  for (int i = 0; i < 3; ++i) {
    quick.Send("GET /quick HTTP/1.1\r\nHost: lab\r\n\r\nGET /quick HTTP/1.1\r\nHost: lab\r\n\r\n");
    EXPECT_THAT(quick.ReadUntil(">"), EndsWith("</quick>"));
    EXPECT_THAT(quick.ReadUntil(">"), EndsWith("</quick>"));
  }
  go_on.Open();
  EXPECT_THAT(slow.ReadUntil(">"), EndsWith("</slow>"));
  EXPECT_THAT(slow.ReadUntil(">"), EndsWith("</quick>"));
}

TEST_F(ServerTest, AThreadThatServesManyLeavesTheAnsweringToOthers) {
  std::mutex mutex;
  std::vector<ResponderPtr> waiting;
  std::atomic<size_t> held{0};
  const std::string address = Serve([&](Request, ResponderPtr responder) {
    const std::lock_guard lock(mutex);
    waiting.push_back(std::move(responder));
    held = waiting.size();
  });
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<RawClient>(address));
    clients.back()->Send(kGet);
  }
  ASSERT_TRUE(Eventually([&] { return held == clients.size(); }));
  std::atomic<int> on_this_thread{0};
  for (const ResponderPtr& responder : waiting) {
    responder->Later([responder, &on_this_thread, asker = std::this_thread::get_id()] {
      if (std::this_thread::get_id() == asker) ++on_this_thread;
      responder->Send({200, {}, "<later>", {}});
    });
  }
  waiting.clear();
  for (const auto& client : clients) EXPECT_THAT(client->ReadUntil(">"), EndsWith("<later>"));
  EXPECT_EQ(on_this_thread, 0);
}

TEST_F(ServerTest, DroppedResponderAnswers500) {
  RawClient client(Serve([](Request, const ResponderPtr&) {}));
  client.Send(kLastGet);
  const std::string answer = client.ReadToEnd();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, HasSubstr("\"kind\":\"Status\""));
}

TEST_F(ServerTest, ThrowingHandlerAnswers500) {
  RawClient client(Serve([](Request, const ResponderPtr&) { throw std::runtime_error("no"); }));
  client.Send(kLastGet);
  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 500 "));
}

TEST_F(ServerTest, HeaderValueCanNotForgeAHeader) {
  RawClient client(Serve([](Request, ResponderPtr responder) {
    responder->Send({200, {{"X-Name", "a\r\nX-Forged: b"}}, "", {}});
  }));
  client.Send(kLastGet);
  EXPECT_THAT(client.ReadToEnd(), Not(HasSubstr("\nX-Forged")));
}

TEST_F(ServerTest, StopLetsARunningRequestFinish) {
  Gate entered;
  RawClient client(Serve([&](Request, ResponderPtr responder) {
    entered.Open();
    std::this_thread::sleep_for(milliseconds(100));
    ReplyWithText(responder, "done");
  }));
  client.Send(kGet);
  ASSERT_TRUE(entered.Wait());
  server_->Stop(seconds(10));
  const std::string answer = client.ReadToEnd();
  EXPECT_THAT(answer, EndsWith("done"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST_F(ServerTest, StopCutsOffWhatTakesTooLong) {
  ResponderPtr held;
  Gate entered;
  RawClient client(Serve([&](Request, ResponderPtr responder) {
    held = std::move(responder);
    entered.Open();
  }));
  client.Send(kGet);
  ASSERT_TRUE(entered.Wait());
  server_->Stop(milliseconds(50));
  EXPECT_EQ(client.ReadToEnd(), "");
  server_.reset();
  ReplyWithText(held, "too late, and to nobody");
}

TEST_F(ServerTest, SlowHeaderGetsATimeout) {
  ServerSettings settings;
  settings.header_limit = milliseconds(80);
  RawClient client(Serve(Echo, settings));
  client.Send("GET / HTTP/1.1\r\nHo");
  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ServerTest, SlowBodyGetsATimeout) {
  ServerSettings settings;
  settings.body_limit = milliseconds(80);
  RawClient client(Serve(Echo, settings));
  client.Send("PUT / HTTP/1.1\r\nHost: lab\r\nContent-Length: 10\r\n\r\n123");
  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ServerTest, ChunkedBodyThatNeverEndsGetsATimeout) {
  ServerSettings settings;
  settings.body_limit = milliseconds(80);
  std::atomic<int> handled{0};
  RawClient client(Serve([&](Request, ResponderPtr) { ++handled; }, settings));
  client.Send("PUT / HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n");
  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(handled, 0);
}

TEST_F(ServerTest, ClientThatVanishesMidwayIsForgotten) {
  std::atomic<int> handled{0};
  const std::string address = Serve([&](Request, ResponderPtr) { ++handled; });
  for (const char* sent : {"PUT / HTTP/1.1\r\nHo", "PUT / HTTP/1.1\r\nHost: lab\r\nContent-Length: 10\r\n\r\n123",
                           "PUT / HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5\r\nde"}) {
    SCOPED_TRACE(sent);
    {
      RawClient client(address);
      client.Send(sent);
      ASSERT_TRUE(Eventually([&] { return server_->connection_count() == 1; }));
    }
    EXPECT_TRUE(Eventually([&] { return server_->connection_count() == 0; }));
  }
  EXPECT_EQ(handled, 0);
}

TEST_F(ServerTest, IdleConnectionIsClosed) {
  ServerSettings settings;
  settings.idle_limit = milliseconds(80);
  RawClient client(Serve(Echo, settings));
  EXPECT_EQ(client.ReadToEnd(), "");
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTest, ClientThatNeverReadsItsReplyIsClosed) {
  ServerSettings settings;
  settings.write_limit = milliseconds(100);
  RawClient client(Serve(
      [](Request, ResponderPtr responder) { ReplyWithText(responder, std::string(64 * 1024 * 1024, 'x')); }, settings));
  client.Send(kGet);
  ASSERT_TRUE(Eventually([&] { return server_->connection_count() == 1; }));
  EXPECT_TRUE(Eventually([&] { return server_->connection_count() == 0; }));
}

TEST_F(ServerTest, ConnectionsBeyondTheLimitAreRefused) {
  ServerSettings settings;
  settings.max_connections = 2;
  const std::string address = Serve(Echo, settings);
  RawClient first(address);
  RawClient second(address);
  first.Send(kGet);
  second.Send(kGet);
  first.ReadUntil("GET /x");
  second.ReadUntil("GET /x");
  RawClient third(address);
  third.Send(kGet);
  EXPECT_EQ(third.ReadToEnd(), "");
  first.Send(kLastGet);
  EXPECT_THAT(first.ReadToEnd(), EndsWith("GET /x "));
}

TEST_F(ServerTest, ListensOnSeveralAddressesAndAdoptedSockets) {
  const TempDir dir;
  const Result<int> adopted = Listen("127.0.0.1:0");
  ASSERT_TRUE(adopted.ok());
  ServerSettings settings;
  settings.listeners = {{.address = "127.0.0.1:0"},
                        {.address = "[::1]:0"},
                        {.address = "unix:" + (dir / "s")},
                        {.address = "inherited", .fd = *adopted}};
  Serve([](Request request, ResponderPtr responder) { ReplyWithText(responder, "peer " + request.peer.address); },
        settings);
  ASSERT_EQ(server_->addresses().size(), 4u);
  const char* const peers[] = {"peer 127.0.0.1:", "peer [::1]:", "peer unix", "peer 127.0.0.1:"};
  for (size_t i = 0; i < 4; ++i) {
    RawClient client(server_->addresses()[i]);
    client.Send(kLastGet);
    EXPECT_THAT(client.ReadToEnd(), HasSubstr(peers[i])) << server_->addresses()[i];
  }
  server_->Stop(seconds(1));
  EXPECT_FALSE(std::filesystem::exists(dir / "s"));
}

TEST_F(ServerTest, TakenAddressIsASentenceWithARemedy) {
  const std::string address = Serve(Echo);
  ServerSettings settings;
  settings.listeners = {{.address = "127.0.0.1:0"}, {.address = address}};
  Server second(settings, Echo);
  const Status status = second.Start();
  EXPECT_EQ(status.message(), "cannot listen on " + address +
                                  ": address already in use; stop what uses it (ss -ltnp) or choose another with "
                                  "--listen");
  EXPECT_TRUE(second.addresses().empty());
}

TEST_F(ServerTest, StaleSocketFileIsReplacedButALiveOneIsNot) {
  const TempDir dir;
  const std::string address = "unix:" + (dir / "s");
  const Result<int> stale = Listen(address);
  ASSERT_TRUE(stale.ok());
  EXPECT_FALSE(Listen(address).ok());
  close(*stale);
  const Result<int> again = Listen(address);
  ASSERT_TRUE(again.ok()) << again.status().message();
  close(*again);
}

TEST_F(ServerTest, ManyClientsAtOnce) {
  const std::string address = Serve(Echo);
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int c = 0; c < 5; ++c) {
        RawClient client(address);
        for (int i = 0; i < 50; ++i) {
          const std::string target = "/" + std::to_string(t) + "-" + std::to_string(i) + "!";
          client.Send("GET " + target + " HTTP/1.1\r\nHost: lab\r\n\r\n");
          if (client.ReadUntil("!").ends_with(target)) ++answered;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, 8 * 5 * 50);
}

}  // namespace
}  // namespace croft::http
