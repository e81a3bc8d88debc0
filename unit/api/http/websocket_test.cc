#include "api/http/websocket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "unit/api/http/fixture.h"

namespace croft::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kHandshake =
    "GET /w HTTP/1.1\r\nHost: lab\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

// As clients send frames: masked.
std::string Masked(int first, const std::string& payload, int length_bytes = 0) {
  const std::string mask = "\x11\x22\x33\x44";
  std::string frame(1, static_cast<char>(first));
  const int code = length_bytes == 0 ? static_cast<int>(payload.size()) : length_bytes == 2 ? 126 : 127;
  frame += static_cast<char>(0x80 | code);
  for (int i = length_bytes - 1; i >= 0; --i) frame += static_cast<char>(payload.size() >> (8 * i));
  frame += mask;
  for (size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ mask[i % 4]);
  return frame;
}

TEST(WebSocket, FramesHaveTheShortestLength) {
  EXPECT_EQ(EncodeFrame(FrameType::kText, "hi"), "\x81\x02hi");
  EXPECT_EQ(EncodeFrame(FrameType::kBinary, std::string(126, 'x')).substr(0, 4), std::string("\x82\x7E\x00\x7E", 4));
  EXPECT_EQ(EncodeFrame(FrameType::kText, std::string(70'000, 'x')).substr(0, 10),
            std::string("\x81\x7F\x00\x00\x00\x00\x00\x01\x11\x70", 10));
  EXPECT_EQ(EncodeClose(1000), std::string("\x88\x02\x03\xE8", 4));
}

TEST(WebSocket, AListenerAnswersWhatItMust) {
  struct Case {
    const char* name;
    std::string sent;
    std::string reply;  // how it begins
    bool end;
  };
  const Case cases[] = {
      {"a message is passed over", Masked(0x81, "hello"), "", false},
      {"a long one too", Masked(0x82, std::string(300, 'x'), 2) + Masked(0x89, "p"), "\x8A\x01p", false},
      {"and one with the longest length", Masked(0x82, std::string(300, 'x'), 8) + Masked(0x89, "q"), "\x8A\x01q",
       false},
      {"one in pieces, with a ping between", Masked(0x01, "a") + Masked(0x89, "r") + Masked(0x80, "b"), "\x8A\x01r",
       false},
      {"an empty message", Masked(0x81, "") + Masked(0x89, "s"), "\x8A\x01s", false},
      {"an empty ping", Masked(0x89, ""), std::string("\x8A\x00", 2), false},
      {"a pong that nobody asked for", Masked(0x8A, "x"), "", false},
      {"a close is echoed", Masked(0x88, "\x03\xE8"), std::string("\x88\x02\x03\xE8", 4), true},
      {"a close without code", Masked(0x88, ""), std::string("\x88\x00", 2), true},
      {"what follows a close is not read", Masked(0x88, "") + Masked(0x89, "x"), std::string("\x88\x00", 2), true},
      {"a frame without mask", "\x81\x02hi", "\x88", true},
      {"a reserved bit", Masked(0xC1, "x"), "\x88", true},
      {"an unknown kind", Masked(0x83, "x"), "\x88", true},
      {"a ping that is too long", Masked(0x89, std::string(126, 'x'), 2), "\x88", true},
      {"a ping in pieces", Masked(0x09, "x"), "\x88", true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto matches = [&](const Received& got) {
      EXPECT_EQ(got.end, c.end);
      EXPECT_TRUE(c.reply.empty() ? got.reply.empty() : got.reply.starts_with(c.reply)) << got.reply;
    };
    SocketListener whole;
    matches(whole.Feed(c.sent));
    SocketListener bytewise;
    Received sum;
    for (const char byte : c.sent) {
      const Received got = bytewise.Feed({&byte, 1});
      sum.reply += got.reply;
      sum.end |= got.end;
    }
    matches(sum);
  }
}

TEST(WebSocket, OnlyAProperHandshakeIsAccepted) {
  const auto request = [](Headers headers) {
    Request made;
    made.method = "GET";
    made.headers = std::move(headers);
    return made;
  };
  const Headers good = {{"Connection", "Upgrade"},
                        {"Upgrade", "websocket"},
                        {"Sec-WebSocket-Version", "13"},
                        {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                        {"Sec-WebSocket-Protocol", "a, b"}};
  EXPECT_TRUE(IsWebSocketRequest(request(good)));
  const auto accepted = AcceptWebSocket(request(good), "b");
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->Get("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");  // the example of RFC 6455
  EXPECT_EQ(accepted->Get("Sec-WebSocket-Protocol"), "b");
  EXPECT_EQ(SocketProtocols(request(good)), (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(AcceptWebSocket(request({{"Sec-WebSocket-Version", "13"}, {"Sec-WebSocket-Key", "short"}}), ""));
  EXPECT_FALSE(AcceptWebSocket(
      request({{"Sec-WebSocket-Version", "8"}, {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}}), ""));
  EXPECT_FALSE(IsWebSocketRequest(request({{"Upgrade", "websocket"}})));
  EXPECT_FALSE(IsWebSocketRequest(request({{"Connection", "Upgrade"}, {"Upgrade", "h2c"}})));
}

TEST_F(ServerTest, AnUpgradedConnectionCarriesFramesBothWays) {
  std::atomic<bool> closed{false};
  std::shared_ptr<Stream> stream;
  std::atomic<bool> begun{false};
  RawClient client(Serve([&](Request request, ResponderPtr responder) {
    ASSERT_TRUE(IsWebSocketRequest(request));
    stream = responder->StartStream(101, *AcceptWebSocket(request, ""), 100'000);
    stream->OnReceived(
        [listener = std::make_shared<SocketListener>()](std::string_view bytes) { return listener->Feed(bytes); });
    stream->OnClosed([&] { closed = true; });
    begun = true;
  }));
  // The first frame may come before the reply.
  client.Send(std::string(kHandshake) + "\r\n" + Masked(0x89, "early"));
  const std::string head = client.ReadUntil("\r\n\r\n");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_THAT(head, HasSubstr("Connection: Upgrade\r\n"));
  EXPECT_EQ(head.find("chunked"), std::string::npos);
  EXPECT_THAT(client.ReadUntil("early"), EndsWith("\x8A\x05"
                                                  "early"));
  ASSERT_TRUE(Eventually([&] { return begun.load(); }));
  EXPECT_TRUE(stream->Write(Bytes(EncodeFrame(FrameType::kText, "told."))));
  EXPECT_THAT(client.ReadUntil("told."), EndsWith("\x81\x05"
                                                  "told."));
  client.Send(Masked(0x88, "\x03\xE8"));
  EXPECT_EQ(client.ReadToEnd(), std::string("\x88\x02\x03\xE8", 4));
  EXPECT_TRUE(Eventually([&] { return closed.load(); }));
  EXPECT_FALSE(stream->Write(Bytes("x")));
}

TEST_F(ServerTest, WhoPingsAndDoesNotReadIsCutOff) {
  std::atomic<bool> closed{false};
  std::shared_ptr<Stream> stream;
  RawClient client(Serve([&](Request request, ResponderPtr responder) {
    stream = responder->StartStream(101, *AcceptWebSocket(request, ""), 100'000);
    stream->OnReceived(
        [listener = std::make_shared<SocketListener>()](std::string_view bytes) { return listener->Feed(bytes); });
    stream->OnClosed([&] { closed = true; });
  }));
  client.Send(std::string(kHandshake) + "\r\n");
  client.ReadUntil("\r\n\r\n");
  std::string pings;
  while (pings.size() < 1'000'000) pings += Masked(0x89, std::string(125, 'p'));
  // More than the buffers of any socket hold.
  for (int i = 0; i < 100 && !closed; ++i) client.Send(pings);
  EXPECT_TRUE(Eventually([&] { return closed.load(); }, 5));
  EXPECT_EQ(server_->connection_count(), 0u);
}

TEST_F(ServerTest, WhatComesBeforeTheListenerIsHeardHoweverMuch) {
  Gate sent;
  std::shared_ptr<Stream> stream;
  RawClient client(Serve([&](Request request, ResponderPtr responder) {
    stream = responder->StartStream(101, *AcceptWebSocket(request, ""), 100'000);
    sent.Wait();
    stream->OnReceived(
        [listener = std::make_shared<SocketListener>()](std::string_view bytes) { return listener->Feed(bytes); });
  }));
  client.Send(std::string(kHandshake) + "\r\n");
  client.ReadUntil("\r\n\r\n");
  client.Send(Masked(0x82, std::string(500'000, 'x'), 8) + Masked(0x89, "last"));
  sent.Open();
  EXPECT_THAT(client.ReadUntil("last"), EndsWith("\x8A\x04last"));
  server_->Stop(Duration::zero());
}

}  // namespace
}  // namespace croft::http
