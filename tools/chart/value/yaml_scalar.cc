#include "tools/chart/value/yaml_scalar.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace croft::chart {
namespace {

using Kind = YamlScalar::Kind;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// [+-]? (. digits | digits [. [digits]]) ([eE] [+-]? digits)?
bool IsFloat(std::string_view text) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t start = i;
    while (i < text.size() && IsDigit(text[i])) ++i;
    return i - start;
  };
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  const bool whole = digits() > 0;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0 && !whole) return false;
  } else if (!whole) {
    return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

// None when it is too large.
std::optional<double> ReadFloat(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc::result_out_of_range) {
    value = std::strtod(std::string(text).c_str(), nullptr);
    if (std::isinf(value)) return std::nullopt;
  }
  return negative ? -value : value;
}

// The digits after a sign, of the base that their prefix tells: 0x, 0o, 0b, 0.
std::optional<uint64_t> ReadMagnitude(std::string_view text) {
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char mark = static_cast<char>(text[1] | 0x20);
    base = text.size() < 3 ? 8 : mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    text.remove_prefix(base != 8 || (mark == 'o' && text.size() > 2) ? 2 : 1);
  }
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value, base);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

std::optional<YamlScalar> ReadInteger(std::string_view text) {
  const bool negative = text.starts_with('-');
  const bool sign = negative || text.starts_with('+');
  const std::optional<uint64_t> magnitude = ReadMagnitude(text.substr(sign ? 1 : 0));
  if (!magnitude) return std::nullopt;
  constexpr uint64_t kLimit = uint64_t{1} << 63;
  YamlScalar scalar;
  if (*magnitude < kLimit || (negative && *magnitude == kLimit)) {
    scalar.kind = Kind::kInt;
    scalar.integer = static_cast<int64_t>(negative ? ~*magnitude + 1 : *magnitude);
    return scalar;
  }
  if (sign) return std::nullopt;
  scalar.kind = Kind::kUint;
  scalar.natural = *magnitude;
  return scalar;
}

// A sign after "0b" counts, too.
std::optional<YamlScalar> ReadSignedBinary(std::string_view text) {
  if (!text.starts_with("0b-") && !text.starts_with("0b+")) return std::nullopt;
  int64_t value = 0;
  std::string_view digits = text.substr(3);
  const bool negative = text[2] == '-';
  if (digits.empty() || digits.find_first_not_of("01") != std::string_view::npos) return std::nullopt;
  const std::string number = (negative ? "-" : "") + std::string(digits);
  if (std::from_chars(number.data(), number.data() + number.size(), value, 2).ec != std::errc()) return std::nullopt;
  YamlScalar scalar;
  scalar.kind = Kind::kInt;
  scalar.integer = value;
  return scalar;
}

// Takes one or two digits.
std::optional<int> TakeNumber(std::string_view& text) {
  if (text.empty() || !IsDigit(text[0])) return std::nullopt;
  int value = text[0] - '0';
  text.remove_prefix(1);
  if (!text.empty() && IsDigit(text[0])) {
    value = value * 10 + (text[0] - '0');
    text.remove_prefix(1);
  }
  return value;
}

bool Take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// Z, or +hh:mm
bool IsZone(std::string_view text) {
  if (text == "Z") return true;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  if (!IsDigit(text[1]) || !IsDigit(text[2]) || !IsDigit(text[4]) || !IsDigit(text[5])) return false;
  return (text[1] - '0') * 10 + (text[2] - '0') <= 24 && (text[4] - '0') * 10 + (text[5] - '0') <= 60;
}

// A date, alone or with the time of day: after T with a zone, after spaces without.
bool IsTime(std::string_view text) {
  if (text.size() < 8 || !std::all_of(text.begin(), text.begin() + 4, IsDigit) || text[4] != '-') return false;
  const int year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
  text.remove_prefix(5);
  const std::optional<int> month = TakeNumber(text);
  if (!month || *month < 1 || *month > 12 || !Take(text, '-')) return false;
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  const std::optional<int> day = TakeNumber(text);
  if (!day || *day < 1 || *day > kDays[*month - 1] + (*month == 2 && leap ? 1 : 0)) return false;
  if (text.empty()) return true;
  const bool zoned = text[0] == 'T' || text[0] == 't';
  if (!zoned && text[0] != ' ') return false;
  text.remove_prefix(1);
  while (!zoned && text.starts_with(' ')) text.remove_prefix(1);
  const std::optional<int> hour = TakeNumber(text);
  if (!hour || *hour > 23 || !Take(text, ':')) return false;
  const std::optional<int> minute = TakeNumber(text);
  if (!minute || *minute > 59 || !Take(text, ':')) return false;
  const std::optional<int> second = TakeNumber(text);
  if (!second || *second > 59) return false;
  if (text.size() > 1 && (text[0] == '.' || text[0] == ',') && IsDigit(text[1])) {
    text.remove_prefix(1);
    while (!text.empty() && IsDigit(text[0])) text.remove_prefix(1);
  }
  return zoned ? IsZone(text) : text.empty();
}

YamlScalar Of(Kind kind, bool truth = false, double number = 0) {
  YamlScalar scalar;
  scalar.kind = kind;
  scalar.truth = truth;
  scalar.number = number;
  return scalar;
}

YamlScalar ResolveWord(std::string_view text) {
  if (text.size() > 5) return {};
  if (IsOneOf(text, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})) {
    return Of(Kind::kBool, true);
  }
  if (IsOneOf(text, {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})) {
    return Of(Kind::kBool);
  }
  if (IsOneOf(text, {"~", "null", "Null", "NULL"})) return Of(Kind::kNull);
  return {};
}

// Whether each underscore stands between digits.
bool SeparatesDigits(std::string_view text) {
  for (size_t at = text.find('_'); at != std::string_view::npos; at = text.find('_', at + 1)) {
    if (at == 0 || at + 1 == text.size() || !IsDigit(text[at - 1]) || !IsDigit(text[at + 1])) return false;
  }
  return true;
}

YamlScalar ResolveNumber(std::string_view text) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (text.size() <= 5) {
    if (IsOneOf(text, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"})) return Of(Kind::kFloat, false, kInfinity);
    if (IsOneOf(text, {"-.inf", "-.Inf", "-.INF"})) return Of(Kind::kFloat, false, -kInfinity);
    if (IsOneOf(text, {".nan", ".NaN", ".NAN"})) {
      return Of(Kind::kFloat, false, std::numeric_limits<double>::quiet_NaN());
    }
  }
  std::string without;
  std::string_view plain = text;
  if (text[0] == '.') {
    if (!SeparatesDigits(text)) return {};
  } else {
    if (IsTime(text)) return Of(Kind::kTime);
  }
  if (text.find('_') != std::string_view::npos) {
    std::copy_if(text.begin(), text.end(), std::back_inserter(without), [](char c) { return c != '_'; });
    plain = without;
  }
  if (text[0] != '.') {
    if (const std::optional<YamlScalar> integer = ReadInteger(plain)) return *integer;
  }
  if (IsFloat(plain)) {
    if (const std::optional<double> number = ReadFloat(plain)) return Of(Kind::kFloat, false, *number);
  }
  return ReadSignedBinary(plain).value_or(YamlScalar());
}

}  // namespace

YamlScalar ResolveYaml(std::string_view text) {
  if (text.empty()) return Of(Kind::kNull);
  const char first = text[0];
  if (IsDigit(first) || first == '+' || first == '-' || first == '.') return ResolveNumber(text);
  return std::string_view("yYnNtTfFoO~").find(first) == std::string_view::npos ? YamlScalar() : ResolveWord(text);
}

bool IsBase60(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || !IsDigit(text[0])) return false;
  size_t i = text.find_first_not_of("0123456789_");
  if (i == std::string_view::npos || text[i] != ':') return false;
  while (i < text.size() && text[i] == ':') {
    size_t digits = 0;
    while (digits < 2 && i + 1 + digits < text.size() && IsDigit(text[i + 1 + digits])) ++digits;
    if (digits == 0 || (digits == 2 && text[i + 1] > '5')) return false;
    i += 1 + digits;
  }
  if (i == text.size()) return true;
  return text[i] == '.' && text.find_first_not_of("0123456789_", i + 1) == std::string_view::npos;
}

}  // namespace croft::chart
