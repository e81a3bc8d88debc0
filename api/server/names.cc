#include "api/server/names.h"

#include <arpa/inet.h>

#include <cstdint>

namespace croft::server {
namespace {

constexpr size_t kMaxLabel = 63;
constexpr size_t kMaxSubdomain = 253;

bool IsLower(char c) {
  return c >= 'a' && c <= 'z';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsAlnum(char c) {
  return IsLower(c) || IsDigit(c) || (c >= 'A' && c <= 'Z');
}

bool IsLabelShape(std::string_view value) {
  if (value.empty() || value.front() == '-' || value.back() == '-') return false;
  for (const char c : value) {
    if (!IsLower(c) && !IsDigit(c) && c != '-') return false;
  }
  return true;
}

std::string TooLong(size_t limit) {
  return "must be no more than " + std::to_string(limit) + " characters";
}

constexpr const char* kLabelRule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character";
constexpr const char* kSubdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character";
constexpr const char* k1035Rule =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character";

// Letters, digits and "-_." with a letter or digit at both ends.
bool IsNameShape(std::string_view value) {
  if (value.empty() || !IsAlnum(value.front()) || !IsAlnum(value.back())) return false;
  for (const char c : value) {
    if (!IsAlnum(c) && c != '-' && c != '_' && c != '.') return false;
  }
  return true;
}

}  // namespace

std::string CheckDnsLabel(std::string_view value) {
  if (value.size() > kMaxLabel) return TooLong(kMaxLabel);
  return IsLabelShape(value) ? "" : kLabelRule;
}

std::string CheckDnsSubdomain(std::string_view value) {
  if (value.size() > kMaxSubdomain) return TooLong(kMaxSubdomain);
  size_t start = 0;
  while (true) {
    const size_t dot = value.find('.', start);
    if (!IsLabelShape(value.substr(start, dot == std::string_view::npos ? dot : dot - start))) return kSubdomainRule;
    if (dot == std::string_view::npos) return "";
    start = dot + 1;
  }
}

std::string CheckWildcardSubdomain(std::string_view value) {
  if (!value.starts_with("*.") || !CheckDnsSubdomain(value.substr(2)).empty()) {
    return "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain";
  }
  return "";
}

std::string CheckQualifiedName(std::string_view value) {
  const size_t slash = value.find('/');
  std::string_view name = value;
  if (slash != std::string_view::npos) {
    if (slash == 0) return "prefix part must be non-empty";
    const std::string prefix = CheckDnsSubdomain(value.substr(0, slash));
    if (!prefix.empty()) return "prefix part " + prefix;
    name = value.substr(slash + 1);
  }
  if (name.empty()) return "name part must be non-empty";
  if (name.size() > kMaxLabel) return "name part " + TooLong(kMaxLabel);
  if (!IsNameShape(name)) {
    return "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
           "alphanumeric character";
  }
  return "";
}

std::string CheckLabelValue(std::string_view value) {
  if (value.size() > kMaxLabel) return TooLong(kMaxLabel);
  if (value.empty() || IsNameShape(value)) return "";
  return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
         "and end with an alphanumeric character";
}

std::string CheckConfigKey(std::string_view value) {
  if (value.size() > kMaxSubdomain) return TooLong(kMaxSubdomain);
  if (value == "." || value.starts_with("..")) return "must not be '.' or start with '..'";
  for (const char c : value) {
    if (!IsAlnum(c) && c != '-' && c != '_' && c != '.') {
      return "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    }
  }
  return value.empty() ? "a valid config key must not be empty" : "";
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
      if (whole.size() > kMaxLabel) return TooLong(kMaxLabel);
      return IsLabelShape(whole) && IsLower(whole.front()) ? "" : k1035Rule;
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
