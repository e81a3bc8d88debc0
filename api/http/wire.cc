#include "api/http/wire.h"

#include <poll.h>

#include <array>

#include "api/http/output.h"
#include "api/http/socket.h"

namespace croft::http {
namespace {

using State = Transport::State;

// "lab:6443" -> "lab", "[::1]:80" -> "::1".
std::string HostOf(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return host;
}

bool CarriesBody(const Request& request) {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
}

// A target is one word: whatever would end it, or the line, is escaped.
void AppendTarget(std::string* out, std::string_view target) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : target) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f) {
      *out += c;
    } else {
      out->append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
}

}  // namespace

Result<std::unique_ptr<Wire>> Wire::Open(const ClientSettings& settings, const TlsContext& tls, SteadyTime deadline) {
  const Result<int> fd = Connect(settings.address, deadline - std::chrono::steady_clock::now());
  if (!fd.ok()) return fd.status();
  const std::string host = settings.host.empty() ? HostOf(settings.address) : settings.host;
  std::unique_ptr<Wire> wire(
      new Wire(settings.address, tls ? MakeTlsClientTransport(*fd, tls, host) : MakePlainTransport(*fd)));
  const auto shaken = wire->Drive([&] { return wire->transport_->Handshake(); }, deadline);
  if (!shaken.ok()) return shaken.status();
  return wire;
}

Result<Transport::Outcome> Wire::Drive(const std::function<Transport::Outcome()>& step, SteadyTime deadline) {
  for (;;) {
    const Transport::Outcome outcome = step();
    switch (outcome.state) {
      case State::kDone:
      case State::kEnd:
        return outcome;
      case State::kError:
        return Lost(transport_->error());
      case State::kWantRead:
      case State::kWantWrite:
        break;
    }
    if (!WaitFor(transport_->fd(), outcome.state == State::kWantRead, deadline)) {
      return Status::Timeout("no answer from " + address_ + " in time");
    }
  }
}

Status Wire::Lost(std::string_view why) const {
  return Status::Unavailable("the connection to " + address_ + " failed: " + std::string(why));
}

Status Wire::Write(std::string_view bytes, SteadyTime deadline) {
  while (!bytes.empty()) {
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    const auto written = Drive([&] { return transport_->Write(&piece, 1); }, deadline);
    if (!written.ok()) return written.status();
    bytes.remove_prefix(written->bytes);
  }
  return Status::Ok();
}

Status Wire::ReadInto(ResponseParser& parser, const bool* enough, SteadyTime deadline) {
  std::array<char, 16 * 1024> buffer;
  for (;;) {
    if (!rest_.empty()) rest_.erase(0, parser.Feed(rest_));
    if (parser.error() != ParseError::kNone) return Lost("the answer is not well-formed HTTP");
    if (parser.done() || (enough && *enough)) return Status::Ok();
    const auto read = Drive([&] { return transport_->Read(buffer.data(), buffer.size()); }, deadline);
    if (!read.ok()) return read.status();
    if (read->state == State::kEnd) {
      return parser.FeedEof() ? Status::Ok() : Lost("it ended before the answer did");
    }
    answered_ = true;
    rest_.append(buffer.data(), read->bytes);
  }
}

bool Wire::Fresh() const {
  pollfd wanted{transport_->fd(), POLLIN, 0};
  return rest_.empty() && !transport_->Pending() && poll(&wanted, 1, 0) == 0;
}

std::string EncodeRequest(const Request& request, const ClientSettings& settings) {
  std::string text;
  text.reserve(512 + request.body.size());
  text.append(request.method).append(" ");
  AppendTarget(&text, request.target);
  text.append(" HTTP/1.1\r\n");
  const bool is_unix = settings.address.starts_with("unix:");
  if (!request.headers.Has("Host")) AppendField(&text, "Host", is_unix ? "localhost" : settings.address);
  if (!request.headers.Has("User-Agent")) AppendField(&text, "User-Agent", "croft");
  for (const Headers* headers : {&settings.headers, &request.headers}) {
    for (const auto& [name, value] : headers->fields()) AppendField(&text, name, value);
  }
  if (CarriesBody(request)) AppendField(&text, "Content-Length", std::to_string(request.body.size()));
  text.append("\r\n").append(request.body);
  return text;
}

Result<ReadOutcome> ReadResponse(Wire& wire, bool no_body, const ResponseParser::BodySink& sink, SteadyTime deadline) {
  for (;;) {
    ResponseParser parser(kMaxResponseHeader, no_body, sink);
    CROFT_RETURN_IF_ERROR(wire.ReadInto(parser, nullptr, deadline));
    const int status = parser.head().status;
    if (status >= 100 && status < 200 && status != 101) continue;
    return ReadOutcome{std::move(parser.head()), parser.keep_alive()};
  }
}

Status ReadUntilEnough(Wire& wire, bool no_body, const std::function<void(const Response&)>& on_head,
                       const ResponseParser::BodySink& sink, const bool& enough) {
  for (;;) {
    bool told = false;
    ResponseParser* reading = nullptr;
    const auto tell = [&] {
      if (std::exchange(told, true)) return;
      on_head(reading->head());
    };
    ResponseParser parser(kMaxResponseHeader, no_body, [&](std::string_view bytes) {
      tell();
      if (!enough) sink(bytes);
    });
    reading = &parser;
    CROFT_RETURN_IF_ERROR(wire.ReadInto(parser, &enough, SteadyTime::max()));
    const int status = parser.head().status;
    if (!enough && status >= 100 && status < 200 && status != 101) continue;
    tell();
    return Status::Ok();
  }
}

}  // namespace croft::http
