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
    {"int32", Format::kInt32},
    {"int64", Format::kInt64},
    {"byte", Format::kByte},
    {"date", Format::kDate},
    {"date-time", Format::kDateTime},
    {"duration", Format::kDuration},
    {"email", Format::kEmail},
    {"hostname", Format::kHostname},
    {"ipv4", Format::kIpv4},
    {"ipv6", Format::kIpv6},
    {"cidr", Format::kCidr},
    {"mac", Format::kMac},
    {"micro-time", Format::kMicroTime},
    {"quantity", Format::kQuantity},
    {"uri", Format::kUri},
    {"uuid", Format::kUuid},
    {"uuid3", Format::kUuid3},
    {"uuid4", Format::kUuid4},
    {"uuid5", Format::kUuid5},
    {"bsonobjectid", Format::kObjectId},
    {"isbn", Format::kIsbn},
    {"isbn10", Format::kIsbn10},
    {"isbn13", Format::kIsbn13},
    {"creditcard", Format::kCreditCard},
    {"ssn", Format::kSocialSecurity},
    {"hexcolor", Format::kHexColor},
    {"rgbcolor", Format::kRgbColor},
    {"password", Format::kPassword},
    {"k8s-short-name", Format::kShortName},
    {"k8s-long-name", Format::kLongName},
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

bool AllOf(std::string_view text, bool (*known)(char)) {
  return std::all_of(text.begin(), text.end(), known);
}

// Groups of 8, 4, 4, 4 and 12 digits, with or without dashes. `version`: the digit that begins the third group; from 4
// on the fourth group begins as RFC 4122 wants it. 0: any.
bool IsUuid(std::string_view text, int version) {
  std::string digits;
  for (const size_t size : {8, 4, 4, 4, 12}) {
    if (text.size() < size || !AllOf(text.substr(0, size), IsHex)) return false;
    digits += text.substr(0, size);
    text.remove_prefix(size);
    if (size != 12) Take(text, "-");
  }
  if (!text.empty()) return false;
  if (version != 0 && digits[12] != '0' + version) return false;
  return version < 4 || std::string_view("89abAB").find(digits[16]) != std::string_view::npos;
}

std::string Without(std::string_view text, std::string_view what) {
  std::string rest;
  for (const char c : text) {
    if (what.find(c) == std::string_view::npos) rest += c;
  }
  return rest;
}

bool IsIsbn10(std::string_view given) {
  const std::string text = Without(given, " -");
  if (text.size() != 10 || !AllOf(std::string_view(text).substr(0, 9), IsDigit)) return false;
  if (!IsDigit(text[9]) && text[9] != 'X') return false;
  int sum = 0;
  for (int i = 0; i < 9; ++i) sum += (i + 1) * (text[i] - '0');
  sum += 10 * (text[9] == 'X' ? 10 : text[9] - '0');
  return sum % 11 == 0;
}

bool IsIsbn13(std::string_view given) {
  const std::string text = Without(given, " -");
  if (text.size() != 13 || !AllOf(text, IsDigit)) return false;
  int sum = 0;
  for (int i = 0; i < 12; ++i) sum += (i % 2 == 0 ? 1 : 3) * (text[i] - '0');
  return text[12] - '0' == (10 - sum % 10) % 10;
}

// Digits that pass Luhn's check, whatever stands between them.
bool IsCreditCard(std::string_view given) {
  std::string digits;
  for (const char c : given) {
    if (IsDigit(c)) digits += c;
  }
  if (digits.size() < 13 || digits.size() > 16) return false;
  int sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1 && (digit *= 2) > 9) digit -= 9;
    sum += digit;
  }
  return sum % 10 == 0;
}

// 123-45-6789, with dashes, blanks or nothing between.
bool IsSocialSecurity(std::string_view text) {
  for (const size_t size : {3, 2, 4}) {
    if (TakeDigits(text, size) < 0) return false;
    if (size != 4) Take(text, "- ");
  }
  return text.empty();
}

bool IsHexColor(std::string_view text) {
  Take(text, "#");
  return (text.size() == 3 || text.size() == 6) && AllOf(text, IsHex);
}

// rgb(255, 0, 10)
bool IsRgbColor(std::string_view given) {
  const std::string spaceless = Without(given, " ");
  std::string_view text = spaceless;
  if (!text.starts_with("rgb(") || !text.ends_with(')')) return false;
  text = text.substr(4, text.size() - 5);
  for (int i = 0; i < 3; ++i) {
    const std::string_view part = text.substr(0, text.find(','));
    if (part.empty() || part.size() > 3 || !AllOf(part, IsDigit) || std::stoi(std::string(part)) > 255) return false;
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (i < 2 && text.empty()) return false;
  }
  return text.empty();
}

bool IsShortName(std::string_view text) {
  const auto known = [](char c) { return (c >= 'a' && c <= 'z') || IsDigit(c) || c == '-'; };
  return !text.empty() && text.size() <= 63 && AllOf(text, known) && text.front() != '-' && text.back() != '-';
}

bool IsLongName(std::string_view text) {
  const auto known = [](char c) { return (c >= 'a' && c <= 'z') || IsDigit(c) || c == '-'; };
  if (text.size() > 253) return false;
  for (;;) {
    const std::string_view part = text.substr(0, text.find('.'));
    if (part.empty() || !AllOf(part, known) || part.front() == '-' || part.back() == '-') return false;
    if (part.size() == text.size()) return true;
    text.remove_prefix(part.size() + 1);
  }
}

}  // namespace

Format FormatFrom(std::string_view name) {
  const std::string wanted = Without(name, "-");
  for (const auto& [known, format] : kNames) {
    if (Without(known, "-") == wanted) return format;
  }
  return Format::kNone;
}

bool IsKnownFormat(std::string_view name) {
  const Format format = FormatFrom(name);
  return format != Format::kNone && format != Format::kInt32 && format != Format::kInt64 &&
         format != Format::kQuantity && format != Format::kMicroTime;
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
      return IsUuid(text, 0);
    case Format::kUuid3:
      return IsUuid(text, 3);
    case Format::kUuid4:
      return IsUuid(text, 4);
    case Format::kUuid5:
      return IsUuid(text, 5);
    case Format::kObjectId:
      return text.size() == 24 && AllOf(text, IsHex);
    case Format::kIsbn:
      return IsIsbn10(text) || IsIsbn13(text);
    case Format::kIsbn10:
      return IsIsbn10(text);
    case Format::kIsbn13:
      return IsIsbn13(text);
    case Format::kCreditCard:
      return IsCreditCard(text);
    case Format::kSocialSecurity:
      return IsSocialSecurity(text);
    case Format::kHexColor:
      return IsHexColor(text);
    case Format::kRgbColor:
      return IsRgbColor(text);
    case Format::kShortName:
      return IsShortName(text);
    case Format::kLongName:
      return IsLongName(text);
    default:
      return true;
  }
}

}  // namespace croft::schema
