#include "tools/cluster/layout.h"

#include <algorithm>

namespace croft::cluster {
namespace {

constexpr size_t kMaxName = 40;
constexpr int kFirstNodeHost = 10;  // node 1 is 10.50.N.11

}  // namespace

std::string Layout::Address(int host) const {
  return "10.50." + std::to_string(index) + "." + std::to_string(host);
}

std::string Layout::public_address() const {
  return "127.50." + std::to_string(index) + ".1";
}

std::string Layout::server_url() const {
  return "https://" + server_address() + ":6443";
}

std::string Layout::public_url() const {
  return "https://" + public_address() + ":6443";
}

Member Layout::node(int number) const {
  return {name + "-" + std::to_string(number), Address(kFirstNodeHost + number), false};
}

std::string CgroupParent(const std::string& member) {
  return "/croft-" + member;
}

Status CheckName(const std::string& name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const bool label = !name.empty() && name.size() <= kMaxName && plain(name.front()) && plain(name.back()) &&
                     std::all_of(name.begin(), name.end(), [&](char c) { return plain(c) || c == '-'; });
  if (label) return Status::Ok();
  return Status::Invalid("\"" + name + "\" can't be the name of a cluster: up to " + std::to_string(kMaxName) +
                         " of a-z, 0-9 and '-' are allowed, with a letter or digit at both ends");
}

}  // namespace croft::cluster
