#include "api/http/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <memory>

namespace croft::http {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";

struct AddressListDeleter {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, AddressListDeleter>;

// Closes on failure paths; Release() hands the descriptor on.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

std::string Lowered(const char* text) {
  std::string out = text;
  if (!out.empty()) out[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(out[0])));
  return out;
}

Result<sockaddr_un> UnixAddress(const std::string& address) {
  const std::string path = address.substr(kUnixPrefix.size());
  sockaddr_un unix_address{};
  unix_address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof unix_address.sun_path) {
    return Status::Invalid("address " + address + ": a socket path has 1 to 107 characters");
  }
  std::memcpy(unix_address.sun_path, path.c_str(), path.size() + 1);
  return unix_address;
}

Result<AddressList> Resolve(const std::string& address, bool passive) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon + 1 == address.size()) {
    return Status::Invalid("address " + address + ": must be HOST:PORT or unix:PATH");
  }
  std::string host = address.substr(0, colon);
  const std::string port = address.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | (passive ? AI_PASSIVE : 0);
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &hints, &list);
  if (error == 0) return AddressList(list);
  return Status::Unavailable("can't resolve " + address + ": " + Lowered(gai_strerror(error)));
}

Status CannotListen(const std::string& address) {
  std::string text = "cannot listen on " + address + ": " + Lowered(std::strerror(errno)) + "; ";
  switch (errno) {
    case EADDRINUSE:
      text += "stop what uses it (ss -ltnp) or choose another with --listen";
      break;
    case EADDRNOTAVAIL:
      text += "no interface of this machine has that address (ip address); choose another with --listen";
      break;
    case EACCES:
      text += "ports below 1024 and that path need more rights; run as root or choose another with --listen";
      break;
    default:
      text += "choose another with --listen";
      break;
  }
  return Status::Unavailable(std::move(text));
}

// A socket file that nobody listens on any more is in the way of bind().
void RemoveStaleSocket(const sockaddr_un& address) {
  struct stat info {};
  if (stat(address.sun_path, &info) != 0 || !S_ISSOCK(info.st_mode)) return;
  const Descriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
  if (errno == ECONNREFUSED) unlink(address.sun_path);
}

Result<int> ListenUnix(const std::string& address) {
  const Result<sockaddr_un> at = UnixAddress(address);
  if (!at.ok()) return at.status();
  RemoveStaleSocket(*at);
  Descriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0 || bind(fd.get(), reinterpret_cast<const sockaddr*>(&*at), sizeof *at) != 0 ||
      listen(fd.get(), SOMAXCONN) != 0) {
    return CannotListen(address);
  }
  return fd.Release();
}

// Waits for a connect() under way. True when it succeeded; errno says why not.
bool FinishConnect(int fd, SteadyTime deadline) {
  if (!WaitFor(fd, false, deadline)) {
    errno = ETIMEDOUT;
    return false;
  }
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  errno = error;
  return error == 0;
}

Status CannotConnect(const std::string& address) {
  return Status::Unavailable("cannot connect to " + address + ": " + Lowered(std::strerror(errno)));
}

std::string Describe(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return std::string(text) + ":" + std::to_string(ntohs(v4.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return "[" + std::string(text) + "]:" + std::to_string(ntohs(v6.sin6_port));
  }
  return "unix";
}

}  // namespace

Result<int> Listen(const std::string& address) {
  if (address.starts_with(kUnixPrefix)) return ListenUnix(address);
  Result<AddressList> list = Resolve(address, true);
  if (!list.ok()) return list.status();
  const addrinfo* at = list->get();
  Descriptor fd(socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol));
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (fd.get() < 0 || bind(fd.get(), at->ai_addr, at->ai_addrlen) != 0 || listen(fd.get(), SOMAXCONN) != 0) {
    return CannotListen(address);
  }
  return fd.Release();
}

Result<int> AdoptListener(int fd) {
  int listening = 0;
  socklen_t size = sizeof listening;
  if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0) {
    return Status::Invalid("descriptor " + std::to_string(fd) + " is not a listening socket");
  }
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
}

Result<int> Connect(const std::string& address, Duration timeout) {
  const SteadyTime deadline =
      std::chrono::steady_clock::now() + std::chrono::duration_cast<SteadyTime::duration>(timeout);
  if (address.starts_with(kUnixPrefix)) {
    const Result<sockaddr_un> at = UnixAddress(address);
    if (!at.ok()) return at.status();
    Descriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&*at), sizeof *at) != 0) return CannotConnect(address);
    return fd.Release();
  }
  Result<AddressList> list = Resolve(address, false);
  if (!list.ok()) return list.status();
  Status failure;
  for (const addrinfo* at = list->get(); at; at = at->ai_next) {
    Descriptor fd(socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol));
    if (connect(fd.get(), at->ai_addr, at->ai_addrlen) == 0 ||
        (errno == EINPROGRESS && FinishConnect(fd.get(), deadline))) {
      TuneConnection(fd.get());
      return fd.Release();
    }
    failure = CannotConnect(address);
  }
  return failure;
}

std::string LocalAddress(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "closed";
  return Describe(address);
}

std::string RemoteAddress(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "closed";
  return Describe(address);
}

bool IsUnixSocket(int fd) {
  int domain = 0;
  socklen_t size = sizeof domain;
  return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

void TuneConnection(int fd) {
  const int on = 1;
  const int idle_seconds = 30;
  const int interval_seconds = 10;
  const int probes = 3;
  const unsigned unacknowledged_ms = 60'000;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_seconds, sizeof interval_seconds);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms, sizeof unacknowledged_ms);
}

bool WaitFor(int fd, bool readable, SteadyTime deadline) {
  pollfd wanted{fd, static_cast<short>(readable ? POLLIN : POLLOUT), 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const auto wait = std::clamp<int64_t>(left.count(), 0, 3'600'000);
    const int n = poll(&wanted, 1, static_cast<int>(wait));
    if (n > 0) return true;
    if (n == 0 && wait == left.count()) return false;
    if (n == 0 && left.count() <= 0) return false;
    if (n < 0 && errno != EINTR) return true;  // the next call on the descriptor tells
  }
}

}  // namespace croft::http
