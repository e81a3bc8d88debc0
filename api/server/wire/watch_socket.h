#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/http/message.h"

namespace croft::server {

// A token that a browser put among the subprotocols, since it can not set fields of a WebSocket's request
// ("base64url.bearer.authorization.k8s.io.TOKEN"), becomes the bearer token of the request.
void TakeSocketToken(http::Request& request);

// How a watch goes over a WebSocket: an event is a message. Without a subprotocol, or with one that is not known, as
// text; with "binary.k8s.io" as binary, with "base64.binary.k8s.io" as base64.
struct WatchSocket {
  http::Headers headers;  // of the 101 reply
  bool binary = false;
  bool base64 = false;
};
// None when the handshake is malformed.
std::optional<WatchSocket> AcceptWatchSocket(const http::Request& request);
// Frames what is written, and answers what the client sends. `raw` is the stream of the 101 reply.
std::shared_ptr<http::Stream> FrameMessages(std::shared_ptr<http::Stream> raw, const WatchSocket& socket);

}  // namespace croft::server
