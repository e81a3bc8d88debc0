#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace croft::http {

// The server's side of WebSocket (RFC 6455), without extensions: the handshake and the frames. Who answers a request
// with it begins a stream of status 101 and writes frames to it.

bool IsWebSocketRequest(const Request& request);
// The names in Sec-WebSocket-Protocol, in the order of the client's preference.
std::vector<std::string> SocketProtocols(const Request& request);
// The fields of the 101 reply; none when the client's key is malformed or its version is not 13. `protocol` may be
// empty: none was chosen.
std::optional<Headers> AcceptWebSocket(const Request& request, const std::string& protocol);

enum class FrameType : uint8_t { kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };
// One whole message, as servers send it: unmasked.
std::string EncodeFrame(FrameType type, std::string_view payload);
std::string EncodeClose(uint16_t code, std::string_view reason = {});

// Reads what a client sends to a server that only tells: answers pings, echoes a close, and passes over messages.
// Not thread-safe.
class SocketListener {
 public:
  // What came next, in whatever pieces. What is returned must be sent; after `end` nothing more is read.
  Received Feed(std::string_view bytes);

 private:
  Received Fail(uint16_t code, std::string_view why);
  bool ReadHead(Received* out);
  void EndFrame(Received* out);

  std::string head_;     // of the frame that is being read, incomplete
  std::string control_;  // payload of a control frame
  uint64_t left_ = 0;    // bytes of the payload that are yet to come
  size_t mask_at_ = 0;   // how many bytes of the payload were unmasked
  uint8_t opcode_ = 0;
  bool in_payload_ = false;
  bool ended_ = false;
};

}  // namespace croft::http
