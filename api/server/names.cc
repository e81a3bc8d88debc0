#include "api/server/names.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>

namespace croft::server {
namespace {

constexpr size_t kMaxConfigKey = 253;

}  // namespace

std::string CheckConfigKey(std::string_view value) {
  if (value.size() > kMaxConfigKey) return NoLongerThan(kMaxConfigKey);
  if (value == ".") return "must not be '.'";
  if (value == "..") return "must not be '..'";
  if (value.starts_with("..")) return "must not start with '..'";
  const auto known = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  if (!value.empty() && std::all_of(value.begin(), value.end(), known)) return "";
  return WithExamples("a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
                      {"key.name", "KEY_NAME", "key-name"}, "[-._a-zA-Z0-9]+");
}

NameFormat ParseNameFormat(std::string_view text) {
  if (text == "dns1123-label") return NameFormat::kLabel;
  if (text == "dns1035-label") return NameFormat::kDns1035Label;
  return text == "path-segment" ? NameFormat::kPathSegment : NameFormat::kSubdomain;
}

std::string CheckName(NameFormat format, std::string_view name, bool prefix) {
  // Of a prefix only what comes out of it must be good: a dash at its end will be in the middle.
  std::string whole(name);
  if (prefix) whole += "x";
  switch (format) {
    case NameFormat::kSubdomain:
      return CheckDnsSubdomain(whole);
    case NameFormat::kLabel:
      return CheckDnsLabel(whole);
    case NameFormat::kDns1035Label:
      return CheckDns1035Label(whole);
    case NameFormat::kPathSegment:
      if (name == "." || name == "..") return "may not be '.' or '..'";
      if (name.find('/') != std::string_view::npos) return "may not contain '/'";
      return name.find('%') != std::string_view::npos ? "may not contain '%'" : "";
  }
  return "";
}

bool ParseIpv4(std::string_view text, uint32_t* out) {
  in_addr address{};
  if (text.find('\0') != std::string_view::npos) return false;
  if (inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) return false;
  *out = ntohl(address.s_addr);
  return true;
}

bool IsIpAddress(std::string_view value) {
  uint32_t ignored = 0;
  if (ParseIpv4(value, &ignored)) return true;
  in6_addr address{};
  if (value.find('\0') != std::string_view::npos) return false;
  return inet_pton(AF_INET6, std::string(value).c_str(), &address) == 1;
}

std::string FormatIpv4(uint32_t address) {
  const in_addr raw{htonl(address)};
  char text[INET_ADDRSTRLEN];
  return inet_ntop(AF_INET, &raw, text, sizeof text);
}

}  // namespace croft::server
