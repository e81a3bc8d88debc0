#include "tools/bench/load.h"

#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "api/http/socket.h"
#include "api/http/wire.h"

namespace croft::bench {
namespace {

using Steady = std::chrono::steady_clock;
using State = http::Transport::State;

constexpr auto kPatience = std::chrono::seconds(10);

[[noreturn]] void Fail(const char* why) {
  std::fprintf(stderr, "%s\n", why);
  std::exit(1);
}

// Repeats what would block until it is done, broken or late.
State Drive(http::Transport& transport, const std::function<State()>& step) {
  for (;;) {
    const State state = step();
    if (state != State::kWantRead && state != State::kWantWrite) return state;
    if (!http::WaitFor(transport.fd(), state == State::kWantRead, http::DeadlineAfter(kPatience))) return State::kError;
  }
}

}  // namespace

double RateOf(const Callers& callers, Steady::duration slice) {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  std::vector<int> asked(callers.size());
  for (size_t i = 0; i < callers.size(); ++i) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    epoll_ctl(epoll, EPOLL_CTL_ADD, callers[i]->fd(), &event);
  }
  const auto begin = Steady::now();
  for (const auto& caller : callers) {
    if (!caller->Ask(0)) Fail("a request could not be sent");
  }
  long done = 0;
  size_t waiting = callers.size();
  Steady::time_point now = begin;
  while (waiting > 0) {
    std::array<epoll_event, 128> events;
    const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 10'000);
    if (ready <= 0) Fail("no answer for 10 s");
    now = Steady::now();
    for (int i = 0; i < ready; ++i) {
      const size_t who = events[static_cast<size_t>(i)].data.u64;
      const Caller::Got got = callers[who]->Take();
      if (got == Caller::Got::kFailure) Fail("a request failed");
      if (got == Caller::Got::kNothing) continue;
      ++done;
      if (now - begin >= slice) {
        --waiting;
      } else if (!callers[who]->Ask(++asked[who])) {
        Fail("a request could not be sent");
      }
    }
  }
  close(epoll);
  return static_cast<double>(done) / std::chrono::duration<double>(now - begin).count();
}

void Follow(std::vector<CallerSocket>& sockets, const std::function<void(size_t who, std::string_view bytes)>& take,
            const std::atomic<bool>& stop) {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  for (size_t i = 0; i < sockets.size(); ++i) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    epoll_ctl(epoll, EPOLL_CTL_ADD, sockets[i].fd(), &event);
  }
  while (!stop) {
    std::array<epoll_event, 128> events;
    const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 20);
    for (int i = 0; i < ready; ++i) {
      const size_t who = events[static_cast<size_t>(i)].data.u64;
      const bool sound = sockets[who].Read([&](std::string_view bytes) {
        take(who, bytes);
        return true;
      });
      if (!sound) Fail("a stream broke");
    }
  }
  close(epoll);
}

Result<CallerSocket> CallerSocket::Connect(const std::string& address, const std::string& ca_pem,
                                           const http::TlsIdentity& identity, const std::string& alpn) {
  const Result<int> fd = http::Connect(address, kPatience);
  if (!fd.ok()) return fd.status();
  const Result<http::TlsContext> context = http::MakeClientContext(ca_pem, identity);
  if (!context.ok()) return context.status();
  if (!alpn.empty()) {
    SSL_CTX_set_alpn_protos(context->get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                            static_cast<unsigned>(alpn.size()));
  }
  auto transport = http::MakeTlsClientTransport(*fd, *context, "127.0.0.1");
  if (Drive(*transport, [&] { return transport->Handshake().state; }) != State::kDone) {
    return Status::Unavailable("TLS with " + address + ": " + transport->error());
  }
  return CallerSocket(std::move(transport));
}

bool CallerSocket::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    size_t moved = 0;
    const State state = Drive(*transport_, [&] {
      const http::Transport::Outcome outcome = transport_->Write(&piece, 1);
      moved = outcome.bytes;
      return outcome.state;
    });
    if (state != State::kDone) return false;
    bytes.remove_prefix(moved);
  }
  return true;
}

bool CallerSocket::Read(const std::function<bool(std::string_view)>& take) {
  std::array<char, 16 * 1024> buffer;
  do {
    const http::Transport::Outcome outcome = transport_->Read(buffer.data(), buffer.size());
    if (outcome.state == State::kWantRead) return true;
    if (outcome.state != State::kDone || !take({buffer.data(), outcome.bytes})) return false;
  } while (transport_->Pending());
  return true;
}

Caller::Got HttpCaller::Take() {
  const bool sound = socket_.Read([&](std::string_view bytes) {
    reply_ += bytes;
    return true;
  });
  if (!sound) return Got::kFailure;
  const size_t end = reply_.find("\r\n\r\n");
  if (end == std::string::npos) return Got::kNothing;
  static constexpr std::string_view kLength = "\r\nContent-Length: ";
  const size_t length = reply_.find(kLength);
  if (length > end) return Got::kFailure;
  if (reply_.size() < end + 4 + std::strtoul(reply_.c_str() + length + kLength.size(), nullptr, 10)) {
    return Got::kNothing;
  }
  const bool content = std::atoi(reply_.c_str() + std::string_view("HTTP/1.1 ").size()) == status_;
  if (!content) std::fprintf(stderr, "%s\n", reply_.c_str());
  reply_.clear();
  return content ? Got::kAnswer : Got::kFailure;
}

}  // namespace croft::bench
