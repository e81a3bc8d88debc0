#include "api/http/output.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace croft::http {
namespace {

// Takes at most `room` bytes a call, and all in all no more than `limit`.
class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(size_t room, size_t limit = SIZE_MAX) : room_(room), limit_(limit) {}
  Outcome Handshake() override { return {State::kDone}; }
  Outcome Read(char*, size_t) override { return {State::kWantRead}; }
  Outcome Write(const iovec* pieces, int count) override {
    size_t moved = 0;
    for (int i = 0; i < count; ++i) {
      const size_t part = std::min({pieces[i].iov_len, room_ - moved, limit_ - written.size()});
      written.append(static_cast<const char*>(pieces[i].iov_base), part);
      moved += part;
    }
    return moved > 0 ? Outcome{State::kDone, moved} : Outcome{State::kWantWrite};
  }
  bool Pending() const override { return false; }
  void CloseWrite() override {}
  void Identify(Peer*) const override {}
  std::string_view protocol() const override { return {}; }
  int fd() const override { return -1; }
  const std::string& error() const override { return error_; }

  std::string written;

 private:
  const size_t room_;
  const size_t limit_;
  const std::string error_;
};

SharedBytes Share(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

Output Filled() {
  Output output;
  output.Append(std::string("own "));
  output.Append(Share("shared "));
  output.Append(std::string());
  output.Append(Share(""));
  output.AppendSmall("small ");
  output.AppendSmall("smaller ");
  output.Append(Share("end"));
  return output;
}
constexpr std::string_view kAll = "own shared small smaller end";

TEST(OutputTest, ArrivesWholeHoweverLittleIsTakenAtATime) {
  for (const size_t room : {1, 2, 3, 5, 7, 100}) {
    SCOPED_TRACE(room);
    FakeTransport transport(room);
    Output output = Filled();
    EXPECT_EQ(output.size(), kAll.size());
    const auto outcome = output.Flush(transport);
    EXPECT_EQ(outcome.state, Transport::State::kDone);
    EXPECT_EQ(outcome.bytes, kAll.size());
    EXPECT_EQ(transport.written, kAll);
    EXPECT_TRUE(output.empty());
  }
}

TEST(OutputTest, GoesOnWhereTheTransportStopped) {
  Output output = Filled();
  FakeTransport blocked(100, 6);
  EXPECT_EQ(output.Flush(blocked).state, Transport::State::kWantWrite);
  EXPECT_EQ(output.size(), kAll.size() - 6);
  output.AppendSmall("!");
  FakeTransport open(100);
  EXPECT_EQ(output.Flush(open).state, Transport::State::kDone);
  EXPECT_EQ(blocked.written + open.written, std::string(kAll) + "!");
}

TEST(OutputTest, StopsAfterAsMuchAsItIsTold) {
  Output output = Filled();
  FakeTransport transport(5);
  const auto turn = output.Flush(transport, 7);
  EXPECT_EQ(turn.state, Transport::State::kDone);
  EXPECT_EQ(turn.bytes, 10u);
  EXPECT_EQ(output.size(), kAll.size() - 10);
  EXPECT_EQ(output.Flush(transport).bytes, kAll.size() - 10);
  EXPECT_EQ(transport.written, kAll);
}

TEST(OutputTest, MovesInPartsOfAnySize) {
  for (const size_t part : {1, 2, 3, 4, 5, 9, 27, 28}) {
    SCOPED_TRACE(part);
    Output from = Filled();
    Output to;
    while (!from.empty()) from.MoveTo(&to, std::min(part, from.size()));
    EXPECT_EQ(to.size(), kAll.size());
    FakeTransport transport(100);
    to.Flush(transport);
    EXPECT_EQ(transport.written, kAll);
  }
}

TEST(OutputTest, SharedPiecesStaySharedWhenMoved) {
  const SharedBytes bytes = Share(std::string(100, 'x'));
  Output from;
  from.Append(bytes);
  Output to;
  from.MoveTo(&to, 60);
  EXPECT_EQ(bytes.use_count(), 3);
  from.MoveTo(&to, 40);
  EXPECT_EQ(bytes.use_count(), 3);
  FakeTransport transport(1000);
  to.Flush(transport);
  EXPECT_EQ(bytes.use_count(), 1);
  EXPECT_EQ(transport.written, *bytes);
}

}  // namespace
}  // namespace croft::http
