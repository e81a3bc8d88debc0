// A web server that says who it is: "Hostname: web-1\nVersion: v1\n". Paths: /healthz answers "ok"; /slow?ms=N waits
// before it answers (at most 10 s); everything else says who. Options: --port N (8080), --exit-after SECONDS and
// --fail-health for tests.

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMaxHeader = 16 * 1024;
constexpr auto kIdle = std::chrono::seconds(75);

volatile sig_atomic_t g_stop = 0;

struct Connection {
  int fd;
  std::string in;
  std::string out;
  bool close_after = false;
  bool waiting = false;  // an answer is held back until `due`
  Clock::time_point due;
  Clock::time_point last_active;
};

std::string HostName() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return name;
}

std::string Reply(int code, const char* text, const std::string& body, bool close) {
  return "HTTP/1.1 " + std::to_string(code) + " " + text +
         "\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) +
         (close ? "\r\nConnection: close" : "") + "\r\n\r\n" + body;
}

bool HasHeader(std::string_view head, std::string_view wanted) {
  const auto lower = [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); };
  return std::search(head.begin(), head.end(), wanted.begin(), wanted.end(),
                     [&](char a, char b) { return lower(a) == b; }) != head.end();
}

class Server {
 public:
  Server(std::string version, bool fail_health) : version_(std::move(version)), fail_health_(fail_health) {}

  bool Listen(int port) {
    listener_ = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int family = AF_INET6;
    if (listener_ < 0) {
      family = AF_INET;
      listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    }
    const int on = 1, off = 0;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == AF_INET6) {
      setsockopt(listener_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
      sockaddr_in6 address{};
      address.sin6_family = AF_INET6;
      address.sin6_port = htons(static_cast<uint16_t>(port));
      if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return false;
    } else {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(static_cast<uint16_t>(port));
      if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return false;
    }
    return listen(listener_, 1024) == 0;
  }

  // Serves until SIGTERM, then finishes what it has.
  void Run(Clock::time_point end) {
    while (true) {
      if (g_stop != 0 || Clock::now() >= end) StopListening();
      if (listener_ < 0 && Drained()) return;
      std::vector<pollfd> fds;
      if (listener_ >= 0) fds.push_back({listener_, POLLIN, 0});
      for (const Connection& c : connections_) {
        const short events = c.out.empty() ? POLLIN : POLLOUT;
        fds.push_back({c.fd, c.waiting ? static_cast<short>(0) : events, 0});
      }
      poll(fds.data(), fds.size(), 20);
      Answer();
      size_t next = 0;
      if (listener_ >= 0 && fds[next++].revents != 0) Accept();
      for (size_t i = 0; next < fds.size(); ++next, ++i) {
        if (fds[next].revents != 0) Serve(connections_[i]);
      }
      Sweep();
    }
  }

 private:
  void StopListening() {
    if (listener_ < 0) return;
    // Whoever is in the queue was told that it is connected.
    Accept();
    close(listener_);
    listener_ = -1;
    stop_deadline_ = Clock::now() + std::chrono::seconds(5);
  }

  // Nothing under way: connections that only idle are closed once their peers had a moment to send what was on its way.
  bool Drained() const {
    if (Clock::now() >= stop_deadline_) return true;
    for (const Connection& c : connections_) {
      const bool quiet = c.in.empty() && c.out.empty() && !c.waiting;
      if (!quiet || Clock::now() - c.last_active < std::chrono::milliseconds(500)) return false;
    }
    return true;
  }

  void Accept() {
    for (int fd; (fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0;) {
      connections_.push_back({fd, {}, {}, false, false, {}, Clock::now()});
    }
  }

  void Serve(Connection& c) {
    c.last_active = Clock::now();
    char buffer[4096];
    if (c.out.empty() && !c.waiting) {
      const ssize_t n = read(c.fd, buffer, sizeof buffer);
      if (n <= 0) {
        if (n == 0 || (errno != EAGAIN && errno != EINTR)) Drop(c);
        return;
      }
      c.in.append(buffer, static_cast<size_t>(n));
      Parse(c);
    }
    Flush(c);
  }

  void Parse(Connection& c) {
    const size_t end = c.in.find("\r\n\r\n");
    if (end == std::string::npos) {
      if (c.in.size() > kMaxHeader)
        c.out = Reply(431, "Request Header Fields Too Large", "", true), c.close_after = true;
      return;
    }
    const std::string head = c.in.substr(0, end);
    c.in.erase(0, end + 4);
    const size_t space = head.find(' ');
    const size_t after = space == std::string::npos ? space : head.find(' ', space + 1);
    if (after == std::string::npos || HasHeader(head, "\r\ntransfer-encoding:")) {
      c.out = Reply(400, "Bad Request", "", true);
      c.close_after = true;
      return;
    }
    const std::string path = head.substr(space + 1, after - space - 1);
    c.close_after = g_stop != 0 || HasHeader(head, "\r\nconnection: close");
    if (path == "/healthz") {
      c.out = fail_health_ ? Reply(500, "Internal Server Error", "failing\n", c.close_after)
                           : Reply(200, "OK", "ok\n", c.close_after);
      return;
    }
    if (path.rfind("/slow?ms=", 0) == 0) {
      c.waiting = true;
      c.due = Clock::now() + std::chrono::milliseconds(std::clamp(std::atoi(path.c_str() + 9), 0, 10'000));
      return;
    }
    c.out = WhoAmI(c.close_after);
  }

  std::string WhoAmI(bool close) const {
    return Reply(200, "OK", "Hostname: " + HostName() + "\nVersion: " + version_ + "\n", close);
  }

  // Gives the answers whose time has come.
  void Answer() {
    for (Connection& c : connections_) {
      if (!c.waiting || Clock::now() < c.due) continue;
      c.waiting = false;
      c.close_after = c.close_after || g_stop != 0;
      c.out = WhoAmI(c.close_after);
      Flush(c);
    }
  }

  void Flush(Connection& c) {
    if (c.fd < 0 || c.out.empty()) return;
    const ssize_t n = write(c.fd, c.out.data(), c.out.size());
    if (n < 0 && errno != EAGAIN && errno != EINTR) return Drop(c);
    if (n > 0) c.out.erase(0, static_cast<size_t>(n));
    if (!c.out.empty()) return;
    if (c.close_after) return Drop(c);
    if (!c.in.empty()) {  // a pipelined request
      Parse(c);
      Flush(c);
    }
  }

  void Drop(Connection& c) {
    if (c.fd >= 0) close(c.fd);
    c.fd = -1;
  }

  void Sweep() {
    for (Connection& c : connections_) {
      if (c.fd >= 0 && !c.waiting && Clock::now() - c.last_active > kIdle) Drop(c);
    }
    std::erase_if(connections_, [](const Connection& c) { return c.fd < 0; });
  }

  const std::string version_;
  const bool fail_health_;
  int listener_ = -1;
  Clock::time_point stop_deadline_;
  std::vector<Connection> connections_;
};

}  // namespace

int main(int argc, char** argv) {
  int port = 8080;
  bool fail_health = false;
  Clock::time_point end = Clock::time_point::max();
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--fail-health") fail_health = true;
    if (i + 1 >= argc) continue;
    if (option == "--port") port = std::atoi(argv[++i]);
    if (option == "--exit-after") end = Clock::now() + std::chrono::seconds(std::atoi(argv[++i]));
  }
  signal(SIGPIPE, SIG_IGN);
  struct sigaction stop {};
  stop.sa_handler = [](int) { g_stop = 1; };
  sigaction(SIGTERM, &stop, nullptr);
  sigaction(SIGINT, &stop, nullptr);
  const char* version = std::getenv("VERSION");
  Server server(version == nullptr ? "unknown" : version, fail_health);
  if (!server.Listen(port)) {
    std::fprintf(stderr, "whoami: cannot listen on port %d: %s\n", port, std::strerror(errno));
    return 1;
  }
  std::printf("whoami %s listening on port %d as %s\n", version == nullptr ? "unknown" : version, port,
              HostName().c_str());
  std::fflush(stdout);
  server.Run(end);
  std::printf("whoami stopped\n");
  return 0;
}
