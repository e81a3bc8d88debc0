#include "api/http/websocket.h"

#include <openssl/sha.h>

#include <algorithm>

#include "api/base/base64.h"

namespace croft::http {
namespace {

// RFC 6455, section 1.3.
constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr size_t kMaxControl = 125;
constexpr uint16_t kProtocolError = 1002;

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The members of a list such as "a, b", over all fields of that name.
std::vector<std::string> ListOf(const Request& request, std::string_view field) {
  std::vector<std::string> members;
  for (const auto& [name, value] : request.headers.fields()) {
    if (!SameIgnoringCase(name, field)) continue;
    std::string_view rest = value;
    while (true) {
      const size_t comma = rest.find(',');
      const std::string_view member = Trim(rest.substr(0, comma));
      if (!member.empty()) members.emplace_back(member);
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return members;
}

bool Names(const std::vector<std::string>& members, std::string_view name) {
  return std::any_of(members.begin(), members.end(),
                     [&](const std::string& member) { return SameIgnoringCase(member, name); });
}

bool IsControl(uint8_t opcode) {
  return opcode >= 8;
}
bool IsKnown(uint8_t opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

}  // namespace

bool IsWebSocketRequest(const Request& request) {
  return request.method == "GET" && Names(ListOf(request, "Connection"), "upgrade") &&
         Names(ListOf(request, "Upgrade"), "websocket");
}

std::vector<std::string> SocketProtocols(const Request& request) {
  return ListOf(request, "Sec-WebSocket-Protocol");
}

std::optional<Headers> AcceptWebSocket(const Request& request, const std::string& protocol) {
  const std::string_view key = Trim(request.headers.Get("Sec-WebSocket-Key"));
  const std::optional<std::string> bytes = Base64Decode(key);
  if (!bytes || bytes->size() != 16 || Trim(request.headers.Get("Sec-WebSocket-Version")) != "13") return std::nullopt;
  const std::string text = std::string(key) + std::string(kGuid);
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  Headers headers;
  headers.Add("Upgrade", "websocket");
  headers.Add("Sec-WebSocket-Accept", Base64Encode({reinterpret_cast<const char*>(digest), sizeof digest}));
  if (!protocol.empty()) headers.Add("Sec-WebSocket-Protocol", protocol);
  return headers;
}

std::string EncodeFrame(FrameType type, std::string_view payload) {
  std::string frame;
  frame.reserve(payload.size() + 10);
  frame += static_cast<char>(0x80 | static_cast<uint8_t>(type));
  const uint64_t size = payload.size();
  const int length_bytes = size <= kMaxControl ? 0 : size <= 0xFFFF ? 2 : 8;
  frame += static_cast<char>(length_bytes == 0 ? size : length_bytes == 2 ? 126 : 127);
  for (int i = length_bytes - 1; i >= 0; --i) frame += static_cast<char>(size >> (8 * i));
  return frame.append(payload);
}

std::string EncodeClose(uint16_t code, std::string_view reason) {
  std::string payload;
  payload += static_cast<char>(code >> 8);
  payload += static_cast<char>(code & 0xFF);
  payload.append(reason.substr(0, kMaxControl - 2));
  return EncodeFrame(FrameType::kClose, payload);
}

Received SocketListener::Fail(uint16_t code, std::string_view why) {
  ended_ = true;
  return {EncodeClose(code, why), true};
}

// True once the head is complete; the frame's payload follows. What is wrong with it goes to `out`.
bool SocketListener::ReadHead(Received* out) {
  if (head_.size() < 2) return false;
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(head_[i]); };
  opcode_ = byte(0) & 0x0F;
  const uint8_t short_length = byte(1) & 0x7F;
  if ((byte(0) & 0x70) != 0 || !IsKnown(opcode_)) {
    *out = Fail(kProtocolError, "the frame is of no known kind");
  } else if ((byte(1) & 0x80) == 0) {
    *out = Fail(kProtocolError, "a client's frames must be masked");
  } else if (IsControl(opcode_) && ((byte(0) & 0x80) == 0 || short_length > kMaxControl)) {
    *out = Fail(kProtocolError, "a control frame is short and whole");
  }
  if (ended_) return false;
  const size_t length_bytes = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  if (head_.size() < 2 + length_bytes + 4) return false;
  left_ = length_bytes == 0 ? short_length : 0;
  for (size_t i = 0; i < length_bytes; ++i) left_ = (left_ << 8) | byte(2 + i);
  head_.erase(0, 2 + length_bytes);  // the mask remains
  mask_at_ = 0;
  control_.clear();
  return true;
}

void SocketListener::EndFrame(Received* out) {
  in_payload_ = false;
  head_.clear();
  if (opcode_ == static_cast<uint8_t>(FrameType::kPing)) out->reply += EncodeFrame(FrameType::kPong, control_);
  if (opcode_ != static_cast<uint8_t>(FrameType::kClose)) return;
  ended_ = out->end = true;
  out->reply += EncodeFrame(FrameType::kClose, std::string_view(control_).substr(0, 2));
}

Received SocketListener::Feed(std::string_view bytes) {
  Received out;
  while (!ended_ && !bytes.empty()) {
    if (!in_payload_) {
      head_ += bytes.front();
      bytes.remove_prefix(1);
      Received failure;
      in_payload_ = ReadHead(&failure);
      if (ended_) {
        out.reply += failure.reply;
        out.end = true;
      }
    }
    if (!in_payload_) continue;
    const size_t taken = static_cast<size_t>(std::min<uint64_t>(left_, bytes.size()));
    if (IsControl(opcode_)) {
      for (size_t i = 0; i < taken; ++i) control_ += static_cast<char>(bytes[i] ^ head_[(mask_at_ + i) % 4]);
    }
    mask_at_ += taken;
    left_ -= taken;
    bytes.remove_prefix(taken);
    if (left_ == 0) EndFrame(&out);
  }
  return out;
}

}  // namespace croft::http
