// Replies that are pushed piece by piece: watches and followed logs.

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "api/http/server.h"
#include "unit/api/http/fixture.h"

namespace croft::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;

TEST_F(ServerTest, StreamsChunksAndGoesOnWithTheNextRequest) {
  RawClient client(Serve([](Request request, ResponderPtr responder) {
    if (request.target != "/stream") return Echo(request, responder);
    auto stream = responder->StartStream(200, {{"Content-Type", "text/plain"}}, 1000);
    EXPECT_TRUE(stream->Write(Bytes("one")));
    EXPECT_TRUE(stream->Write(Bytes("")));
    EXPECT_TRUE(stream->Write(Bytes("two")));
    stream->Close();
    EXPECT_FALSE(stream->Write(Bytes("three")));
  }));
  client.Send("GET /stream HTTP/1.1\r\nHost: lab\r\n\r\n");
  client.Send(kLastGet);
  EXPECT_THAT(client.ReadUntil("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_EQ(client.ReadUntil("0\r\n\r\n"), "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), EndsWith("GET /x "));
}

// Keeps the streams that the handler opened, as a watch cache does.
class Watchers {
 public:
  Handler handler(size_t limit) {
    return [this, limit](Request, const ResponderPtr& responder) {
      auto stream = responder->StartStream(200, {}, limit);
      stream->OnClosed([this] { ++closed; });
      std::lock_guard lock(mutex_);
      streams_.push_back(std::move(stream));
    };
  }
  size_t count() {
    std::lock_guard lock(mutex_);
    return streams_.size();
  }
  // How many took it.
  size_t Broadcast(const SharedBytes& bytes) {
    std::lock_guard lock(mutex_);
    size_t taken = 0;
    for (const auto& stream : streams_) taken += stream->Write(bytes) ? 1 : 0;
    return taken;
  }
  std::atomic<int> closed{0};

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<Stream>> streams_;
};

TEST_F(ServerTest, SlowReaderIsCutOffWhileOthersGoOn) {
  Watchers watchers;
  const std::string address = Serve(watchers.handler(256 * 1024));
  RawClient slow(address);
  RawClient quick(address);
  slow.Send(kGet);
  quick.Send(kGet);
  ASSERT_TRUE(Eventually([&] { return watchers.count() == 2; }));
  quick.ReadUntil("\r\n\r\n");
  const SharedBytes event = Bytes(std::string(64 * 1024, 'e') + "\n");
  // The slow one never reads: sooner or later the kernel's buffers and then the queue are full.
  int sent = 0;
  while (sent < 2000 && watchers.closed == 0) {
    const size_t taken = watchers.Broadcast(event);
    ++sent;
    ASSERT_GE(taken, 1u);
    quick.ReadUntil("\n\r\n");
  }
  ASSERT_TRUE(Eventually([&] { return watchers.closed == 1; }));
  EXPECT_EQ(watchers.Broadcast(Bytes("still here")), 1u);
  EXPECT_THAT(quick.ReadUntil("still here"), EndsWith("still here"));
  EXPECT_EQ(server_->connection_count(), 1u);
  server_->Stop(seconds(5));
}

TEST_F(ServerTest, StreamLearnsThatItsClientLeft) {
  Watchers watchers;
  const std::string address = Serve(watchers.handler(1000));
  {
    RawClient client(address);
    client.Send(kGet);
    client.ReadUntil("\r\n\r\n");
    ASSERT_TRUE(Eventually([&] { return watchers.count() == 1; }));
  }
  EXPECT_TRUE(Eventually([&] { return watchers.closed == 1; }));
  EXPECT_EQ(watchers.Broadcast(Bytes("x")), 0u);
}

TEST_F(ServerTest, StreamLearnsThatAClientLeftThatSentMuchBehindItsRequest) {
  Watchers watchers;
  const std::string address = Serve(watchers.handler(1000));
  {
    RawClient client(address);
    client.Send(kGet + std::string(200'000, 'x'));
    ASSERT_TRUE(Eventually([&] { return watchers.count() == 1; }));
  }
  EXPECT_TRUE(Eventually([&] { return watchers.closed == 1; }, 5));
  EXPECT_EQ(server_->connection_count(), 0u);
}

TEST_F(ServerTest, StreamToAClientThatLeftBeforeItBeganIsClosedAtOnce) {
  Gate left;
  Gate closed;
  const std::string address = Serve([&](Request, ResponderPtr responder) {
    left.Wait();
    auto stream = responder->StartStream(200, {}, 1000);
    stream->OnClosed([&] { closed.Open(); });
    // Were the client's end overlooked, the stream would stay open for as long as it is held.
    EXPECT_TRUE(closed.Wait());
  });
  {
    RawClient client(address);
    client.Send(kGet);
    client.EndSending();
    std::this_thread::sleep_for(milliseconds(20));
  }
  left.Open();
  EXPECT_TRUE(closed.Wait());
  server_->Stop(seconds(5));
}

TEST_F(ServerTest, StopEndsStreamsProperly) {
  Watchers watchers;
  RawClient client(Serve(watchers.handler(1000)));
  client.Send(kGet);
  client.ReadUntil("\r\n\r\n");
  ASSERT_TRUE(Eventually([&] { return watchers.count() == 1; }));
  EXPECT_EQ(watchers.Broadcast(Bytes("last")), 1u);
  server_->Stop(seconds(10));
  EXPECT_EQ(client.ReadToEnd(), "4\r\nlast\r\n0\r\n\r\n");
  EXPECT_EQ(watchers.closed, 1);
  EXPECT_EQ(watchers.Broadcast(Bytes("x")), 0u);
}

}  // namespace
}  // namespace croft::http
