#include "api/schema/format.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "api/base/base64.h"

namespace croft::schema {
namespace {

constexpr std::pair<std::string_view, Format> kNames[] = {
    {"int32", Format::kInt32},       {"int64", Format::kInt64},        {"byte", Format::kByte},
    {"date", Format::kDate},         {"date-time", Format::kDateTime}, {"datetime", Format::kDateTime},
    {"duration", Format::kDuration}, {"email", Format::kEmail},        {"hostname", Format::kHostname},
    {"ipv4", Format::kIpv4},         {"ipv6", Format::kIpv6},          {"cidr", Format::kCidr},
    {"mac", Format::kMac},           {"quantity", Format::kQuantity},  {"uri", Format::kUri},
    {"uuid", Format::kUuid},
};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsHex(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Takes exactly `digits` digits off the front; -1 when they are not there.
int TakeDigits(std::string_view& text, size_t digits) {
  if (text.size() < digits || !std::all_of(text.begin(), text.begin() + digits, IsDigit)) return -1;
  int number = 0;
  std::from_chars(text.data(), text.data() + digits, number);
  text.remove_prefix(digits);
  return number;
}

bool Take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

bool TakeDate(std::string_view& text) {
  const int year = TakeDigits(text, 4);
  if (year < 0 || !Take(text, "-")) return false;
  const int month = TakeDigits(text, 2);
  if (month < 1 || month > 12 || !Take(text, "-")) return false;
  const int day = TakeDigits(text, 2);
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return day >= 1 && day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool TakeClock(std::string_view& text, bool seconds) {
  const int hour = TakeDigits(text, 2);
  if (hour < 0 || hour > 23 || !Take(text, ":")) return false;
  const int minute = TakeDigits(text, 2);
  if (minute < 0 || minute > 59) return false;
  if (!seconds) return true;
  if (!Take(text, ":")) return false;
  const int second = TakeDigits(text, 2);
  return second >= 0 && second <= 60;
}

bool IsDate(std::string_view text) {
  return TakeDate(text) && text.empty();
}

// RFC 3339.
bool IsDateTime(std::string_view text) {
  if (!TakeDate(text) || !Take(text, "Tt") || !TakeClock(text, true)) return false;
  if (Take(text, ".")) {
    const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return false;
    text.remove_prefix(digits);
  }
  if (Take(text, "Zz")) return text.empty();
  return Take(text, "+-") && TakeClock(text, false) && text.empty();
}

// A Go duration ("1h30m", "-1.5s", "0") and the longer words that Kubernetes' own check knows ("3 days").
bool IsDuration(std::string_view text) {
  static constexpr std::string_view kUnits[] = {"nanoseconds",
                                                "nanosecond",
                                                "microseconds",
                                                "microsecond",
                                                "milliseconds",
                                                "millisecond",
                                                "seconds",
                                                "second",
                                                "minutes",
                                                "minute",
                                                "hours",
                                                "hour",
                                                "days",
                                                "day",
                                                "weeks",
                                                "week",
                                                "ns",
                                                "us",
                                                "µs",
                                                "ms",
                                                "s",
                                                "m",
                                                "h",
                                                "d",
                                                "w"};
  Take(text, "+-");
  if (text == "0") return true;
  if (text.empty()) return false;
  while (!text.empty()) {
    const size_t size = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::string_view number = text.substr(0, size);
    if (!std::any_of(number.begin(), number.end(), IsDigit) || std::count(number.begin(), number.end(), '.') > 1) {
      return false;
    }
    text.remove_prefix(size);
    while (text.starts_with(' ')) text.remove_prefix(1);
    const auto* unit = std::find_if(std::begin(kUnits), std::end(kUnits),
                                    [&](std::string_view name) { return text.starts_with(name); });
    if (unit == std::end(kUnits)) return false;
    text.remove_prefix(unit->size());
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  return true;
}

bool IsAddress(int family, std::string_view text) {
  unsigned char address[sizeof(in6_addr)];
  return text.find('\0') == text.npos && inet_pton(family, std::string(text).c_str(), address) == 1;
}

bool IsCidr(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view length = text.substr(slash + 1);
  const bool v4 = IsAddress(AF_INET, text.substr(0, slash));
  if (!v4 && !IsAddress(AF_INET6, text.substr(0, slash))) return false;
  if (length.empty() || length.size() > 3 || !std::all_of(length.begin(), length.end(), IsDigit)) return false;
  return std::stoi(std::string(length)) <= (v4 ? 32 : 128);
}

bool IsHostname(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  if (text.back() == '.') text.remove_suffix(1);
  while (true) {
    const std::string_view label = text.substr(0, text.find('.'));
    const bool known = std::all_of(label.begin(), label.end(),
                                   [](char c) { return IsLetter(c) || IsDigit(c) || c == '-' || c == '_'; });
    if (label.empty() || label.size() > 63 || !known || label.front() == '-' || label.back() == '-') return false;
    if (label.size() == text.size()) return true;
    text.remove_prefix(label.size() + 1);
  }
}

bool IsEmail(std::string_view text) {
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0) return false;
  const std::string_view local = text.substr(0, at);
  return std::none_of(local.begin(), local.end(), [](char c) { return c <= ' ' || c == '@'; }) &&
         IsHostname(text.substr(at + 1));
}

bool IsMac(std::string_view text) {
  if (text.size() != 17) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i % 3 == 2 ? (text[i] != ':' && text[i] != '-') : !IsHex(text[i])) return false;
  }
  return true;
}

// An absolute URI or an absolute path, as Go's url.ParseRequestURI has it.
bool IsUri(std::string_view text) {
  if (text.empty() || std::any_of(text.begin(), text.end(), [](char c) { return (c > 0 && c <= ' ') || c == 0x7f; })) {
    return false;
  }
  if (text[0] == '/') return true;
  const std::string_view scheme = text.substr(0, text.find(':'));
  return scheme.size() < text.size() && !scheme.empty() && IsLetter(scheme[0]) &&
         std::all_of(scheme.begin(), scheme.end(),
                     [](char c) { return IsLetter(c) || IsDigit(c) || c == '+' || c == '-' || c == '.'; });
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !IsHex(text[i])) return false;
  }
  return true;
}

}  // namespace

Format FormatFrom(std::string_view name) {
  for (const auto& [known, format] : kNames) {
    if (known == name) return format;
  }
  return Format::kNone;
}

std::string_view FormatName(Format format) {
  for (const auto& [name, known] : kNames) {
    if (known == format) return name;
  }
  return "";
}

bool HasFormat(Format format, std::string_view text) {
  switch (format) {
    case Format::kByte:
      return Base64Decode(text).has_value();
    case Format::kDate:
      return IsDate(text);
    case Format::kDateTime:
      return IsDateTime(text);
    case Format::kDuration:
      return IsDuration(text);
    case Format::kEmail:
      return IsEmail(text);
    case Format::kHostname:
      return IsHostname(text);
    case Format::kIpv4:
      return IsAddress(AF_INET, text);
    case Format::kIpv6:
      return IsAddress(AF_INET6, text);
    case Format::kCidr:
      return IsCidr(text);
    case Format::kMac:
      return IsMac(text);
    case Format::kUri:
      return IsUri(text);
    case Format::kUuid:
      return IsUuid(text);
    default:
      return true;
  }
}

}  // namespace croft::schema
