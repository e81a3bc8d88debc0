#include "operator/ingress/names.h"

#include <arpa/inet.h>

#include <algorithm>

#include "api/base/id.h"

namespace croft::ingress {
namespace {

bool IsLowerOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool IsNameCharacter(char c) {
  return IsLowerOrDigit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
}

bool IsLabel(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) { return IsLowerOrDigit(c) || c == '-' || c == '_'; });
}

}  // namespace

bool IsRouteHost(std::string_view host) {
  if (host.empty()) return true;
  if (host.size() > 253) return false;
  if (host.substr(0, 2) == "*.") host.remove_prefix(2);
  while (true) {
    const size_t dot = host.find('.');
    if (!IsLabel(host.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    host.remove_prefix(dot + 1);
  }
}

bool IsRoutePath(std::string_view path) {
  if (path.empty() || path.front() != '/' || path.size() > 1024) return false;
  return std::all_of(path.begin(), path.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool IsSafeName(std::string_view name) {
  if (name.empty() || name.size() > 200 || name.front() == '.' || name.front() == '-') return false;
  if (name.substr(0, 6) == "croft-") return false;
  return std::all_of(name.begin(), name.end(), IsNameCharacter);
}

bool IsIpAddress(std::string_view text) {
  const std::string copy(text);
  unsigned char bytes[sizeof(in6_addr)];
  return copy.size() == text.size() &&
         (inet_pton(AF_INET, copy.c_str(), bytes) == 1 || inet_pton(AF_INET6, copy.c_str(), bytes) == 1);
}

std::string SafeName(std::string_view name) {
  if (IsSafeName(name)) return std::string(name);
  std::string safe = "x";
  for (const char c : name.substr(0, 150)) safe.push_back(IsNameCharacter(c) ? c : '-');
  return safe + "-" + SafeEncode(StableHash(name));
}

std::string_view TrimPrefixPath(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path;
}

}  // namespace croft::ingress
