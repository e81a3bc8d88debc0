#include "operator/network/netlink.h"

#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "operator/network/netns.h"

namespace croft::network {
namespace {

// One request under construction. What Croft sends is a few hundred bytes.
struct Request {
  Request(int type, int flags) {
    header = mnl_nlmsg_put_header(buffer);
    header->nlmsg_type = static_cast<uint16_t>(type);
    header->nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | flags);
  }
  template <class T>
  T* Extra() {
    return static_cast<T*>(mnl_nlmsg_put_extra_header(header, sizeof(T)));
  }
  void PutAddress(uint16_t attribute, const Prefix& address) {
    mnl_attr_put(header, attribute, address.size(), address.bytes.data());
  }

  alignas(nlmsghdr) char buffer[2048] = {};
  nlmsghdr* header;
};

// Calls `visit` with each attribute behind the first `offset` bytes of the message's own. (libmnl's macro for this is
// C.)
template <class Visit>
void ForEachAttribute(const nlmsghdr* message, size_t offset, Visit visit) {
  const char* end = static_cast<const char*>(mnl_nlmsg_get_payload_tail(message));
  auto* attribute = static_cast<const nlattr*>(mnl_nlmsg_get_payload_offset(message, offset));
  while (mnl_attr_ok(attribute, static_cast<int>(end - reinterpret_cast<const char*>(attribute)))) {
    visit(attribute);
    attribute = mnl_attr_next(attribute);
  }
}

Reason ReasonOf(int error) {
  switch (error) {
    case EEXIST:
      return Reason::kAlreadyExists;
    case ENODEV:
    case ENOENT:
    case ESRCH:
    case EADDRNOTAVAIL:
      return Reason::kNotFound;
    case EPERM:
    case EACCES:
      return Reason::kForbidden;
    case EINVAL:
    case ENETUNREACH:
      return Reason::kInvalid;
    default:
      return Reason::kInternalError;
  }
}

// The kernel's own sentence, which it appends to an error since NETLINK_EXT_ACK was asked for.
std::string ExtendedReason(const nlmsghdr* message) {
  const auto* error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(message));
  size_t offset = sizeof(nlmsgerr);
  // An error repeats the whole request, unless the kernel says that it capped it to the header.
  if ((message->nlmsg_flags & NLM_F_CAPPED) == 0) offset += MNL_ALIGN(error->msg.nlmsg_len - sizeof(nlmsghdr));
  if ((message->nlmsg_flags & NLM_F_ACK_TLVS) == 0) return {};
  std::string reason;
  ForEachAttribute(message, offset, [&](const nlattr* attribute) {
    if (mnl_attr_get_type(attribute) == NLMSGERR_ATTR_MSG) reason = mnl_attr_get_str(attribute);
  });
  return reason;
}

Status ErrorOf(const nlmsghdr* message, const std::string& what) {
  const int error = -static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(message))->error;
  if (error == 0) return Status::Ok();
  std::string text = "can't " + what + ": " + std::strerror(error);
  if (const std::string more = ExtendedReason(message); !more.empty()) text += " (" + more + ")";
  if (error == EPERM) text += "; run as root";
  return {ReasonOf(error), text};
}

std::string KindOf(const nlattr* link_info) {
  std::string kind;
  mnl_attr_parse_nested(
      link_info,
      [](const nlattr* attribute, void* text) {
        if (mnl_attr_get_type(attribute) == IFLA_INFO_KIND) {
          *static_cast<std::string*>(text) = mnl_attr_get_str(attribute);
        }
        return MNL_CB_OK;
      },
      &kind);
  return kind;
}

Link ReadLink(const nlmsghdr* message) {
  const auto* info = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(message));
  Link link;
  link.index = info->ifi_index;
  link.up = (info->ifi_flags & IFF_UP) != 0;
  ForEachAttribute(message, sizeof *info, [&](const nlattr* attribute) {
    switch (mnl_attr_get_type(attribute)) {
      case IFLA_IFNAME:
        link.name = mnl_attr_get_str(attribute);
        break;
      case IFLA_MTU:
        link.mtu = static_cast<int>(mnl_attr_get_u32(attribute));
        break;
      case IFLA_MASTER:
        link.master = static_cast<int>(mnl_attr_get_u32(attribute));
        break;
      case IFLA_LINK:
        link.peer = static_cast<int>(mnl_attr_get_u32(attribute));
        break;
      case IFLA_LINKINFO:
        link.kind = KindOf(attribute);
        break;
    }
  });
  return link;
}

Prefix ReadPrefix(const nlattr* attribute, int family, int length) {
  Prefix prefix;
  prefix.family = family;
  prefix.length = length;
  std::memcpy(prefix.bytes.data(), mnl_attr_get_payload(attribute),
              std::min<size_t>(prefix.size(), mnl_attr_get_payload_len(attribute)));
  return prefix;
}

std::optional<Route> ReadRoute(const nlmsghdr* message) {
  const auto* info = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(message));
  if (info->rtm_table != RT_TABLE_MAIN || (info->rtm_flags & RTM_F_CLONED) != 0) return std::nullopt;
  Route route;
  route.destination.family = info->rtm_family;
  route.destination.length = info->rtm_dst_len;
  route.protocol = info->rtm_protocol;
  route.on_link = (info->rtm_flags & RTNH_F_ONLINK) != 0;
  route.unreachable = info->rtm_type == RTN_UNREACHABLE;
  ForEachAttribute(message, sizeof *info, [&](const nlattr* attribute) {
    switch (mnl_attr_get_type(attribute)) {
      case RTA_DST:
        route.destination = ReadPrefix(attribute, info->rtm_family, info->rtm_dst_len);
        break;
      case RTA_GATEWAY:
        route.via = FormatAddress(ReadPrefix(attribute, info->rtm_family, 0));
        break;
      case RTA_PREFSRC:
        route.source = FormatAddress(ReadPrefix(attribute, info->rtm_family, 0));
        break;
      case RTA_OIF:
        route.link = static_cast<int>(mnl_attr_get_u32(attribute));
        break;
    }
  });
  return route;
}

bool ValidLinkName(const std::string& name) {
  return !name.empty() && name.size() < IFNAMSIZ && name.find_first_of("/ \t\n") == std::string::npos;
}

Status BadName(const std::string& name) {
  return Status::Invalid("\"" + name + "\" is no name for a link: 1 to 15 characters without space and '/'");
}

}  // namespace

void Netlink::Close::operator()(mnl_socket* socket) const {
  mnl_socket_close(socket);
}

Result<Netlink> Netlink::Open() {
  mnl_socket* socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
  if (socket == nullptr || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
    const Status status = Status::Internal(std::string("can't open a route netlink socket: ") + std::strerror(errno));
    if (socket != nullptr) mnl_socket_close(socket);
    return status;
  }
  int on = 1;
  mnl_socket_setsockopt(socket, NETLINK_EXT_ACK, &on, sizeof on);
  mnl_socket_setsockopt(socket, NETLINK_CAP_ACK, &on, sizeof on);
  return Netlink(socket);
}

Result<Netlink> Netlink::OpenIn(int netns) {
  Result<Netlink> made = Status::Internal("not opened");
  CROFT_RETURN_IF_ERROR(RunInNetns(netns, [&made] {
    made = Open();
    return made.status();
  }));
  return made;
}

// Sends, then reads until the acknowledgement (of a change) or the end of the list (of a dump).
Status Netlink::Transact(nlmsghdr* message, const std::string& what, const Visitor& visit) {
  message->nlmsg_seq = ++sequence_;
  if (mnl_socket_sendto(socket_.get(), message, message->nlmsg_len) < 0) {
    return Status::Internal("can't " + what + ": " + std::strerror(errno));
  }
  alignas(nlmsghdr) char buffer[32768];
  while (true) {
    const ssize_t received = mnl_socket_recvfrom(socket_.get(), buffer, sizeof buffer);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) return Status::Internal("can't " + what + ": " + std::strerror(errno));
    int left = static_cast<int>(received);
    for (auto* reply = reinterpret_cast<nlmsghdr*>(buffer); mnl_nlmsg_ok(reply, left);
         reply = mnl_nlmsg_next(reply, &left)) {
      if (reply->nlmsg_seq != sequence_) continue;  // the rest of a dump that was given up
      if (reply->nlmsg_type == NLMSG_ERROR) return ErrorOf(reply, what);
      if (reply->nlmsg_type == NLMSG_DONE) return Status::Ok();
      if (visit) visit(reply);
    }
  }
}

Status Netlink::Dump(int type, const std::string& what, const Visitor& visit) {
  Request request(type, NLM_F_DUMP);
  request.Extra<rtgenmsg>()->rtgen_family = AF_UNSPEC;
  return Transact(request.header, what, visit);
}

Result<std::vector<Link>> Netlink::Links() {
  std::vector<Link> links;
  CROFT_RETURN_IF_ERROR(
      Dump(RTM_GETLINK, "list links", [&](const nlmsghdr* message) { links.push_back(ReadLink(message)); }));
  return links;
}

Result<Link> Netlink::FindLink(const std::string& name) {
  if (!ValidLinkName(name)) return BadName(name);
  Request request(RTM_GETLINK, NLM_F_ACK);
  request.Extra<ifinfomsg>()->ifi_family = AF_UNSPEC;
  mnl_attr_put_strz(request.header, IFLA_IFNAME, name.c_str());
  Link link;
  CROFT_RETURN_IF_ERROR(
      Transact(request.header, "find link " + name, [&](const nlmsghdr* message) { link = ReadLink(message); }));
  return link;
}

Status Netlink::AddVeth(const VethPair& pair) {
  if (!ValidLinkName(pair.name)) return BadName(pair.name);
  if (!ValidLinkName(pair.peer_name)) return BadName(pair.peer_name);
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
  request.Extra<ifinfomsg>()->ifi_family = AF_UNSPEC;
  nlmsghdr* header = request.header;
  mnl_attr_put_strz(header, IFLA_IFNAME, pair.name.c_str());
  if (pair.mtu > 0) mnl_attr_put_u32(header, IFLA_MTU, static_cast<uint32_t>(pair.mtu));
  if (!pair.mac.empty()) mnl_attr_put(header, IFLA_ADDRESS, pair.mac.size(), pair.mac.data());
  nlattr* info = mnl_attr_nest_start(header, IFLA_LINKINFO);
  mnl_attr_put_strz(header, IFLA_INFO_KIND, "veth");
  nlattr* data = mnl_attr_nest_start(header, IFLA_INFO_DATA);
  nlattr* peer = mnl_attr_nest_start(header, VETH_INFO_PEER);
  request.Extra<ifinfomsg>()->ifi_family = AF_UNSPEC;
  mnl_attr_put_strz(header, IFLA_IFNAME, pair.peer_name.c_str());
  if (pair.mtu > 0) mnl_attr_put_u32(header, IFLA_MTU, static_cast<uint32_t>(pair.mtu));
  if (pair.peer_netns >= 0) mnl_attr_put_u32(header, IFLA_NET_NS_FD, static_cast<uint32_t>(pair.peer_netns));
  mnl_attr_nest_end(header, peer);
  mnl_attr_nest_end(header, data);
  mnl_attr_nest_end(header, info);
  return Transact(header, "add link " + pair.name + " with its other end " + pair.peer_name);
}

Status Netlink::AddBridge(const std::string& name) {
  if (!ValidLinkName(name)) return BadName(name);
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
  request.Extra<ifinfomsg>()->ifi_family = AF_UNSPEC;
  mnl_attr_put_strz(request.header, IFLA_IFNAME, name.c_str());
  nlattr* info = mnl_attr_nest_start(request.header, IFLA_LINKINFO);
  mnl_attr_put_strz(request.header, IFLA_INFO_KIND, "bridge");
  mnl_attr_nest_end(request.header, info);
  return Transact(request.header, "add bridge " + name);
}

Status Netlink::DeleteLink(int index) {
  Request request(RTM_DELLINK, NLM_F_ACK);
  request.Extra<ifinfomsg>()->ifi_index = index;
  const Status status = Transact(request.header, "delete link " + std::to_string(index));
  return status.IsNotFound() ? Status::Ok() : status;
}

Status Netlink::ChangeLink(int index, const std::string& what, uint32_t flags, uint32_t mask, int attribute,
                           uint32_t value) {
  Request request(RTM_NEWLINK, NLM_F_ACK);
  auto* info = request.Extra<ifinfomsg>();
  info->ifi_index = index;
  info->ifi_flags = flags;
  info->ifi_change = mask;
  if (attribute != 0) mnl_attr_put_u32(request.header, static_cast<uint16_t>(attribute), value);
  return Transact(request.header, what);
}

Status Netlink::SetUp(int index, bool up) {
  return ChangeLink(index, "set link " + std::to_string(index) + (up ? " up" : " down"), up ? IFF_UP : 0, IFF_UP, 0, 0);
}

Status Netlink::SetMaster(int index, int master) {
  return ChangeLink(index, "plug link " + std::to_string(index) + " into a bridge", 0, 0, IFLA_MASTER,
                    static_cast<uint32_t>(master));
}

Status Netlink::MoveLink(int index, int netns) {
  return ChangeLink(index, "move link " + std::to_string(index) + " to another namespace", 0, 0, IFLA_NET_NS_FD,
                    static_cast<uint32_t>(netns));
}

Status Netlink::Rename(int index, const std::string& name) {
  if (!ValidLinkName(name)) return BadName(name);
  Request request(RTM_NEWLINK, NLM_F_ACK);
  request.Extra<ifinfomsg>()->ifi_index = index;
  mnl_attr_put_strz(request.header, IFLA_IFNAME, name.c_str());
  return Transact(request.header, "rename link " + std::to_string(index) + " to " + name);
}

Result<std::vector<Address>> Netlink::Addresses() {
  std::vector<Address> addresses;
  CROFT_RETURN_IF_ERROR(Dump(RTM_GETADDR, "list addresses", [&](const nlmsghdr* message) {
    const auto* info = static_cast<const ifaddrmsg*>(mnl_nlmsg_get_payload(message));
    Address address;
    address.link = static_cast<int>(info->ifa_index);
    address.link_scope = info->ifa_scope == RT_SCOPE_LINK;
    bool local = false;
    ForEachAttribute(message, sizeof *info, [&](const nlattr* attribute) {
      const int type = mnl_attr_get_type(attribute);
      // IFA_ADDRESS is the other end's on a point-to-point link; IFA_LOCAL, where it stands, is always our own.
      if (type != IFA_LOCAL && (type != IFA_ADDRESS || local)) return;
      local = type == IFA_LOCAL;
      address.prefix = ReadPrefix(attribute, info->ifa_family, info->ifa_prefixlen);
    });
    addresses.push_back(address);
  }));
  return addresses;
}

Status Netlink::AddAddress(const Address& address) {
  Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK);
  auto* info = request.Extra<ifaddrmsg>();
  info->ifa_family = static_cast<uint8_t>(address.prefix.family);
  info->ifa_prefixlen = static_cast<uint8_t>(address.prefix.length);
  info->ifa_scope = address.link_scope ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  info->ifa_index = static_cast<uint32_t>(address.link);
  request.PutAddress(IFA_LOCAL, address.prefix);
  request.PutAddress(IFA_ADDRESS, address.prefix);
  return Transact(request.header,
                  "add address " + FormatPrefix(address.prefix) + " to link " + std::to_string(address.link));
}

Result<std::vector<Route>> Netlink::Routes(uint8_t protocol) {
  std::vector<Route> routes;
  CROFT_RETURN_IF_ERROR(Dump(RTM_GETROUTE, "list routes", [&](const nlmsghdr* message) {
    std::optional<Route> route = ReadRoute(message);
    if (route && route->protocol == protocol) routes.push_back(std::move(*route));
  }));
  return routes;
}

Status Netlink::SendRoute(int type, int flags, const Route& route, const std::string& what) {
  const std::string text =
      what + " route to " + FormatPrefix(route.destination) + (route.via.empty() ? std::string() : " via " + route.via);
  const bool removal = type == RTM_DELROUTE;
  Request request(type, flags | NLM_F_ACK);
  auto* info = request.Extra<rtmsg>();
  info->rtm_family = static_cast<uint8_t>(route.destination.family);
  info->rtm_dst_len = static_cast<uint8_t>(route.destination.length);
  info->rtm_table = RT_TABLE_MAIN;
  info->rtm_protocol = route.protocol;
  info->rtm_type = removal ? RTN_UNSPEC : route.unreachable ? RTN_UNREACHABLE : RTN_UNICAST;
  info->rtm_scope = removal                                   ? RT_SCOPE_NOWHERE
                    : route.via.empty() && !route.unreachable ? RT_SCOPE_LINK
                                                              : RT_SCOPE_UNIVERSE;
  if (route.on_link && !removal) info->rtm_flags |= RTNH_F_ONLINK;
  if (route.destination.length > 0) request.PutAddress(RTA_DST, route.destination);
  if (removal) return Transact(request.header, text);
  const std::pair<uint16_t, const std::string&> addresses[] = {{RTA_GATEWAY, route.via}, {RTA_PREFSRC, route.source}};
  for (const auto& [attribute, address] : addresses) {
    if (address.empty()) continue;
    const std::optional<Prefix> parsed = ParseAddress(address);
    if (!parsed || parsed->family != route.destination.family) {
      return Status::Invalid("\"" + address + "\" is no address of that family").Annotate("can't " + text);
    }
    request.PutAddress(attribute, *parsed);
  }
  if (route.link != 0) mnl_attr_put_u32(request.header, RTA_OIF, static_cast<uint32_t>(route.link));
  return Transact(request.header, text);
}

Status Netlink::AddRoute(const Route& route) {
  return SendRoute(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route, "add");
}

Status Netlink::ReplaceRoute(const Route& route) {
  return SendRoute(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, route, "set");
}

Status Netlink::DeleteRoute(const Route& route) {
  const Status status = SendRoute(RTM_DELROUTE, 0, route, "delete");
  return status.IsNotFound() ? Status::Ok() : status;
}

}  // namespace croft::network
