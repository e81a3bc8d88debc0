#include "operator/network/conntrack.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>

namespace croft::network {
namespace {

using Attributes = std::vector<const nlattr*>;  // by type; null when absent

struct CloseSocket {
  void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
};
using Socket = std::unique_ptr<mnl_socket, CloseSocket>;

struct Tuple {
  std::string source, destination;
  int source_port = 0, destination_port = 0;
  int protocol = 0;
};

// A flow with what names it when it is to be forgotten.
struct Remembered {
  Flow flow;
  std::string tuple;  // CTA_TUPLE_ORIG's content
  std::string zone;   // CTA_ZONE's; may be empty
};

int Keep(const nlattr* attribute, void* data) {
  auto& attributes = *static_cast<Attributes*>(data);
  const size_t type = mnl_attr_get_type(attribute);
  if (type < attributes.size()) attributes[type] = attribute;
  return MNL_CB_OK;
}

Attributes Nested(const nlattr* parent, size_t size) {
  Attributes attributes(size);
  if (parent != nullptr) mnl_attr_parse_nested(parent, Keep, &attributes);
  return attributes;
}

std::string AddressOf(const nlattr* attribute) {
  if (attribute == nullptr || mnl_attr_get_payload_len(attribute) < 4) return {};
  char text[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, mnl_attr_get_payload(attribute), text, sizeof text);
  return text;
}

int PortOf(const nlattr* attribute) {
  return attribute == nullptr ? 0 : ntohs(mnl_attr_get_u16(attribute));
}

Tuple TupleOf(const nlattr* attribute) {
  const Attributes parts = Nested(attribute, CTA_TUPLE_MAX + 1);
  const Attributes ip = Nested(parts[CTA_TUPLE_IP], CTA_IP_MAX + 1);
  const Attributes proto = Nested(parts[CTA_TUPLE_PROTO], CTA_PROTO_MAX + 1);
  Tuple tuple;
  tuple.source = AddressOf(ip[CTA_IP_V4_SRC]);
  tuple.destination = AddressOf(ip[CTA_IP_V4_DST]);
  tuple.protocol = proto[CTA_PROTO_NUM] == nullptr ? 0 : mnl_attr_get_u8(proto[CTA_PROTO_NUM]);
  tuple.source_port = PortOf(proto[CTA_PROTO_SRC_PORT]);
  tuple.destination_port = PortOf(proto[CTA_PROTO_DST_PORT]);
  return tuple;
}

std::string ContentOf(const nlattr* attribute) {
  if (attribute == nullptr) return {};
  return {static_cast<const char*>(mnl_attr_get_payload(attribute)), mnl_attr_get_payload_len(attribute)};
}

nlmsghdr* Begin(char* buffer, int type, int flags) {
  nlmsghdr* header = mnl_nlmsg_put_header(buffer);
  header->nlmsg_type = static_cast<uint16_t>((NFNL_SUBSYS_CTNETLINK << 8) | type);
  header->nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | flags);
  header->nlmsg_seq = 1;
  auto* family = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(nfgenmsg)));
  family->nfgen_family = AF_INET;
  family->version = NFNETLINK_V0;
  return header;
}

// Sends, and reads until the kernel has nothing more to say. Returns the error's number, 0 for none.
int Transact(mnl_socket* socket, nlmsghdr* message, const std::function<void(const nlmsghdr*)>& visit) {
  if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0) return errno;
  alignas(nlmsghdr) char buffer[32768];
  while (true) {
    const ssize_t received = mnl_socket_recvfrom(socket, buffer, sizeof buffer);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) return errno;
    int left = static_cast<int>(received);
    for (auto* reply = reinterpret_cast<nlmsghdr*>(buffer); mnl_nlmsg_ok(reply, left);
         reply = mnl_nlmsg_next(reply, &left)) {
      if (reply->nlmsg_type == NLMSG_DONE) return 0;
      if (reply->nlmsg_type == NLMSG_ERROR) return -static_cast<nlmsgerr*>(mnl_nlmsg_get_payload(reply))->error;
      if (visit) visit(reply);
    }
  }
}

Status Failed(const char* what, int error) {
  return Status::Internal(std::string("can't ") + what +
                          " of the kernel's connection tracking: " + std::strerror(error));
}

}  // namespace

bool IsStale(const Flow& flow, bool local, const std::vector<HostPort>& ports) {
  if (!local) return false;
  for (const HostPort& port : ports) {
    if (port.protocol != "UDP" || port.host_port != flow.port) continue;
    if (!port.host_ip.empty() && port.host_ip != flow.to) continue;
    return flow.answered_by != port.pod_ip || flow.answered_port != port.pod_port;
  }
  return false;
}

Status ForgetStaleFlows(const std::vector<HostPort>& ports, const std::vector<Address>& own) {
  if (std::none_of(ports.begin(), ports.end(), [](const HostPort& p) { return p.protocol == "UDP"; })) {
    return Status::Ok();
  }
  const Socket socket(mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC));
  if (socket == nullptr || mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0) return Failed("ask", errno);

  std::vector<Remembered> stale;
  alignas(nlmsghdr) char buffer[4096] = {};
  const int listed = Transact(socket.get(), Begin(buffer, IPCTNL_MSG_CT_GET, NLM_F_DUMP), [&](const nlmsghdr* message) {
    Attributes attributes(CTA_MAX + 1);
    mnl_attr_parse(message, sizeof(nfgenmsg), Keep, &attributes);
    const Tuple there = TupleOf(attributes[CTA_TUPLE_ORIG]);
    if (there.protocol != IPPROTO_UDP) return;
    const Tuple back = TupleOf(attributes[CTA_TUPLE_REPLY]);
    const Flow flow{there.destination, there.destination_port, back.source, back.source_port};
    const bool local = flow.to.rfind("127.", 0) == 0 ||
                       std::any_of(own.begin(), own.end(),
                                   [&](const Address& address) { return FormatAddress(address.prefix) == flow.to; });
    if (!IsStale(flow, local, ports)) return;
    stale.push_back({flow, ContentOf(attributes[CTA_TUPLE_ORIG]), ContentOf(attributes[CTA_ZONE])});
  });
  if (listed != 0) return Failed("list the flows", listed);
  for (const Remembered& one : stale) {
    nlmsghdr* message = Begin(buffer, IPCTNL_MSG_CT_DELETE, NLM_F_ACK);
    mnl_attr_put(message, CTA_TUPLE_ORIG | NLA_F_NESTED, one.tuple.size(), one.tuple.data());
    if (!one.zone.empty()) mnl_attr_put(message, CTA_ZONE, one.zone.size(), one.zone.data());
    const int deleted = Transact(socket.get(), message, {});
    if (deleted != 0 && deleted != ENOENT) return Failed("forget a flow", deleted);
  }
  return Status::Ok();
}

}  // namespace croft::network
