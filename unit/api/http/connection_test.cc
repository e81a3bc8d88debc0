// A connection over a socket that takes what the test lets it take.

#include "api/http/connection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <thread>

#include "unit/api/http/fixture.h"
#include "unit/api/http/http2_client.h"

namespace croft::http {
namespace {

using std::chrono::milliseconds;

constexpr size_t kMuchRoom = size_t{1} << 40;

// What the test and the connection's socket share.
struct FakeWire {
  std::string arrived;                  // read by the connection at once
  std::string_view protocol;            // that ALPN chose
  const size_t piece = 16 * 1024;       // is taken by a write at most
  std::atomic<size_t> room{kMuchRoom};  // is taken by all writes from now on

  std::string Written() {
    std::lock_guard lock(mutex);
    return written;
  }

  std::mutex mutex;
  std::string written;  // guarded by mutex
};

class WireTransport final : public Transport {
 public:
  explicit WireTransport(FakeWire& wire) : wire_(wire) {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds_), 0);
  }
  ~WireTransport() override {
    for (const int fd : fds_) close(fd);
  }
  Outcome Handshake() override { return {State::kDone}; }
  Outcome Read(char* to, size_t size) override {
    const size_t part = wire_.arrived.copy(to, size);
    wire_.arrived.erase(0, part);
    return part == 0 ? Outcome{State::kWantRead} : Outcome{State::kDone, part};
  }
  Outcome Write(const iovec* pieces, int count) override {
    std::lock_guard lock(wire_.mutex);
    const size_t part = count == 0 ? 0 : std::min({wire_.piece, pieces[0].iov_len, wire_.room.load()});
    if (part == 0) return {State::kWantWrite};
    wire_.room -= part;
    wire_.written.append(static_cast<const char*>(pieces[0].iov_base), part);
    return {State::kDone, part};
  }
  bool Pending() const override { return false; }
  void CloseWrite() override {}
  void Identify(Peer*) const override {}
  std::string_view protocol() const override { return wire_.protocol; }
  int fd() const override { return fds_[0]; }
  const std::string& error() const override { return error_; }

 private:
  FakeWire& wire_;
  int fds_[2] = {-1, -1};
  const std::string error_;
};

// Runs what it was given when it is told to.
class Tasks final : public Executor {
 public:
  void Post(Task task) override { tasks_.push_back(std::move(task)); }
  void PostAfter(Duration, Task task) override { Post(std::move(task)); }
  bool RunOne() {
    if (tasks_.empty()) return false;
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    task();
    return true;
  }

 private:
  std::deque<Task> tasks_;
};

class ConnectionTest : public testing::Test {
 protected:
  ~ConnectionTest() override {
    for (const auto& connection : host_->connections.All()) connection->Abort();
    RunIoThread();
    io_.join();
  }
  void Begin(Handler handler, ServerSettings settings = {}) {
    host_ = std::make_shared<ConnectionHost>(std::move(settings), std::move(handler));
    host_->workers = &workers_;
    Connection::Start(host_, std::make_unique<WireTransport>(wire_));
  }
  void RunIoThread() {
    if (!io_.joinable()) io_ = std::thread([this] { RunIo(*host_->io); });
  }

  FakeWire wire_;
  Tasks workers_;
  std::shared_ptr<ConnectionHost> host_;
  std::thread io_;
};

TEST_F(ConnectionTest, WhoAnswersSendsNoMoreThanATurnByItself) {
  constexpr size_t kBody = 16 * 1024 * 1024;
  constexpr size_t kTurn = 256 * 1024;
  wire_.arrived = kGet;
  Begin([](Request, const ResponderPtr& responder) { ReplyWithText(responder, std::string(kBody, 'x')); });
  ASSERT_TRUE(workers_.RunOne());
  EXPECT_GE(wire_.Written().size(), kTurn);
  EXPECT_LE(wire_.Written().size(), kTurn + wire_.piece);
  RunIoThread();
  EXPECT_TRUE(Eventually([&] { return wire_.Written().size() > kBody; }));
}

TEST_F(ConnectionTest, AByteNowAndThenIsNoProgress) {
  wire_.arrived = kGet;
  wire_.room = 1;
  ServerSettings settings;
  settings.write_limit = milliseconds(200);
  Begin([](Request, const ResponderPtr& responder) { ReplyWithText(responder, std::string(1 << 20, 'x')); }, settings);
  ASSERT_TRUE(workers_.RunOne());
  RunIoThread();
  EXPECT_TRUE(Eventually([&] {
    ++wire_.room;
    for (const auto& connection : host_->connections.All()) connection->CheckTime(std::chrono::steady_clock::now());
    return host_->connections.size() == 0;
  }));
  EXPECT_GT(wire_.Written().size(), 1u);
}

// A request for `path` over HTTP/2.
std::string Ask(int32_t stream, const std::string& path) {
  const std::string header = std::string("\x82\x87\x01\x03lab\x04", 8) + static_cast<char>(path.size()) + path;
  return Http2Client::Frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, stream, header);
}

TEST_F(ConnectionTest, WhatIsWrittenWhileTheSocketIsWaitedForIsSentThen) {
  wire_.protocol = "h2";
  wire_.arrived = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Http2Client::Frame(NGHTTP2_SETTINGS, 0, 0, "") +
                  Ask(1, "/watch") + Ask(3, "/get");
  std::shared_ptr<Stream> watch;
  Begin([&](const Request& request, const ResponderPtr& responder) {
    if (request.target == "/get") return ReplyWithText(responder, "got");
    watch = responder->StartStream(200, {}, 1000);
  });
  // The watch's head finds no room, and is sent with the other reply before the socket says that there is some again.
  wire_.room = 0;
  ASSERT_TRUE(workers_.RunOne());
  wire_.room = kMuchRoom;
  ASSERT_TRUE(workers_.RunOne());
  EXPECT_NE(wire_.Written().find("got"), std::string::npos);
  EXPECT_TRUE(watch->Write(Bytes("event")));
  RunIoThread();
  EXPECT_TRUE(Eventually([&] { return wire_.Written().find("event") != std::string::npos; }, 5));
  watch.reset();
}

}  // namespace
}  // namespace croft::http
