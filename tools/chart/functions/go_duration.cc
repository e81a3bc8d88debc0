#include <optional>
#include <utility>

#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/go_time.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

constexpr uint64_t kLimit = uint64_t{1} << 63;
constexpr uint64_t kSecond = 1000000000;

constexpr std::pair<std::string_view, uint64_t> kUnits[] = {
    {"ns", 1},       {"us", 1000},   {"\u00B5s", 1000},   {"\u03BCs", 1000},
    {"ms", 1000000}, {"s", kSecond}, {"m", 60 * kSecond}, {"h", 3600 * kSecond}};

bool IsDecimal(char c) {
  return c >= '0' && c <= '9';
}

// Digits as a whole number; none when it is too great.
std::optional<uint64_t> TakeWhole(std::string_view& text) {
  uint64_t out = 0;
  while (!text.empty() && IsDecimal(text[0])) {
    if (out > kLimit / 10) return std::nullopt;
    out = out * 10 + static_cast<uint64_t>(text[0] - '0');
    if (out > kLimit) return std::nullopt;
    text.remove_prefix(1);
  }
  return out;
}

struct Fraction {
  uint64_t digits = 0;
  double scale = 1;
};

// Digits behind a point; those beyond what a number holds are left out.
Fraction TakeFraction(std::string_view& text) {
  Fraction out;
  bool full = false;
  for (; !text.empty() && IsDecimal(text[0]); text.remove_prefix(1)) {
    const auto digit = static_cast<uint64_t>(text[0] - '0');
    full = full || out.digits > (kLimit - 1) / 10 || out.digits * 10 + digit > kLimit;
    if (full) continue;
    out.digits = out.digits * 10 + digit;
    out.scale *= 10;
  }
  return out;
}

// "1.5h" from the text's front; none when malformed or too great.
std::optional<uint64_t> TakeTerm(std::string_view& text, std::string& why) {
  const size_t before = text.size();
  const std::optional<uint64_t> whole = TakeWhole(text);
  if (!whole) return std::nullopt;
  bool digits = text.size() != before;
  Fraction fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const size_t at = text.size();
    fraction = TakeFraction(text);
    digits = digits || text.size() != at;
  }
  if (!digits) return std::nullopt;
  size_t size = 0;
  while (size < text.size() && text[size] != '.' && !IsDecimal(text[size])) ++size;
  const std::string_view name = text.substr(0, size);
  text.remove_prefix(size);
  uint64_t unit = 0;
  for (const auto& [known, length] : kUnits) {
    if (known == name) unit = length;
  }
  if (unit == 0) {
    why = name.empty() ? "missing unit in duration" : "unknown unit " + GoQuote(name) + " in duration";
    return std::nullopt;
  }
  if (*whole > kLimit / unit) return std::nullopt;
  uint64_t out = *whole * unit;
  if (fraction.digits > 0) {
    out += static_cast<uint64_t>(static_cast<double>(fraction.digits) * (static_cast<double>(unit) / fraction.scale));
  }
  return out > kLimit ? std::nullopt : std::optional(out);
}

// Digits of `value` with a point before the last `places`, without zeros at the end.
std::string WithPoint(uint64_t value, int places) {
  std::string digits = std::to_string(value);
  if (digits.size() <= static_cast<size_t>(places))
    digits.insert(0, static_cast<size_t>(places) + 1 - digits.size(), '0');
  digits.insert(digits.size() - static_cast<size_t>(places), ".");
  while (digits.ends_with('0')) digits.pop_back();
  if (digits.ends_with('.')) digits.pop_back();
  return digits;
}

}  // namespace

Result<int64_t> ParseGoDuration(std::string_view text) {
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return int64_t{0};
  std::string why = "invalid duration";
  const auto wrong = [&] { return Wrong("time: " + why + " " + GoQuote(text)); };
  if (rest.empty()) return wrong();
  uint64_t sum = 0;
  while (!rest.empty()) {
    const std::optional<uint64_t> term = TakeTerm(rest, why);
    if (!term) return wrong();
    sum += *term;
    if (sum > kLimit) return wrong();
  }
  if (!negative && sum == kLimit) return wrong();
  return static_cast<int64_t>(negative ? 0 - sum : sum);
}

std::string FormatGoDuration(int64_t nanoseconds) {
  if (nanoseconds == 0) return "0s";
  const bool negative = nanoseconds < 0;
  const uint64_t size = negative ? 0 - static_cast<uint64_t>(nanoseconds) : static_cast<uint64_t>(nanoseconds);
  std::string out = negative ? "-" : "";
  if (size < 1000) return out + std::to_string(size) + "ns";
  if (size < 1000000) return out + WithPoint(size, 3) + "\u00B5s";
  if (size < kSecond) return out + WithPoint(size, 6) + "ms";
  const uint64_t minutes = size / kSecond / 60;
  if (minutes >= 60) out += std::to_string(minutes / 60) + "h";
  if (minutes > 0) out += std::to_string(minutes % 60) + "m";
  return out + WithPoint(size % (60 * kSecond), 9) + "s";
}

}  // namespace croft::chart
