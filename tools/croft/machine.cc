#include "tools/croft/machine.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace croft::cli {
namespace {

std::string Text(const sockaddr_in& address) {
  char text[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
  return text;
}

// The first address of an interface that is up and no loopback.
std::string FirstAddress() {
  std::string found = "127.0.0.1";
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return found;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    const bool usable = at->ifa_addr != nullptr && at->ifa_addr->sa_family == AF_INET &&
                        (at->ifa_flags & IFF_UP) != 0 && (at->ifa_flags & IFF_LOOPBACK) == 0;
    if (!usable) continue;
    found = Text(*reinterpret_cast<const sockaddr_in*>(at->ifa_addr));
    break;
  }
  freeifaddrs(list);
  return found;
}

}  // namespace

std::string HostName() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  std::string text = name;
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text.empty() ? "localhost" : text;
}

void RaiseDescriptorLimit() {
  // A hard limit may be a thousand million, and there are programs that close each descriptor that they might have.
  static constexpr rlim_t kEnough = 65'536;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, kEnough));
  setrlimit(RLIMIT_NOFILE, &limit);  // what fails leaves the limit as it was
}

std::string OwnAddress(const std::string& target) {
  // Connecting a datagram socket only asks the routing table. 192.0.2.1 is reserved for documentation (RFC 5737): any
  // address that takes the default route serves.
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(9);
  if (inet_pton(AF_INET, target.empty() ? "192.0.2.1" : target.c_str(), &to.sin_addr) != 1) return FirstAddress();
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return FirstAddress();
  sockaddr_in own{};
  socklen_t size = sizeof own;
  const bool known = connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) == 0;
  close(fd);
  return known ? Text(own) : FirstAddress();
}

std::vector<InheritedSocket> InheritedSockets() {
  constexpr int kFirst = 3;
  std::vector<InheritedSocket> sockets;
  const char* count = std::getenv("LISTEN_FDS");
  const char* pid = std::getenv("LISTEN_PID");
  if (count == nullptr || (pid != nullptr && std::atol(pid) != static_cast<long>(getpid()))) return sockets;
  const char* names = std::getenv("LISTEN_FDNAMES");
  std::string rest = names == nullptr ? "" : names;
  for (int i = 0; i < std::min(std::atoi(count), 64); ++i) {
    const size_t colon = rest.find(':');
    sockets.push_back({rest.substr(0, colon), kFirst + i});
    rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
    fcntl(kFirst + i, F_SETFD, FD_CLOEXEC);
  }
  // Not for the programs that this one starts.
  for (const char* name : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}) unsetenv(name);
  return sockets;
}

}  // namespace croft::cli
