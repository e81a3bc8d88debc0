#include "api/object/yaml_scalar.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace croft {
namespace {

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// The digits of an integer and their base; none when `text` (without sign) is no integer.
struct Digits {
  std::string_view text;
  int base;
};

std::optional<Digits> SplitBase(std::string_view text) {
  Digits digits{text, 10};
  if (text.size() > 1 && text[0] == '0') {
    const char mark = text[1];
    digits.base = mark == 'x' || mark == 'X' ? 16 : mark == 'b' || mark == 'B' ? 2 : 8;
    digits.text = text.substr(digits.base == 8 && mark != 'o' && mark != 'O' ? 1 : 2);
  }
  const auto in_base = [&](char c) {
    const int value = IsDigit(c)             ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : 99;
    return value < digits.base;
  };
  if (digits.text.empty() || !std::all_of(digits.text.begin(), digits.text.end(), in_base)) return std::nullopt;
  return digits;
}

// [0-9]* [. [0-9]*] [e [+-] [0-9]+], with at least one digit before the exponent.
bool IsFloat(std::string_view text) {
  size_t i = 0;
  size_t digits = 0;
  while (i < text.size() && IsDigit(text[i])) ++i, ++digits;
  if (i < text.size() && text[i] == '.') {
    ++i;
    while (i < text.size() && IsDigit(text[i])) ++i, ++digits;
  }
  if (digits == 0) return false;
  if (i == text.size()) return true;
  if (text[i] != 'e' && text[i] != 'E') return false;
  ++i;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  return i < text.size() && std::all_of(text.begin() + i, text.end(), IsDigit);
}

std::optional<Json> ResolveNumber(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  std::copy_if(text.begin(), text.end(), std::back_inserter(plain), [](char c) { return c != '_'; });
  std::string_view body = plain;
  const bool negative = body.starts_with('-');
  if (negative || body.starts_with('+')) body.remove_prefix(1);
  if (const std::optional<Digits> digits = SplitBase(body)) {
    uint64_t magnitude = 0;
    const char* end = digits->text.data() + digits->text.size();
    const bool fits = std::from_chars(digits->text.data(), end, magnitude, digits->base).ec == std::errc();
    constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
    if (fits && magnitude <= kMax) {
      const auto value = static_cast<int64_t>(magnitude);
      return Json(negative ? -value : value);
    }
    if (fits && negative && magnitude == kMax + 1) return Json(std::numeric_limits<int64_t>::min());
    if (fits) return Json(negative ? -static_cast<double>(magnitude) : static_cast<double>(magnitude));
    if (digits->base != 10) return std::nullopt;
  }
  if (!IsFloat(body)) return std::nullopt;
  double value = 0;
  if (std::from_chars(body.data(), body.data() + body.size(), value).ec != std::errc()) return std::nullopt;
  return Json(negative ? -value : value);
}

}  // namespace

Json ResolvePlainScalar(std::string_view text, JsonAllocator& allocator) {
  if (IsOneOf(text, {"", "~", "null", "Null", "NULL"})) return Json();
  if (IsOneOf(text, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})) return Json(true);
  if (IsOneOf(text, {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})) return Json(false);
  if (IsOneOf(text, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"})) {
    return Json(std::numeric_limits<double>::infinity());
  }
  if (IsOneOf(text, {"-.inf", "-.Inf", "-.INF"})) return Json(-std::numeric_limits<double>::infinity());
  if (IsOneOf(text, {".nan", ".NaN", ".NAN"})) return Json(std::numeric_limits<double>::quiet_NaN());
  const char first = text.front();
  if (IsDigit(first) || first == '-' || first == '+' || first == '.') {
    if (std::optional<Json> number = ResolveNumber(text)) return std::move(*number);
  }
  return MakeString(text, allocator);
}

}  // namespace croft
