#include "api/server/wire/watch_socket.h"

#include <utility>
#include <vector>

#include "api/base/base64.h"
#include "api/http/websocket.h"

namespace croft::server {
namespace {

constexpr std::string_view kTokenPrefix = "base64url.bearer.authorization.k8s.io.";
constexpr std::string_view kBinary = "binary.k8s.io";
constexpr std::string_view kBase64 = "base64.binary.k8s.io";
constexpr uint16_t kNormalClosure = 1000;

// The client's only protocol is taken as it is, as Kubernetes takes it; of several only one that is known.
std::string Choose(const std::vector<std::string>& offered) {
  std::vector<std::string> protocols;
  for (const std::string& name : offered) {
    if (name == kBinary || name == kBase64) return name;
    if (!name.starts_with(kTokenPrefix)) protocols.push_back(name);
  }
  return protocols.size() == 1 ? protocols.front() : "";
}

class SocketStream final : public http::Stream {
 public:
  SocketStream(std::shared_ptr<http::Stream> raw, const WatchSocket& socket)
      : raw_(std::move(raw)), binary_(socket.binary), base64_(socket.base64) {
    raw_->OnReceived([listener = std::make_shared<http::SocketListener>()](std::string_view bytes) {
      return listener->Feed(bytes);
    });
  }

  bool Write(http::SharedBytes bytes) override {
    const auto type = binary_ ? http::FrameType::kBinary : http::FrameType::kText;
    std::string frame = http::EncodeFrame(type, base64_ ? Base64Encode(*bytes) : *bytes);
    return raw_->Write(std::make_shared<const std::string>(std::move(frame)));
  }
  void Close() override {
    raw_->Write(std::make_shared<const std::string>(http::EncodeClose(kNormalClosure)));
    raw_->Close();
  }
  void OnClosed(std::function<void()> callback) override { raw_->OnClosed(std::move(callback)); }

 private:
  const std::shared_ptr<http::Stream> raw_;
  const bool binary_;
  const bool base64_;
};

}  // namespace

void TakeSocketToken(http::Request& request) {
  if (request.headers.Has("Authorization") || !http::IsWebSocketRequest(request)) return;
  for (const std::string& name : http::SocketProtocols(request)) {
    if (!name.starts_with(kTokenPrefix)) continue;
    const std::optional<std::string> token = Base64UrlDecode(name.substr(kTokenPrefix.size()));
    if (token) request.headers.Add("Authorization", "Bearer " + *token);
    return;
  }
}

std::optional<WatchSocket> AcceptWatchSocket(const http::Request& request) {
  const std::string protocol = Choose(http::SocketProtocols(request));
  std::optional<http::Headers> headers = http::AcceptWebSocket(request, protocol);
  if (!headers) return std::nullopt;
  return WatchSocket{std::move(*headers), protocol == kBinary, protocol == kBase64};
}

std::shared_ptr<http::Stream> FrameMessages(std::shared_ptr<http::Stream> raw, const WatchSocket& socket) {
  return std::make_shared<SocketStream>(std::move(raw), socket);
}

}  // namespace croft::server
