#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/base/clock.h"
#include "api/http/client.h"
#include "api/http/parser.h"
#include "api/http/transport.h"

namespace croft::http {

// A client's connection, driven by the calling thread with deadlines. Not thread-safe. Internal to api/http.
class Wire {
 public:
  // Connects, TLS handshake included. `tls` may be null.
  static Result<std::unique_ptr<Wire>> Open(const ClientSettings& settings, const TlsContext& tls, SteadyTime deadline);

  Status Write(std::string_view bytes, SteadyTime deadline);
  // Reads until the parser says done (then what follows stays unread), or `*enough`.
  Status ReadInto(ResponseParser& parser, const bool* enough, SteadyTime deadline);

  // Whether a kept connection can be used again: nothing came meanwhile, not even its end.
  bool Fresh() const;
  // What was read beyond the response.
  std::string TakeRest() { return std::move(rest_); }
  std::unique_ptr<Transport> TakeTransport() { return std::move(transport_); }
  // Whether any byte of the present response has come.
  bool answered() const { return answered_; }
  void BeginRequest() { answered_ = false; }

 private:
  Wire(std::string address, std::unique_ptr<Transport> transport)
      : address_(std::move(address)), transport_(std::move(transport)) {}
  // Repeats `step` until it neither waits nor fails.
  Result<Transport::Outcome> Drive(const std::function<Transport::Outcome()>& step, SteadyTime deadline);
  Status Lost(std::string_view why) const;

  const std::string address_;
  std::unique_ptr<Transport> transport_;
  std::string rest_;  // read, not yet parsed
  bool answered_ = false;
};

// The request as sent.
std::string EncodeRequest(const Request& request, const ClientSettings& settings);

// Reads the response that begins at `wire` (what is informational but not an upgrade is skipped). Its body is left
// out of `head` and goes to `sink`; `keep_alive` says whether the connection can be used again.
struct ReadOutcome {
  Response head;
  bool keep_alive = false;
};
Result<ReadOutcome> ReadResponse(Wire& wire, bool no_body, const ResponseParser::BodySink& sink, SteadyTime deadline);
// The same, until `*enough`; `on_head` is told before the body.
Status ReadUntilEnough(Wire& wire, bool no_body, const std::function<void(const Response&)>& on_head,
                       const ResponseParser::BodySink& sink, const bool& enough);

inline SteadyTime DeadlineAfter(Duration timeout) {
  return std::chrono::steady_clock::now() + std::chrono::duration_cast<SteadyTime::duration>(timeout);
}

// Bytes of a header, and of what a parser can't take yet, at most.
inline constexpr size_t kMaxResponseHeader = 64 * 1024;

// The client's streams (stream.cc): takes over a connection on which the request was sent, or the failure to do so.
std::unique_ptr<ResponseStream> FollowResponse(Result<std::unique_ptr<Wire>> wire, bool no_body,
                                               StreamCallbacks callbacks);
std::unique_ptr<Duplex> MakeDuplex(Wire& wire);

}  // namespace croft::http
