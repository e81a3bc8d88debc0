#include "tools/cluster/wiring.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "operator/network/netlink.h"
#include "operator/network/netns.h"
#include "tools/cluster/init.h"

namespace croft::cluster {
namespace {

namespace fs = std::filesystem;
using network::Link;
using network::Netlink;

constexpr int kBacklog = 4096;
constexpr char kCgroups[] = "/sys/fs/cgroup";

Result<UniqueFd> NewSwitch() {
  Result<UniqueFd> netns = network::NewNetns();
  if (!netns.ok()) return netns;
  Result<Netlink> netlink = Netlink::OpenIn(netns->get());
  if (!netlink.ok()) return netlink.status();
  CROFT_RETURN_IF_ERROR(netlink->AddBridge(kSwitchBridge));
  const Result<Link> bridge = netlink->FindLink(kSwitchBridge);
  if (!bridge.ok()) return bridge.status();
  CROFT_RETURN_IF_ERROR(netlink->SetUp(bridge->index, true));
  return netns;
}

Result<UniqueFd> Listen(const std::string& ip, int port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, ip.c_str(), &address.sin_addr);
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 && listen(fd.get(), kBacklog) == 0) {
    return fd;
  }
  const std::string where = ip + ":" + std::to_string(port);
  if (errno == EADDRINUSE) {
    return Status::AlreadyExists("another program listens on " + where +
                                 " already (\"ss -ltnp\" shows which): a cluster "
                                 "needs that port for itself");
  }
  return Status::Internal("can't listen on " + where + ": " + std::strerror(errno));
}

// Version 2 has one hierarchy; of version 1 each controller has its own.
std::vector<fs::path> Hierarchies() {
  if (fs::exists(fs::path(kCgroups) / "cgroup.controllers")) return {kCgroups};
  std::vector<fs::path> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(kCgroups, error)) {
    if (entry.is_directory() && !entry.is_symlink()) found.push_back(entry.path());
  }
  return found;
}

// From the leaves up, since a cgroup's directory is never empty of its files, but goes when no cgroup is below it.
bool RemoveCgroupTree(const fs::path& dir) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir, error)) {
    if (entry.is_directory() && !entry.is_symlink()) RemoveCgroupTree(entry.path());
  }
  return rmdir(dir.c_str()) == 0 || errno == ENOENT;
}

}  // namespace

Result<UniqueFd> OpenSwitch(const ClusterState& state) {
  for (const MemberState& member : state.members) {
    if (!Alive(member.init)) continue;
    const std::string path = "/proc/" + std::to_string(member.init.pid) + "/fd/" + std::to_string(kSwitchFd);
    UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.valid()) return fd;
  }
  return NewSwitch();
}

std::string PortName(const Member& member) {
  // "lab-12" -> "n12"; the cluster's own name may be longer than a link's can be.
  return member.server ? "server" : "n" + member.name.substr(member.name.rfind('-') + 1);
}

Status SetPort(int network_switch, const Member& member, bool up) {
  Result<Netlink> netlink = Netlink::OpenIn(network_switch);
  if (!netlink.ok()) return netlink.status();
  const Result<Link> port = netlink->FindLink(PortName(member));
  if (!port.ok()) return port.status().Annotate("node " + member.name + " is not plugged in");
  return netlink->SetUp(port->index, up);
}

Status RemovePort(int network_switch, const Member& member) {
  Result<Netlink> netlink = Netlink::OpenIn(network_switch);
  if (!netlink.ok()) return netlink.status();
  const Result<Link> port = netlink->FindLink(PortName(member));
  if (port.ok()) return netlink->DeleteLink(port->index);
  return port.status().IsNotFound() ? Status::Ok() : port.status();
}

Result<std::vector<UniqueFd>> OpenPublicSockets(const std::string& address) {
  std::vector<UniqueFd> sockets;
  for (const PublicSocket& wanted : kPublicSockets) {
    Result<UniqueFd> fd = Listen(address, wanted.port);
    if (!fd.ok()) return fd.status();
    sockets.push_back(std::move(fd).value());
  }
  return sockets;
}

Status RemoveCgroups(const std::string& member) {
  // A cgroup is busy for a moment longer than its last process lives.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  for (const fs::path& hierarchy : Hierarchies()) {
    const fs::path dir = hierarchy.string() + CgroupParent(member);
    while (!RemoveCgroupTree(dir)) {
      if (std::chrono::steady_clock::now() > deadline) {
        return Status::Internal("can't remove the cgroup " + dir.string() + ": processes are in it");
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  return Status::Ok();
}

}  // namespace croft::cluster
