// HTTP/1.1 with clients that send several requests ahead, that dawdle, or that vanish.

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "unit/api/http/fixture.h"

namespace croft::http {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string Get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: lab\r\n\r\n";
}

std::string LastGet(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n";
}

TEST_F(ServerTest, PipelinedRequestsUpToABadOneAreAnswered) {
  const struct {
    const char* name;
    std::string sent;
    std::vector<const char*> answers;  // in this order, and no other
    const char* never;
  } kCases[] = {
      {"all good",
       Get("/1") + Get("/2") + "PUT /3 HTTP/1.1\r\nHost: lab\r\nContent-Length: 2\r\n\r\nab" + LastGet("/last"),
       {"GET /1 ", "GET /2 ", "PUT /3 ab", "GET /last "},
       "HTTP/1.1 4"},
      {"one that is no HTTP in the middle",
       Get("/1") + Get("/2") + "nonsense\r\n\r\n" + Get("/last"),
       {"GET /1 ", "GET /2 ", "HTTP/1.1 400 "},
       "/last"},
      {"one without Host", Get("/1") + "GET /2 HTTP/1.1\r\n\r\n" + Get("/last"), {"GET /1 ", "HTTP/1.1 400 "}, "/last"},
      {"one whose body is too large",
       Get("/1") + "PUT /2 HTTP/1.1\r\nHost: lab\r\nContent-Length: 9999999\r\n\r\n" + Get("/last"),
       {"GET /1 ", "HTTP/1.1 413 "},
       "/last"},
      {"one with a body whose end is in doubt",
       Get("/1") + "PUT /2 HTTP/1.1\r\nHost: lab\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345" + Get("/last"),
       {"GET /1 ", "HTTP/1.1 400 "},
       "/last"},
      {"one that says it is the last", Get("/1") + LastGet("/2") + Get("/last"), {"GET /1 ", "GET /2 "}, "/last"},
  };
  const std::string address = Serve(Echo);
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    RawClient client(address);
    client.Send(c.sent);
    const std::string all = client.ReadToEnd();
    size_t at = 0;
    for (const char* answer : c.answers) {
      at = all.find(answer, at);
      ASSERT_NE(at, std::string::npos) << answer << " is missing in its turn:\n" << all;
    }
    EXPECT_THAT(all, Not(HasSubstr(c.never)));
  }
}

TEST_F(ServerTest, ClientsThatDawdleRunOutOfTime) {
  const struct {
    const char* name;
    std::string first;  // sent at once
    std::string drip;   // sent again and again, far below any limit of size
  } kCases[] = {
      {"a header that comes a byte at a time", "GET / HTTP/1.1\r\nHost: lab\r\nX: ", "x"},
      {"a header that comes a field at a time", "GET / HTTP/1.1\r\nHost: lab\r\n", "X: y\r\n"},
      {"a body that comes a byte at a time", "PUT / HTTP/1.1\r\nHost: lab\r\nContent-Length: 100000\r\n\r\n", "x"},
      {"chunks without end", "PUT / HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"},
      {"a chunk that comes a byte at a time",
       "PUT / HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n", "x"},
      {"trailers without end", "PUT / HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n"},
  };
  ServerSettings settings;
  settings.header_limit = settings.body_limit = milliseconds(100);
  const std::string address = Serve([](Request, const ResponderPtr&) { FAIL() << "reached the handler"; }, settings);
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    RawClient client(address);
    client.Send(c.first);
    std::atomic<bool> done{false};
    std::thread dripping([&] {
      while (!done) {
        client.Send(c.drip);
        std::this_thread::sleep_for(milliseconds(2));
      }
    });
    EXPECT_THAT(client.ReadUntil("in time"), StartsWith("HTTP/1.1 408 "));
    done = true;
    dripping.join();
  }
}

TEST_F(ServerTest, RequestsOfClientsThatVanishAreDropped) {
  const struct {
    const char* name;
    std::string sent;
  } kCases[] = {
      {"before anything", ""},
      {"in the start line", "GE"},
      {"in the header", "GET / HTTP/1.1\r\nHost: la"},
      {"before the body", "PUT / HTTP/1.1\r\nHost: lab\r\nContent-Length: 10\r\n\r\n"},
      {"in the body", "PUT / HTTP/1.1\r\nHost: lab\r\nContent-Length: 10\r\n\r\n12345"},
      {"in a chunk", "PUT / HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"},
      {"between chunks", "PUT / HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"},
      {"before the end of chunks",
       "PUT / HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"},
  };
  const std::string address = Serve([](Request, const ResponderPtr&) { FAIL() << "reached the handler"; });
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    {
      RawClient client(address);
      client.Send(c.sent);
      ASSERT_TRUE(Eventually([&] { return server_->connection_count() == 1; }));
    }
    EXPECT_TRUE(Eventually([&] { return server_->connection_count() == 0; }));
  }
}

TEST_F(ServerTest, ClientThatVanishesWhileItIsAnsweredHarmsNobody) {
  Gate gone;
  const std::string address = Serve([&](const Request& request, const ResponderPtr& responder) {
    if (request.target == "/late") gone.Wait();
    ReplyWithText(responder, std::string(request.target == "/fine" ? 4 : 20'000'000, 'x'));
  });
  {
    RawClient late(address);
    late.Send(Get("/late"));
    RawClient midway(address);
    midway.Send(Get("/large"));
    EXPECT_THAT(midway.ReadUntil("xxx"), StartsWith("HTTP/1.1 200 "));
    ASSERT_TRUE(Eventually([&] { return server_->connection_count() == 2; }));
  }
  gone.Open();
  EXPECT_TRUE(Eventually([&] { return server_->connection_count() == 0; }));
  RawClient fine(address);
  fine.Send(Get("/fine"));
  EXPECT_THAT(fine.ReadUntil("xxxx"), StartsWith("HTTP/1.1 200 "));
  server_->Stop(Duration::zero());
}

}  // namespace
}  // namespace croft::http
