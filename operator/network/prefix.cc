#include "operator/network/prefix.h"

#include <arpa/inet.h>

#include <charconv>

namespace croft::network {

size_t Prefix::size() const {
  return family == AF_INET ? 4 : 16;
}

std::optional<Prefix> ParseAddress(std::string_view text) {
  Prefix prefix;
  const std::string address(text);
  if (inet_pton(AF_INET, address.c_str(), prefix.bytes.data()) == 1) {
    prefix.family = AF_INET;
  } else if (inet_pton(AF_INET6, address.c_str(), prefix.bytes.data()) == 1) {
    prefix.family = AF_INET6;
  } else {
    return std::nullopt;
  }
  prefix.length = static_cast<int>(prefix.size()) * 8;
  return prefix;
}

std::optional<Prefix> ParsePrefix(std::string_view text) {
  const size_t slash = text.find('/');
  std::optional<Prefix> prefix = ParseAddress(text.substr(0, slash));
  if (!prefix || slash == std::string_view::npos) return prefix;
  const std::string_view length = text.substr(slash + 1);
  const int most = prefix->length;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), prefix->length);
  if (error != std::errc() || end != length.data() + length.size()) return std::nullopt;
  if (prefix->length < 0 || prefix->length > most) return std::nullopt;
  return prefix;
}

std::string FormatAddress(const Prefix& prefix) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(prefix.family, prefix.bytes.data(), text, sizeof text);
  return text;
}

std::string FormatPrefix(const Prefix& prefix) {
  if (prefix.length == static_cast<int>(prefix.size()) * 8) return FormatAddress(prefix);
  return FormatAddress(prefix) + "/" + std::to_string(prefix.length);
}

}  // namespace croft::network
