#include "operator/ingress/haproxy_runtime.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <set>

namespace croft::ingress {
namespace {

constexpr int kReplyMillis = 5000;
// HAProxy takes a command of one buffer (16 KiB) at most.
constexpr size_t kMaxPayload = 12 * 1024;

constexpr std::string_view kNewVersion = "New version created: ";

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \r\n\t") == std::string_view::npos;
}

std::string FirstLine(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of("\r\n "), text.size());
  text.remove_prefix(begin);
  return std::string(text.substr(0, text.find('\n')));
}

// Replaces a map's whole content in one step, as seen by requests.
void SwapMap(const std::string& path, std::string_view content, std::vector<RuntimeCommand>& out) {
  out.push_back({"prepare map " + path, std::string(kNewVersion)});
  while (!content.empty()) {
    size_t end = content.size();
    if (end > kMaxPayload) end = content.rfind('\n', kMaxPayload) + 1;
    out.push_back({"add map @? " + path + " <<\n" + std::string(content.substr(0, end)), ""});
    content.remove_prefix(end);
  }
  out.push_back({"commit map @? " + path, ""});
}

void ReplaceCertificate(const std::string& path, const std::string& pem, std::vector<RuntimeCommand>& out) {
  out.push_back({"set ssl cert " + path + " <<\n" + pem, "Transaction"});
  out.push_back({"commit ssl cert " + path, "Success!"});
}

// False when only a reload can do it.
bool AddCertificates(const HaproxyState& from, const HaproxyState& to, const HaproxySettings& settings,
                     std::vector<RuntimeCommand>& out) {
  for (const auto& [name, certificate] : to.certificates) {
    const auto old = from.certificates.find(name);
    if (old != from.certificates.end() && old->second == certificate) continue;
    if (certificate.pem.size() > kMaxPayload) return false;
    const std::string path = CertificatePath(name, settings);
    if (old != from.certificates.end()) {
      if (old->second.hosts != certificate.hosts) return false;
      ReplaceCertificate(path, certificate.pem, out);
      continue;
    }
    out.push_back({"new ssl cert " + path, "New empty certificate store"});
    ReplaceCertificate(path, certificate.pem, out);
    out.push_back({"add ssl crt-list " + CertificateListPath(settings) + " <<\n" +
                       CertificateLine(name, certificate, settings) + "\n",
                   "Success!"});
  }
  return true;
}

void RemoveCertificates(const HaproxyState& from, const HaproxyState& to, const HaproxySettings& settings,
                        std::vector<RuntimeCommand>& out) {
  for (const auto& [name, certificate] : from.certificates) {
    if (to.certificates.count(name) > 0) continue;
    const std::string path = CertificatePath(name, settings);
    out.push_back({"del ssl crt-list " + CertificateListPath(settings) + " " + path, "deleted"});
    out.push_back({"del ssl cert " + path, "deleted"});
  }
}

void AddServers(const HaproxyState& from, const HaproxyState& to, const std::set<std::string>& retired,
                const HaproxySettings& settings, std::vector<RuntimeCommand>& out) {
  for (const auto& [backend, servers] : to.servers) {
    const auto old_servers = from.servers.find(backend);
    for (const auto& [name, server] : servers) {
      const std::string full = backend + "/" + name;
      const bool known = old_servers != from.servers.end() && old_servers->second.count(name) > 0;
      if (known) {
        if (old_servers->second.at(name) == server) continue;
        out.push_back({"set server " + full + " weight " + (server.draining ? "0" : "100"), ""});
      } else if (retired.count(full) > 0) {
        out.push_back({"set server " + full + " weight " + (server.draining ? "0" : "100"), ""});
        out.push_back({"set server " + full + " state ready", ""});
      } else {
        out.push_back({"add server " + full + " " + ServerWords(server, settings), "New server registered"});
        out.push_back({"enable health " + full, ""});
        out.push_back({"enable server " + full, ""});
      }
    }
  }
}

void RetireServers(const HaproxyState& from, const HaproxyState& to, RuntimeChange& change) {
  for (const auto& [backend, servers] : from.servers) {
    const auto wanted = to.servers.find(backend);
    for (const auto& [name, server] : servers) {
      if (wanted != to.servers.end() && wanted->second.count(name) > 0) continue;
      change.commands.push_back({"set server " + backend + "/" + name + " state maint", ""});
      change.retired.push_back(backend + "/" + name);
    }
  }
}

}  // namespace

Result<std::string> AskHaproxy(const std::string& socket_path, std::string_view command) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path) return Status::Invalid("the path " + socket_path + " is too long");
  std::memcpy(address.sun_path, socket_path.c_str(), socket_path.size() + 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct Closer {
    int fd;
    ~Closer() { close(fd); }
  } closer{fd};
  if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Status::Unavailable("HAProxy does not answer at " + socket_path + ": " + std::strerror(errno));
  }
  const std::string line = std::string(command) + "\n";
  for (size_t sent = 0; sent < line.size();) {
    const ssize_t n = send(fd, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Status::Unavailable("HAProxy closed " + socket_path);
    sent += static_cast<size_t>(n);
  }
  // The master waits for more commands unless it is told that none comes.
  shutdown(fd, SHUT_WR);
  std::string reply;
  char buffer[16 * 1024];
  while (true) {
    pollfd ready{fd, POLLIN, 0};
    if (poll(&ready, 1, kReplyMillis) == 0) return Status::Unavailable("HAProxy does not answer at " + socket_path);
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return reply;
    reply.append(buffer, static_cast<size_t>(n));
  }
}

Status RunCommands(const std::string& socket_path, const std::vector<RuntimeCommand>& commands) {
  std::string version;  // of the map that is being prepared; counted by HAProxy
  for (const RuntimeCommand& command : commands) {
    std::string text = command.text;
    const size_t first_line = text.find('\n');
    const size_t mark = text.find(" @? ");
    if (mark < first_line) text.replace(mark + 2, 1, version);
    Result<std::string> reply = AskHaproxy(socket_path, text);
    if (!reply.ok()) return reply.status();
    const bool worked = command.expected.empty() ? IsBlank(*reply) : reply->find(command.expected) != std::string::npos;
    // Only the first line of a command is told: what follows may be a key.
    if (!worked)
      return Status::Internal("HAProxy answers '" + FirstLine(command.text) + "' with: " + FirstLine(*reply));
    if (command.expected == kNewVersion) {
      version = FirstLine(reply->substr(reply->find(kNewVersion) + kNewVersion.size()));
    }
  }
  return Status::Ok();
}

Result<int> WorkerPid(const HaproxySettings& settings) {
  Result<std::string> info = AskHaproxy(StatsSocketPath(settings), "show info");
  if (!info.ok()) return info.status();
  const size_t at = info->find("\nPid: ");
  if (at == std::string::npos) return Status::Unavailable("HAProxy does not tell its pid");
  return std::atoi(info->c_str() + at + 6);
}

RuntimeChange PlanRuntimeChange(const HaproxyState& from, const HaproxyState& to,
                                const std::vector<std::string>& retired, const HaproxySettings& settings) {
  RuntimeChange change;
  if (from.frame != to.frame) return change;
  // A backend that is no longer wanted may stay until the next reload; a new or different one needs it now.
  for (const auto& [name, section] : to.sections) {
    const auto old = from.sections.find(name);
    if (old == from.sections.end() || old->second != section) return change;
  }
  if (!AddCertificates(from, to, settings, change.commands)) return {};
  AddServers(from, to, std::set<std::string>(retired.begin(), retired.end()), settings, change.commands);
  if (from.exact_map != to.exact_map) SwapMap(ExactMapPath(settings), to.exact_map, change.commands);
  if (from.prefix_map != to.prefix_map) SwapMap(PrefixMapPath(settings), to.prefix_map, change.commands);
  RetireServers(from, to, change);
  RemoveCertificates(from, to, settings, change.commands);
  change.commands.push_back({"set map " + StateMapPath(settings) + " applied " + HaproxyFingerprint(to), ""});
  change.possible = true;
  return change;
}

}  // namespace croft::ingress
