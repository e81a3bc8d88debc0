#include "operator/network/host_ports.h"

#include <sys/socket.h>

#include <algorithm>
#include <set>

#include "operator/network/nft.h"
#include "operator/network/prefix.h"

namespace croft::network {
namespace {

constexpr char kChain[] = "host_ports";

// Before what Podman and the machine's owner translate, as these ports are promised to pods. The guard is before
// everything, and stays when the last port goes: links may carry 127.0.0.0/8 still.
constexpr char kFrame[] =
    "add table ip croft\n"
    "add chain ip croft host_ports\n"
    "add chain ip croft host_ports_in { type nat hook prerouting priority -110; policy accept; }\n"
    "add chain ip croft host_ports_out { type nat hook output priority -110; policy accept; }\n"
    "add chain ip croft host_ports_back { type nat hook postrouting priority 90; policy accept; }\n"
    "add chain ip croft loopback_guard { type filter hook prerouting priority -300; policy accept; }\n"
    "flush chain ip croft host_ports_in\n"
    "flush chain ip croft host_ports_out\n"
    "flush chain ip croft host_ports_back\n"
    "flush chain ip croft host_ports\n"
    "flush chain ip croft loopback_guard\n"
    "add rule ip croft loopback_guard iifname != \"lo\" ip daddr 127.0.0.0/8 drop\n";

// New connections to the node need not be looked at any more.
constexpr char kNoPorts[] =
    "delete chain ip croft host_ports_in\n"
    "delete chain ip croft host_ports_out\n"
    "delete chain ip croft host_ports_back\n"
    "delete chain ip croft host_ports\n";

bool IsIpv4(const std::string& text) {
  const std::optional<Prefix> address = ParseAddress(text);
  return address && address->family == AF_INET;
}

bool IsPort(int port) {
  return port > 0 && port < 65536;
}

Status Check(const HostPort& port) {
  const bool protocol = port.protocol == "TCP" || port.protocol == "UDP" || port.protocol == "SCTP";
  if (protocol && IsPort(port.host_port) && IsPort(port.pod_port) && IsIpv4(port.pod_ip) &&
      (port.host_ip.empty() || IsIpv4(port.host_ip))) {
    return Status::Ok();
  }
  return Status::Invalid("\"" + Describe(port) + "\" leads from no IPv4 port of a node to one of a pod");
}

std::string RuleOf(const HostPort& port) {
  std::string protocol = port.protocol;
  std::transform(protocol.begin(), protocol.end(), protocol.begin(), [](char c) { return static_cast<char>(c | 32); });
  return std::string("add rule ip croft host_ports ") + (port.host_ip.empty() ? "" : "ip daddr " + port.host_ip + " ") +
         "meta l4proto " + protocol + " th dport " + std::to_string(port.host_port) + " dnat to " + port.pod_ip + ":" +
         std::to_string(port.pod_port) + " comment \"" + Describe(port) + "\"\n";
}

}  // namespace

Result<std::string> HostPortCommands(const std::vector<HostPort>& ports, const std::string& node_address) {
  std::string commands = kFrame;
  if (ports.empty()) return commands + kNoPorts;
  for (const char* hook : {"in", "out"}) {
    commands += std::string("add rule ip croft host_ports_") + hook + " fib daddr type local jump host_ports\n";
  }
  std::set<std::string> pods;
  for (const HostPort& port : ports) {
    CROFT_RETURN_IF_ERROR(Check(port));
    commands += RuleOf(port);
    pods.insert(port.pod_ip);
  }
  for (const std::string& pod : pods) {
    for (const std::string& sender : {std::string("127.0.0.0/8"), pod}) {
      commands += "add rule ip croft host_ports_back ct status dnat ip saddr " + sender + " ip daddr " + pod +
                  " snat to " + node_address + "\n";
    }
  }
  return commands;
}

std::vector<std::string> CommentsOf(const std::string& chain) {
  static constexpr std::string_view kMark = "comment \"";
  std::vector<std::string> comments;
  for (size_t at = chain.find(kMark); at != std::string::npos; at = chain.find(kMark, at)) {
    at += kMark.size();
    comments.push_back(chain.substr(at, chain.find('"', at) - at));
  }
  return comments;
}

Result<bool> WriteHostPorts(std::vector<HostPort> ports, const std::string& node_address) {
  std::sort(ports.begin(), ports.end());
  std::vector<std::string> wanted;
  for (const HostPort& port : ports) wanted.push_back(Describe(port));
  const Result<std::string> present = ListChain(kChain);
  if (!present.ok()) return present.status();
  if (CommentsOf(*present) == wanted) return false;
  const Result<std::string> commands = HostPortCommands(ports, node_address);
  if (!commands.ok()) return commands.status();
  CROFT_RETURN_IF_ERROR(RunNft(*commands));
  return true;
}

}  // namespace croft::network
