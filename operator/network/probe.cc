#include "operator/network/probe.h"

#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <memory>

#include "api/base/fd.h"

namespace croft::network {
namespace {

constexpr size_t kMaxStatusLine = 4096;

// One probe: where it goes, how long it may take, and its connection.
class Attempt {
 public:
  Attempt(const std::string& host, int port, int timeout_ms)
      : target_(host.find(':') == std::string::npos ? host : "[" + host + "]"),
        timeout_ms_(timeout_ms),
        deadline_(std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms)) {
    target_ += ":" + std::to_string(port);
  }

  Status Connect(const std::string& host, int port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0) {
      return Failed("can't find " + host + ": " + gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found, freeaddrinfo);
    socket_.Reset(socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_.valid()) return Failed(std::string("no socket: ") + std::strerror(errno));
    // A probed server sees thousands of these a day: none of them should linger.
    const linger at_once{1, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    if (connect(socket_.get(), found->ai_addr, found->ai_addrlen) == 0) return Status::Ok();
    if (errno != EINPROGRESS) return Failed(std::strerror(errno));
    CROFT_RETURN_IF_ERROR(Wait(POLLOUT, "connecting"));
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 ? Status::Ok() : Failed(std::strerror(error));
  }

  Status StartTls() {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    if (!context_) return Failed("no TLS");
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), socket_.get());
    return Repeat([&] { return SSL_connect(ssl_.get()); }, "in the TLS handshake").status();
  }

  Status Send(const std::string& bytes) {
    for (size_t sent = 0; sent < bytes.size();) {
      const int size = static_cast<int>(bytes.size() - sent);
      const Result<int> done = Repeat(
          [&] {
            return ssl_ ? SSL_write(ssl_.get(), bytes.data() + sent, size)
                        : static_cast<int>(
                              send(socket_.get(), bytes.data() + sent, static_cast<size_t>(size), MSG_NOSIGNAL));
          },
          "sending", POLLOUT);
      if (!done.ok()) return done.status();
      sent += static_cast<size_t>(*done);
    }
    return Status::Ok();
  }

  // The first line of the answer; the rest is not waited for.
  Result<std::string> ReceiveLine() {
    std::string line;
    while (line.find('\n') == std::string::npos) {
      char buffer[512];
      const Result<int> got = Repeat(
          [&] {
            return ssl_ ? SSL_read(ssl_.get(), buffer, sizeof buffer)
                        : static_cast<int>(recv(socket_.get(), buffer, sizeof buffer, 0));
          },
          "waiting for the answer");
      if (!got.ok()) return got.status();
      if (*got == 0) return Failed("the connection was closed without an answer");
      line.append(buffer, static_cast<size_t>(*got));
      if (line.size() > kMaxStatusLine) return Failed("the answer is not HTTP");
    }
    return line.substr(0, line.find_first_of("\r\n"));
  }

  Status Failed(const std::string& why) const { return Status::Unavailable(target_ + ": " + why); }

 private:
  Status Wait(short events, const char* doing) {
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
      pollfd entry{socket_.get(), events, 0};
      const int ready = left.count() <= 0 ? 0 : poll(&entry, 1, static_cast<int>(left.count()));
      if (ready > 0) return Status::Ok();
      if (ready < 0 && errno == EINTR) continue;
      return Status::Timeout(target_ + ": no answer within " + std::to_string(timeout_ms_) + " ms, " + doing);
    }
  }

  // Calls `step` until it neither fails nor would block. Its result: bytes, 0 at the end of the stream.
  template <class Step>
  Result<int> Repeat(Step step, const char* doing, short events = POLLIN) {
    while (true) {
      ERR_clear_error();
      const int result = step();
      if (result > 0 || (result == 0 && !ssl_)) return result;
      if (ssl_) {
        const int error = SSL_get_error(ssl_.get(), result);
        if (error == SSL_ERROR_ZERO_RETURN) return 0;
        if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
          return Failed(std::string("TLS failed, ") + doing);
        }
        events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
      } else if (errno != EAGAIN && errno != EINTR) {
        return Failed(std::strerror(errno));
      }
      CROFT_RETURN_IF_ERROR(Wait(events, doing));
    }
  }

  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  std::string target_;
  const int timeout_ms_;
  const std::chrono::steady_clock::time_point deadline_;
  UniqueFd socket_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
};

bool Plain(const std::string& text) {
  return text.find_first_of("\r\n") == std::string::npos;
}

std::string RequestFor(const ProbeUrl& url, const std::vector<std::pair<std::string, std::string>>& headers) {
  std::string text = "GET " + url.target + " HTTP/1.1\r\n";
  const std::string authority = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
  const std::pair<std::string, std::string> own[] = {{"Host", authority + ":" + std::to_string(url.port)},
                                                     {"User-Agent", "croft-probe/1.0"},
                                                     {"Accept", "*/*"},
                                                     {"Connection", "close"}};
  for (const auto& [name, value] : headers) text.append(name).append(": ").append(value).append("\r\n");
  for (const auto& [name, value] : own) {
    const bool given = std::any_of(headers.begin(), headers.end(), [&n = name](const auto& header) {
      return strcasecmp(header.first.c_str(), n.c_str()) == 0;
    });
    if (!given) text.append(name).append(": ").append(value).append("\r\n");
  }
  return text + "\r\n";
}

}  // namespace

Result<ProbeUrl> ParseProbeUrl(const std::string& url) {
  const Status bad = Status::Invalid("\"" + url + "\" is not a URL of the form http://HOST:PORT/PATH");
  ProbeUrl parsed;
  std::string rest;
  if (url.rfind("http://", 0) == 0) {
    rest = url.substr(7);
  } else if (url.rfind("https://", 0) == 0) {
    parsed.tls = true;
    rest = url.substr(8);
  } else {
    return bad;
  }
  if (!Plain(url) || url.find(' ') != std::string::npos) return bad;
  const size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  std::string authority = rest.substr(0, slash);
  parsed.target = rest.substr(slash);
  if (parsed.target.empty() || parsed.target[0] != '/') parsed.target.insert(0, "/");
  const size_t bracket = authority.rfind(']');
  const size_t colon = authority.rfind(':');
  parsed.port = parsed.tls ? 443 : 80;
  if (colon != std::string::npos && (bracket == std::string::npos || colon > bracket)) {
    const char* end = authority.data() + authority.size();
    const auto [stop, error] = std::from_chars(authority.data() + colon + 1, end, parsed.port);
    if (error != std::errc() || stop != end || parsed.port < 1 || parsed.port > 65535) return bad;
    authority.resize(colon);
  }
  if (authority.size() > 2 && authority.front() == '[' && authority.back() == ']') {
    authority = authority.substr(1, authority.size() - 2);
  }
  if (authority.empty()) return bad;
  parsed.host = authority;
  return parsed;
}

Status ProbeTcp(const std::string& host, int port, int timeout_ms) {
  Attempt attempt(host, port, timeout_ms);
  return attempt.Connect(host, port);
}

Status ProbeHttp(const std::string& url, const std::vector<std::pair<std::string, std::string>>& headers,
                 int timeout_ms) {
  const Result<ProbeUrl> parsed = ParseProbeUrl(url);
  if (!parsed.ok()) return parsed.status();
  for (const auto& [name, value] : headers) {
    if (!Plain(name) || !Plain(value)) return Status::Invalid("header \"" + name + "\" holds a line break");
  }
  Attempt attempt(parsed->host, parsed->port, timeout_ms);
  CROFT_RETURN_IF_ERROR(attempt.Connect(parsed->host, parsed->port));
  if (parsed->tls) CROFT_RETURN_IF_ERROR(attempt.StartTls());
  CROFT_RETURN_IF_ERROR(attempt.Send(RequestFor(*parsed, headers)));
  const Result<std::string> line = attempt.ReceiveLine();
  if (!line.ok()) return line.status();
  int code = 0;  // "HTTP/1.1 200 OK"
  if (line->rfind("HTTP/1.", 0) == 0 && line->size() >= 12) std::from_chars(&(*line)[9], &(*line)[12], code);
  if (code == 0) return attempt.Failed("the answer is not HTTP");
  if (code >= 200 && code < 400) return Status::Ok();
  return attempt.Failed("answered " + std::to_string(code));
}

}  // namespace croft::network
