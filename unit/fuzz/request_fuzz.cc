#include <memory>

#include "api/http/parser.h"
#include "unit/fuzz/fuzz_api.h"

// Bytes as a client's connection brings them, in pieces of a size that the first byte says, and on to the API.
FUZZ_TARGET(request) {
  using namespace croft;
  static std::unique_ptr<fuzz::Api> api;
  static int served = 0;
  if (data.empty()) return;
  const size_t piece = std::max<size_t>(1, static_cast<unsigned char>(data[0]));
  data.remove_prefix(1);

  http::RequestParser parser(16 * 1024, kMaxBodyBytes);
  std::string pending;
  while (!parser.done() && parser.error() == http::ParseError::kNone && !data.empty()) {
    pending += data.substr(0, piece);
    data.remove_prefix(std::min(piece, data.size()));
    const size_t taken = parser.Feed(pending);
    fuzz::Require(taken <= pending.size(), "no more is taken than was offered");
    pending.erase(0, taken);
  }
  if (parser.error() != http::ParseError::kNone || !parser.done()) return;

  if (!api || ++served % 1000 == 0) api = std::make_unique<fuzz::Api>();
  http::Request request = parser.Take();
  const auto responder = api->Send(request.method, request.target, request.body, request.headers);
  if (const auto stream = responder->stream()) return stream->Disconnect();
  api->RequireSound(responder->Wait());
}
