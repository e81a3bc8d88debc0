#include <memory>

#include "unit/fuzz/fuzz_api.h"
#include "unit/fuzz/fuzz_connection.h"

namespace croft::fuzz {
namespace {

constexpr size_t kFrameHead = 9;
constexpr uint8_t kSettings = 4;
constexpr uint8_t kLastFrameType = 0x10;
constexpr size_t kLargestFrame = 16 * 1024;
// What the session may hold produced, at most: see kOutputAhead there.
constexpr size_t kMostQueued = 128 * 1024 + 2 * kLargestFrame;

http::ServerSettings Limits() {
  http::ServerSettings settings;
  settings.max_header_bytes = 4 * 1024;
  settings.max_body_bytes = 128 * 1024;
  settings.max_streams = 8;
  return settings;
}

std::string Frame(uint8_t type, uint8_t flags, uint32_t stream, std::string_view payload) {
  std::string frame;
  for (const int shift : {16, 8, 0}) frame += static_cast<char>(payload.size() >> shift);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>(stream >> shift);
  return frame.append(payload);
}

// What was sent is whole frames, but for the last, of lengths that any client takes.
void RequireFrames(std::string_view sent) {
  while (sent.size() >= kFrameHead) {
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(sent[i]); };
    const size_t size = size_t{byte(0)} << 16 | size_t{byte(1)} << 8 | byte(2);
    Require(size <= kLargestFrame, "no frame is larger than the protocol's own limit");
    Require(byte(3) <= kLastFrameType, "each frame is of a known kind");
    sent.remove_prefix(std::min(kFrameHead + size, sent.size()));
  }
}

// Reads a script, by which mutations stay meaningful.
class Script {
 public:
  explicit Script(std::string_view text) : text_(text) {}
  bool done() const { return text_.empty(); }
  uint8_t Byte() {
    if (text_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(text_[0]);
    text_.remove_prefix(1);
    return byte;
  }
  std::string_view Bytes(size_t size) {
    const std::string_view bytes = text_.substr(0, size);
    text_.remove_prefix(bytes.size());
    return bytes;
  }

 private:
  std::string_view text_;
};

// One step: a frame (type up to 0x0f, then flags, stream, length, payload), or else what happens around it.
void Step(Script& script, Connection& connection, Api& api) {
  const uint8_t step = script.Byte();
  if (step < 0x10) {
    const uint8_t flags = script.Byte();
    const uint8_t stream = script.Byte();
    return connection.Send(Frame(step, flags, stream, script.Bytes(script.Byte())));
  }
  switch (step) {
    case 'R':  // workers and I/O threads get on
      return connection.Run();
    case 'S':  // the socket takes something
      return connection.MakeRoom(size_t{script.Byte()} * 256);
    case 'D': {  // a large body
      const uint8_t stream = script.Byte();
      return connection.Send(Frame(0, 0, stream, std::string(size_t{script.Byte()} * 64, 'x')));
    }
    case 'T':  // time passes
      return connection.CheckTime(std::chrono::steady_clock::now() + std::chrono::seconds(script.Byte()));
    case 'A':
      return api.Pass(std::chrono::seconds(script.Byte() % 8));
    case 'W':  // somebody else writes
      api.Call("PATCH", "/api/v1/namespaces/d/configmaps/m",
               R"({"data":{"w":")" + std::to_string(script.Byte()) + "\"}}",
               {{"Content-Type", "application/merge-patch+json"}});
      return;
    case 'F':
      return connection.Finish();
    case 'E':
      return connection.End(script.Byte() % 2 == 0);
    default:  // bytes that keep to nothing
      return connection.Send(script.Bytes(step % 32));
  }
}

}  // namespace
}  // namespace croft::fuzz

// A script of frames and of what happens beside them, over one HTTP/2 connection to the API.
FUZZ_TARGET(http2) {
  using namespace croft;
  static std::unique_ptr<fuzz::Api> api;
  static int served = 0;
  if (!api || ++served % 1000 == 0) api = std::make_unique<fuzz::Api>();

  const auto connection = fuzz::Connection::Open(
      http::MakeHttp2Session, fuzz::Limits(), [&](http::Request request, http::ResponderPtr responder) {
        fuzz::Require(request.protocol == http::kHttp2, "a request says how it came");
        fuzz::Require(request.body.size() <= fuzz::Limits().max_body_bytes, "bodies keep to their limit");
        api->Handle(std::move(request), std::move(responder));
      });
  connection->MakeRoom(1024);
  connection->Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + fuzz::Frame(fuzz::kSettings, 0, 0, {}));
  for (fuzz::Script script(data); !script.done();) {
    fuzz::Step(script, *connection, *api);
    fuzz::Require(connection->queued() <= fuzz::kMostQueued, "a client that does not read costs no more than that");
  }
  connection->Run();
  api->Pass(std::chrono::seconds(4));
  connection->MakeRoom(fuzz::kMuchRoom);
  connection->Run();
  connection->Abort();
  api->Pass(std::chrono::seconds(1));
  fuzz::RequireFrames(connection->sent());
  fuzz::Require(connection.use_count() == 1, "nobody holds on to a connection that is gone");
}
