// Answers that are left to the I/O threads.

#include <atomic>
#include <stdexcept>
#include <thread>

#include "unit/api/http/http2_fixture.h"

namespace croft::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

// Holds the last request's responder for the test.
class Held {
 public:
  Handler handler() {
    return [this](Request, ResponderPtr responder) {
      responder_ = std::move(responder);
      entered_.Open();
    };
  }
  ResponderPtr Take() {
    EXPECT_TRUE(entered_.Wait());
    return std::move(responder_);
  }

 private:
  Gate entered_;
  ResponderPtr responder_;
};

// Whether what `responder` is given to do is done at once, and all is let go of after it.
void ExpectAtOnce(const ResponderPtr& responder) {
  const auto token = std::make_shared<int>();
  bool done = false;
  responder->Later([&done, token, responder] {
    done = true;
    ReplyWithText(responder, "to nobody");
  });
  EXPECT_TRUE(done);
  EXPECT_EQ(token.use_count(), 1);
}

// What is left to a server that has stopped, and to one that is no more.
void ExpectAtOnceWhenStopped(std::unique_ptr<Server>& server, const ResponderPtr& responder) {
  server->Stop(Duration::zero());
  ExpectAtOnce(responder);
  server.reset();
  ExpectAtOnce(responder);
  EXPECT_EQ(responder.use_count(), 1);
}

TEST_F(ServerTest, WhatIsLeftToAServerThatStoppedIsDoneAtOnce) {
  Held held;
  RawClient client(Serve(held.handler()));
  client.Send(kGet);
  ExpectAtOnceWhenStopped(server_, held.Take());
}

TEST_F(Http2Test, WhatIsLeftToAServerThatStoppedIsDoneAtOnce) {
  Held held;
  Serve(held.handler());
  const auto client = Open();
  client->Get("/");
  client->Run([&] { return client->max_streams() == 250; });
  ExpectAtOnceWhenStopped(server_, held.Take());
}

TEST_F(ServerTest, WhatWasLeftBeforeTheServerStoppedIsDone) {
  Held held;
  Gate busy, go_on;
  ServerSettings settings;
  settings.io_threads = 1;
  settings.quick = [](const Request& request) { return request.target == "/busy"; };
  const std::string address = Serve(
      [&, hold = held.handler()](Request request, ResponderPtr responder) {
        if (request.target != "/busy") return hold(std::move(request), std::move(responder));
        busy.Open();
        go_on.Wait();
      },
      settings);
  RawClient client(address), other(address);
  client.Send(kGet);
  ResponderPtr responder = held.Take();
  other.Send("GET /busy HTTP/1.1\r\nHost: lab\r\n\r\n");
  ASSERT_TRUE(busy.Wait());
  const auto token = std::make_shared<int>();
  std::atomic<bool> done{false};
  responder->Later([&done, token, responder] { done = true; });
  responder.reset();
  EXPECT_FALSE(done);
  std::thread stop([&] { server_->Stop(Duration::zero()); });
  EXPECT_TRUE(Eventually([&] { return server_->connection_count() == 0; }));
  go_on.Open();
  stop.join();
  EXPECT_TRUE(done);
  EXPECT_EQ(token.use_count(), 1);
}

TEST_F(ServerTest, WhatFailsLaterAnswers500AndTheServerGoesOn) {
  ServerSettings settings;
  settings.io_threads = 1;
  const std::string address = Serve(
      [](Request request, ResponderPtr responder) {
        if (request.target == "/fine") return Echo(std::move(request), responder);
        responder->Later([responder] { throw std::runtime_error("no"); });
      },
      settings);
  RawClient client(address);
  client.Send(kGet);
  EXPECT_THAT(client.ReadUntil("}"), StartsWith("HTTP/1.1 500 "));
  RawClient other(address);
  other.Send("GET /fine HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(other.ReadToEnd(), HasSubstr("GET /fine"));
}

}  // namespace
}  // namespace croft::http
