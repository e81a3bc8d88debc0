#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "api/base/result.h"

namespace croft::agent {

// The addresses of one node's pods: those of its podCIDR but for the first (the network's), the second (the gateway)
// and the last. An address that was given back is the last to be given out again, so that what still knows its former
// owner does not reach another. Thread-safe.
class AddressPool {
 public:
  // Changes nothing about addresses that are in use. kInvalid when `cidr` is not an IPv4 network.
  Status SetCidr(const std::string& cidr);

  // The address of pod `uid`: the same at every call until it is released. kServiceUnavailable when the node has no
  // podCIDR yet, or no address is free.
  Result<std::string> Allocate(const std::string& uid);
  // The address that pod `uid` has; empty: none.
  std::string Find(const std::string& uid) const;
  // Notes that pod `uid` has that address.
  void Adopt(const std::string& uid, const std::string& ip);
  void Release(const std::string& uid);

 private:
  mutable std::mutex mutex_;
  std::string cidr_;    // guarded by mutex_, as all below
  uint32_t first_ = 0;  // that may be given out
  uint32_t count_ = 0;
  uint32_t next_ = 0;  // offset at which the search begins
  std::map<std::string, std::string> by_uid_;
  std::map<std::string, std::string> by_ip_;
};

}  // namespace croft::agent
