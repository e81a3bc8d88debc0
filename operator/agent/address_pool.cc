#include "operator/agent/address_pool.h"

#include <arpa/inet.h>

namespace croft::agent {
namespace {

std::string Text(uint32_t address) {
  const in_addr in{htonl(address)};
  char buffer[INET_ADDRSTRLEN];
  return inet_ntop(AF_INET, &in, buffer, sizeof buffer);
}

}  // namespace

Status AddressPool::SetCidr(const std::string& cidr) {
  std::lock_guard lock(mutex_);
  if (cidr == cidr_) return Status::Ok();
  const size_t slash = cidr.find('/');
  in_addr in{};
  int prefix = -1;
  if (slash != std::string::npos && slash + 3 >= cidr.size() && slash + 1 < cidr.size()) {
    prefix = 0;
    for (const char c : cidr.substr(slash + 1)) prefix = c < '0' || c > '9' ? 1000 : prefix * 10 + (c - '0');
  }
  if (inet_pton(AF_INET, cidr.substr(0, slash).c_str(), &in) != 1 || prefix < 8 || prefix > 29) {
    return Status::Invalid("spec.podCIDR: \"" + cidr + "\" is not an IPv4 network of /8 to /29");
  }
  const uint32_t size = 1U << (32 - prefix);
  first_ = (ntohl(in.s_addr) & ~(size - 1)) + 2;
  count_ = size - 3;
  next_ = 0;
  cidr_ = cidr;
  return Status::Ok();
}

Result<std::string> AddressPool::Allocate(const std::string& uid) {
  std::lock_guard lock(mutex_);
  if (const auto it = by_uid_.find(uid); it != by_uid_.end()) return it->second;
  if (count_ == 0) return Status::Unavailable("the node has no spec.podCIDR yet, so its pods get no address");
  for (uint32_t i = 0; i < count_; ++i) {
    const uint32_t offset = (next_ + i) % count_;
    const std::string ip = Text(first_ + offset);
    if (by_ip_.contains(ip)) continue;
    next_ = (offset + 1) % count_;
    by_uid_[uid] = ip;
    by_ip_[ip] = uid;
    return ip;
  }
  return Status::Unavailable("all " + std::to_string(count_) + " addresses of " + cidr_ + " are in use");
}

std::string AddressPool::Find(const std::string& uid) const {
  std::lock_guard lock(mutex_);
  const auto it = by_uid_.find(uid);
  return it == by_uid_.end() ? std::string() : it->second;
}

void AddressPool::Adopt(const std::string& uid, const std::string& ip) {
  if (uid.empty() || ip.empty()) return;
  std::lock_guard lock(mutex_);
  by_uid_[uid] = ip;
  by_ip_[ip] = uid;
}

void AddressPool::Release(const std::string& uid) {
  std::lock_guard lock(mutex_);
  const auto it = by_uid_.find(uid);
  if (it == by_uid_.end()) return;
  by_ip_.erase(it->second);
  by_uid_.erase(it);
}

}  // namespace croft::agent
