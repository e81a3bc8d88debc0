#include "operator/network/linux_net.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstdio>

#include "api/base/id.h"
#include "api/base/log.h"
#include "operator/network/conntrack.h"
#include "operator/network/host_ports.h"
#include "operator/network/netns.h"
#include "operator/network/nft.h"
#include "operator/network/plan.h"
#include "operator/network/probe.h"

namespace croft::network {
namespace {

// What every pod has as its gateway. Each pod's link carries it on the node's side, so it is always one hop away and
// never needs to be chosen.
constexpr char kGateway[] = "169.254.1.1";
constexpr char kPodLink[] = "eth0";
constexpr int kDefaultMtu = 1500;

// That of the link with the node's address, over which packets to other nodes travel.
Result<int> UplinkMtu(Netlink& node, const std::string& node_address) {
  const std::optional<Prefix> address = ParseAddress(node_address);
  if (!address) return Status::Invalid("the node's address \"" + node_address + "\" is not an IP address");
  const Result<std::vector<Address>> addresses = node.Addresses();
  if (!addresses.ok()) return addresses.status();
  const auto found = std::find_if(addresses->begin(), addresses->end(),
                                  [&](const Address& a) { return a.prefix.bytes == address->bytes; });
  if (found == addresses->end()) {
    return Status::Invalid("the node's address " + node_address + " is on no link of this machine: give one that is");
  }
  const Result<std::vector<Link>> links = node.Links();
  if (!links.ok()) return links.status();
  for (const Link& link : *links) {
    // lo's is beyond what any other link carries.
    if (link.index == found->link && link.name != "lo") return link.mtu;
  }
  return kDefaultMtu;
}

// True when `host` and the pod's eth0 are the two ends of one pair and eth0 has no other address than `ip`.
Result<bool> IsWhole(Netlink& pod, const Link& host, const Link& inner, const Prefix& ip) {
  if (inner.peer != host.index || host.peer != inner.index) return false;
  const Result<std::vector<Address>> addresses = pod.Addresses();
  if (!addresses.ok()) return addresses.status();
  return std::none_of(addresses->begin(), addresses->end(), [&](const Address& a) {
    return a.link == inner.index && a.prefix.family == AF_INET && !(a.prefix == ip);
  });
}

Status ConfigurePod(Netlink& pod, const Prefix& ip) {
  const Result<Link> lo = pod.FindLink("lo");
  if (!lo.ok()) return lo.status();
  const Result<Link> link = pod.FindLink(kPodLink);
  if (!link.ok()) return link.status();
  CROFT_RETURN_IF_ERROR(pod.SetUp(lo->index, true));
  CROFT_RETURN_IF_ERROR(pod.SetUp(link->index, true));
  CROFT_RETURN_IF_ERROR(pod.AddAddress({link->index, ip, false}));
  Route gateway;
  gateway.destination = *ParseAddress(kGateway);
  gateway.link = link->index;
  CROFT_RETURN_IF_ERROR(pod.ReplaceRoute(gateway));
  Route world;
  world.destination.family = AF_INET;
  world.via = kGateway;
  world.link = link->index;
  return pod.ReplaceRoute(world);
}

Status ConfigureNode(Netlink& node, const std::string& link_name, const Prefix& ip, const std::string& source) {
  const Result<Link> link = node.FindLink(link_name);
  if (!link.ok()) return link.status();
  // A pod speaks with its own address or not at all.
  CROFT_RETURN_IF_ERROR(SetSysctl("net/ipv4/conf/" + link_name + "/rp_filter", "1"));
  CROFT_RETURN_IF_ERROR(node.SetUp(link->index, true));
  // Of link scope: with a wider one it would be taken as the source of masqueraded packets.
  CROFT_RETURN_IF_ERROR(node.AddAddress({link->index, *ParseAddress(kGateway), true}));
  Route route;
  route.destination = ip;
  route.link = link->index;
  route.source = source;
  route.protocol = kPodRoutes;
  return node.ReplaceRoute(route);
}

// What the node says to 127.0.0.1 goes to a pod over the pod's link only when that link may carry it; the rules keep
// everything else from using it.
Status CarryLoopback(Netlink& node, const std::vector<HostPort>& ports) {
  const Result<std::vector<Route>> routes = node.Routes(kPodRoutes);
  if (!routes.ok()) return routes.status();
  const Result<std::vector<Link>> links = node.Links();
  if (!links.ok()) return links.status();
  for (const Route& route : *routes) {
    const std::string pod = FormatAddress(route.destination);
    if (std::none_of(ports.begin(), ports.end(), [&](const HostPort& port) { return port.pod_ip == pod; })) continue;
    for (const Link& link : *links) {
      if (link.index != route.link) continue;
      CROFT_RETURN_IF_ERROR(SetSysctl("net/ipv4/conf/" + link.name + "/route_localnet", "1"));
    }
  }
  return Status::Ok();
}

}  // namespace

std::string LinuxNet::LinkName(const std::string& pod_uid) {
  char name[16];
  std::snprintf(name, sizeof name, "cr%012llx",
                static_cast<unsigned long long>(StableHash(pod_uid) & 0xffff'ffff'ffff));
  return name;
}

Status LinuxNet::Prepare() {
  CROFT_RETURN_IF_ERROR(SetSysctl("net/ipv4/ip_forward", "1"));
  return MasqueradeEgress(settings_.pod_network);
}

Status LinuxNet::AttachPod(int pid, const std::string& pod_uid, const std::string& ip) {
  const std::optional<Prefix> address = ParseAddress(ip);
  if (!address || address->family != AF_INET) {
    return Status::Invalid("can't give pod " + pod_uid + " the address \"" + ip + "\": it is not an IPv4 address");
  }
  const Result<UniqueFd> netns = OpenNetns(pid);
  if (!netns.ok()) return netns.status();
  Result<Netlink> node = Netlink::Open();
  if (!node.ok()) return node.status();
  const std::string link_name = LinkName(pod_uid);
  Status status = ConnectPod(*node, netns->get(), *address, link_name);
  if (status.ok() || status.IsAlreadyExists()) return status;
  // No half of a pair stays behind.
  if (const Result<Link> made = node->FindLink(link_name); made.ok()) (void)node->DeleteLink(made->index).ok();
  return status.Annotate("can't attach pod " + pod_uid + " with address " + ip);
}

// In this order: the pair, the pod's side, and the route to the pod last, when there is someone to answer.
Status LinuxNet::ConnectPod(Netlink& node, int netns, const Prefix& ip, const std::string& link_name) {
  Result<Netlink> pod = Netlink::OpenIn(netns);
  if (!pod.ok()) return pod.status();
  Result<Link> host = node.FindLink(link_name);
  if (!host.ok() && !host.status().IsNotFound()) return host.status();
  const Result<Link> inner = pod->FindLink(kPodLink);
  if (!inner.ok() && !inner.status().IsNotFound()) return inner.status();

  const Result<std::vector<Route>> routes = node.Routes(kPodRoutes);
  if (!routes.ok()) return routes.status();
  for (const Route& route : *routes) {
    if (route.destination == ip && !(host.ok() && route.link == host->index)) {
      return Status::AlreadyExists("the address " + FormatAddress(ip) + " belongs to another pod of this node");
    }
  }
  if (host.ok()) {
    const Result<bool> whole = inner.ok() ? IsWhole(*pod, *host, *inner, ip) : Result<bool>(false);
    if (!whole.ok()) return whole.status();
    if (!*whole) {  // it led to an earlier sandbox of the pod
      CROFT_RETURN_IF_ERROR(node.DeleteLink(host->index));
      host = Status::NotFound("deleted");
    }
  }
  if (!host.ok()) {
    const Result<int> mtu = UplinkMtu(node, settings_.node_address);
    if (!mtu.ok()) return mtu.status();
    CROFT_RETURN_IF_ERROR(node.AddVeth({link_name, kPodLink, netns, *mtu, {}}));
  }
  CROFT_RETURN_IF_ERROR(ConfigurePod(*pod, ip));
  return ConfigureNode(node, link_name, ip, settings_.node_address);
}

Status LinuxNet::DetachPod(const std::string& pod_uid, const std::string& ip) {
  Result<Netlink> node = Netlink::Open();
  if (!node.ok()) return node.status();
  const Result<Link> link = node->FindLink(LinkName(pod_uid));
  // Its route, addresses and the other end go with the link, whose namespace may be gone already.
  if (link.ok()) return node->DeleteLink(link->index).Annotate("can't detach pod " + pod_uid + " with address " + ip);
  return link.status().IsNotFound() ? Status::Ok() : link.status();
}

Status LinuxNet::SetPeerRoutes(const std::vector<PeerRoute>& routes) {
  Result<Netlink> node = Netlink::Open();
  if (!node.ok()) return node.status();
  const Result<std::vector<Route>> existing = node->Routes(kPeerRoutes);
  if (!existing.ok()) return existing.status();
  const Result<std::vector<Address>> own = node->Addresses();
  if (!own.ok()) return own.status();
  const Result<RouteChanges> changes = PlanPeerRoutes(routes, *existing, *own);
  if (!changes.ok()) return changes.status();

  // One node that can't be reached must not keep the others from being routed: go on, and tell of the first failure.
  Status first;
  const auto note = [&first](const Status& status) {
    if (first.ok()) first = status;
  };
  for (const Route& route : changes->remove) note(node->DeleteRoute(route));
  for (const Route& route : changes->replace) note(node->ReplaceRoute(route));
  for (const Route& route : changes->add) note(node->AddRoute(route));
  return first;
}

// Rules first: among them is what keeps others off 127.0.0.1.
Status LinuxNet::SetHostPorts(const std::vector<HostPort>& ports) {
  const Result<bool> changed = WriteHostPorts(ports, settings_.node_address);
  if (!changed.ok()) return changed.status().Annotate("can't open ports of the node");
  if (ports.empty()) return Status::Ok();
  Result<Netlink> node = Netlink::Open();
  if (!node.ok()) return node.status();
  CROFT_RETURN_IF_ERROR(CarryLoopback(*node, ports));
  if (!*changed) return Status::Ok();
  const Result<std::vector<Address>> own = node->Addresses();
  if (!own.ok()) return own.status();
  if (const Status status = ForgetStaleFlows(ports, *own); !status.ok()) {
    log::Warn("UDP clients of host ports may be late to find their pod", {{"reason", status.message()}});
  }
  return Status::Ok();
}

Result<std::vector<std::string>> LinuxNet::AttachedAddresses() {
  Result<Netlink> node = Netlink::Open();
  if (!node.ok()) return node.status();
  const Result<std::vector<Route>> routes = node->Routes(kPodRoutes);
  if (!routes.ok()) return routes.status();
  std::vector<std::string> addresses;
  for (const Route& route : *routes) addresses.push_back(FormatAddress(route.destination));
  return addresses;
}

Status LinuxNet::ProbeTcp(const std::string& host, int port, int timeout_ms) {
  return network::ProbeTcp(host, port, timeout_ms);
}

Status LinuxNet::ProbeHttp(const std::string& url, const std::vector<std::pair<std::string, std::string>>& headers,
                           int timeout_ms) {
  return network::ProbeHttp(url, headers, timeout_ms);
}

}  // namespace croft::network
