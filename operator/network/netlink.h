#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/base/result.h"
#include "operator/network/prefix.h"

struct mnl_socket;
struct nlmsghdr;

namespace croft::network {

struct Link {
  int index = 0;
  std::string name;
  std::string kind;  // "veth", "bridge"; empty for hardware and lo
  int mtu = 0;
  int master = 0;  // index of the bridge that it is a port of; 0: none
  int peer = 0;    // of a veth: the other end's index, in that end's namespace
  bool up = false;
};

struct Address {
  int link = 0;
  Prefix prefix;            // with the link's own prefix length
  bool link_scope = false;  // never chosen as the source of what leaves by other links
  bool operator==(const Address&) const = default;
};

// A route of the main table.
struct Route {
  Prefix destination;        // length 0: default
  std::string via;           // next hop; empty: the destination is on the link
  int link = 0;              // 0: found from `via`
  std::string source;        // address that the node itself speaks from; empty: the kernel's choice
  bool on_link = false;      // `via` is on the link although no address of the link says so
  bool unreachable = false;  // refused at once instead of forwarded; neither via nor link
  uint8_t protocol = 4;      // who made it (RTPROT_STATIC by default)
  bool operator==(const Route&) const = default;
};

struct VethPair {
  std::string name;
  std::string peer_name;
  int peer_netns = -1;  // where the peer is made; -1: beside `name`
  int mtu = 0;          // 0: the kernel's default
  std::string mac;      // six bytes, of `name`; empty: a random one
};

// Links, addresses and routes over one rtnetlink socket, which belongs to the namespace it was opened in. Every call
// asks and waits for the kernel's answer; failures are sentences with the kernel's reason. Not thread-safe.
class Netlink {
 public:
  // In the calling thread's network namespace, or in another.
  static Result<Netlink> Open();
  static Result<Netlink> OpenIn(int netns);
  Netlink(Netlink&&) noexcept = default;
  Netlink& operator=(Netlink&&) noexcept = default;

  Result<std::vector<Link>> Links();
  Result<Link> FindLink(const std::string& name);  // kNotFound when there is none
  // kAlreadyExists when one of the names is taken.
  Status AddVeth(const VethPair& pair);
  Status AddBridge(const std::string& name);
  Status DeleteLink(int index);  // Ok when it is gone already
  Status SetUp(int index, bool up);
  Status SetMaster(int index, int master);  // 0 takes it out of its bridge
  Status Rename(int index, const std::string& name);
  Status MoveLink(int index, int netns);

  Result<std::vector<Address>> Addresses();
  Status AddAddress(const Address& address);  // Ok when it is there already

  Result<std::vector<Route>> Routes(uint8_t protocol);
  // kAlreadyExists when there is a route to that destination, whoever made it.
  Status AddRoute(const Route& route);
  // Puts it in the place of what there is to that destination.
  Status ReplaceRoute(const Route& route);
  Status DeleteRoute(const Route& route);  // by destination and protocol; Ok when it is gone already

 private:
  using Visitor = std::function<void(const nlmsghdr*)>;
  struct Close {
    void operator()(mnl_socket* socket) const;
  };
  explicit Netlink(mnl_socket* socket) : socket_(socket) {}

  Status Transact(nlmsghdr* message, const std::string& what, const Visitor& visit = {});
  Status Dump(int type, const std::string& what, const Visitor& visit);
  Status ChangeLink(int index, const std::string& what, uint32_t flags, uint32_t mask, int attribute, uint32_t value);
  Status SendRoute(int type, int flags, const Route& route, const std::string& what);

  std::unique_ptr<mnl_socket, Close> socket_;
  uint32_t sequence_ = 0;
};

}  // namespace croft::network
