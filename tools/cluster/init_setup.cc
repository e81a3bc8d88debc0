#include "tools/cluster/init_setup.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "operator/network/netlink.h"
#include "operator/network/netns.h"

namespace croft::cluster {
namespace {

using network::Link;
using network::Netlink;

Status Mount(const char* type, const std::string& target, unsigned long flags, const char* options) {
  if (mount(type, target.c_str(), type, flags, options) == 0) return Status::Ok();
  return Status::Internal(std::string("can't mount ") + type + " on " + target + ": " + std::strerror(errno));
}

// What Podman and runc keep outside their storage must be the node's own, and gone after a power cut: that is how
// Podman notices that its containers run no more.
Status MountNode(const InitSpec& spec) {
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return Status::Internal(std::string("can't make mounts private: ") + std::strerror(errno));
  }
  CROFT_RETURN_IF_ERROR(Mount("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr));
  CROFT_RETURN_IF_ERROR(Mount("tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=755"));
  CROFT_RETURN_IF_ERROR(Mount("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777"));
  std::error_code error;
  for (const std::string& dir : spec.tmpfs) {
    std::filesystem::create_directories(dir, error);
    CROFT_RETURN_IF_ERROR(Mount("tmpfs", dir, MS_NOSUID | MS_NODEV, "mode=711"));
  }
  for (const char* dir : {"/run/netns", "/run/lock"}) std::filesystem::create_directories(dir, error);
  return Status::Ok();
}

// Fixed by the address, so that a node that comes back is where its peers believe it to be.
std::string MacFor(const network::Prefix& address) {
  std::string mac = {0x02, 0x50};
  mac.append(reinterpret_cast<const char*>(address.bytes.data()), 4);
  return mac;
}

Status PlugIn(Netlink& own, const InitSpec& spec, const network::Prefix& address) {
  Result<Netlink> at_switch = Netlink::OpenIn(kSwitchFd);
  if (!at_switch.ok()) return at_switch.status();
  // An earlier life of the node may not have been cleared away yet.
  if (const Result<Link> old = at_switch->FindLink(spec.port); old.ok()) {
    CROFT_RETURN_IF_ERROR(at_switch->DeleteLink(old->index));
  }
  CROFT_RETURN_IF_ERROR(own.AddVeth({"eth0", spec.port, kSwitchFd, 0, MacFor(address)}));
  const Result<Link> port = at_switch->FindLink(spec.port);
  if (!port.ok()) return port.status();
  const Result<Link> bridge = at_switch->FindLink(kSwitchBridge);
  if (!bridge.ok()) return bridge.status();
  CROFT_RETURN_IF_ERROR(at_switch->SetMaster(port->index, bridge->index));
  return at_switch->SetUp(port->index, true);
}

Status ConnectNode(const InitSpec& spec) {
  const std::optional<network::Prefix> address = network::ParsePrefix(spec.address);
  if (!address) return Status::Invalid("\"" + spec.address + "\" is no address for a node");
  Result<Netlink> own = Netlink::Open();
  if (!own.ok()) return own.status();
  CROFT_RETURN_IF_ERROR(PlugIn(*own, spec, *address));
  const Result<Link> lo = own->FindLink("lo");
  if (!lo.ok()) return lo.status();
  const Result<Link> eth0 = own->FindLink("eth0");
  if (!eth0.ok()) return eth0.status();
  CROFT_RETURN_IF_ERROR(own->SetUp(lo->index, true));
  CROFT_RETURN_IF_ERROR(own->SetUp(eth0->index, true));
  CROFT_RETURN_IF_ERROR(own->AddAddress({eth0->index, *address, false}));
  // Nodes have a default route to the server, since a Service's address must be routed to be translated; what is meant
  // for the world ends there, and is told so rather than dropped, for which a machine has to forward.
  if (spec.gateway.empty()) return network::SetSysctl("net/ipv4/ip_forward", "1");
  network::Route route;
  route.destination.family = address->family;
  route.via = spec.gateway;
  return own->ReplaceRoute(route);
}

}  // namespace

Status SetUpNode(const InitSpec& spec) {
  CROFT_RETURN_IF_ERROR(MountNode(spec));
  if (sethostname(spec.hostname.c_str(), spec.hostname.size()) != 0) {
    return Status::Internal("can't set the host name " + spec.hostname + ": " + std::strerror(errno));
  }
  return ConnectNode(spec);
}

}  // namespace croft::cluster
