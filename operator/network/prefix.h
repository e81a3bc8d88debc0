#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace croft::network {

// An IPv4 or IPv6 address with a prefix length.
struct Prefix {
  int family = 0;                   // AF_INET or AF_INET6
  std::array<uint8_t, 16> bytes{};  // in network order; the first four of an IPv4 address
  int length = 0;

  size_t size() const;  // 4 or 16 bytes
  bool operator==(const Prefix&) const = default;
};

// "10.244.1.0/24"; without a length, one address ("10.244.1.7" is a /32). None when malformed.
std::optional<Prefix> ParsePrefix(std::string_view text);
// With its length, except that of one address.
std::string FormatPrefix(const Prefix& prefix);
std::string FormatAddress(const Prefix& prefix);  // never with a length
// Of one address; none for an empty or malformed text, or one with a length.
std::optional<Prefix> ParseAddress(std::string_view text);

}  // namespace croft::network
