#include "tools/chart/functions/parse_number.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace croft::chart {
namespace {

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool IsDecimal(char c) {
  return c >= '0' && c <= '9';
}

int DigitOf(char c) {
  if (IsDecimal(c)) return c - '0';
  c = Lower(c);
  return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

bool EqualFold(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (Lower(text[i]) != lower[i]) return false;
  }
  return true;
}

// Whether underscores stand between digits alone, or between a base's prefix and a digit.
bool UnderscoresStandRight(std::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  char last = '^';  // '0' a digit or prefix, '_', '!' all else
  bool hex = false;
  if (text.size() >= 2 && text[0] == '0' && (Lower(text[1]) == 'b' || Lower(text[1]) == 'o' || Lower(text[1]) == 'x')) {
    hex = Lower(text[1]) == 'x';
    last = '0';
    text.remove_prefix(2);
  }
  for (const char c : text) {
    if (IsDecimal(c) || (hex && DigitOf(c) < 16)) {
      last = '0';
    } else if (c == '_') {
      if (last != '0') return false;
      last = '_';
    } else {
      if (last == '_') return false;
      last = '!';
    }
  }
  return last != '_';
}

// The base that a prefix tells; takes the prefix off.
int TakeBase(std::string_view& text) {
  if (text[0] != '0') return 10;
  const char kind = text.size() >= 3 ? Lower(text[1]) : '\0';
  if (kind == 'b' || kind == 'o' || kind == 'x') {
    text.remove_prefix(2);
    return kind == 'b' ? 2 : kind == 'o' ? 8 : 16;
  }
  text.remove_prefix(1);
  return 8;
}

struct FloatText {
  std::string digits;  // without sign, prefix and underscores: "1.5e3"
  bool hex = false;
};

// Whether it is a number as Go writes them, and what std::from_chars reads.
bool ScanFloat(std::string_view text, FloatText& out) {
  const std::string_view whole = text;
  if (text.size() > 2 && text[0] == '0' && Lower(text[1]) == 'x') {
    out.hex = true;
    text.remove_prefix(2);
  }
  bool dot = false, digits = false, underscores = false;
  size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '_') {
      underscores = true;
      continue;
    }
    if (c == '.') {
      if (dot) break;
      dot = true;
    } else if (IsDecimal(c) || (out.hex && DigitOf(c) < 16)) {
      digits = true;
    } else {
      break;
    }
    out.digits += c;
  }
  if (!digits) return false;
  if (i < text.size() && Lower(text[i]) == (out.hex ? 'p' : 'e')) {
    out.digits += text[i++];
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) {
      if (text[i] == '-') out.digits += '-';
      ++i;
    }
    if (i == text.size() || !IsDecimal(text[i])) return false;
    for (; i < text.size() && (IsDecimal(text[i]) || text[i] == '_'); ++i) {
      if (text[i] == '_') {
        underscores = true;
      } else {
        out.digits += text[i];
      }
    }
  } else if (out.hex) {
    return false;  // a hexadecimal number must have an exponent
  }
  if (i != text.size()) return false;
  return !underscores || UnderscoresStandRight(whole);
}

// Whether a number that a double can't hold is too great, not too small.
bool IsGreat(const FloatText& text) {
  const size_t mark = text.digits.find_first_of(text.hex ? "pP" : "eE");
  const std::string_view mantissa = std::string_view(text.digits).substr(0, mark);
  const size_t dot = std::min(mantissa.find('.'), mantissa.size());
  const size_t first = mantissa.find_first_not_of("0.");
  const double places =
      first < dot ? static_cast<double>(dot - first) : -static_cast<double>(first - dot);  // before the dot
  double exponent = 0;
  if (mark != std::string::npos) {
    const std::string_view number = std::string_view(text.digits).substr(mark + 1);
    for (const char c : number) {
      if (IsDecimal(c)) exponent = exponent * 10 + (c - '0');
    }
    if (number.front() == '-') exponent = -exponent;
  }
  return places * (text.hex ? 4 : 1) + exponent > 0;
}

}  // namespace

ParsedNumber<uint64_t> ParseUint(std::string_view text, int base) {
  constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
  if (text.empty()) return {0, NumberError::kSyntax};
  const std::string_view whole = text;
  const bool any_base = base == 0;
  if (any_base) base = TakeBase(text);
  uint64_t value = 0;
  bool underscores = false;
  for (const char c : text) {
    if (c == '_' && any_base) {
      underscores = true;
      continue;
    }
    const int digit = DigitOf(c);
    if (digit >= base) return {0, NumberError::kSyntax};
    if (value > (kMax - static_cast<uint64_t>(digit)) / static_cast<uint64_t>(base)) return {kMax, NumberError::kRange};
    value = value * static_cast<uint64_t>(base) + static_cast<uint64_t>(digit);
  }
  if (underscores && !UnderscoresStandRight(whole)) return {0, NumberError::kSyntax};
  return {value, NumberError::kNone};
}

ParsedNumber<int64_t> ParseInt(std::string_view text, int base) {
  if (text.empty()) return {0, NumberError::kSyntax};
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  const ParsedNumber<uint64_t> size = ParseUint(text, base);
  if (size.error == NumberError::kSyntax) return {0, NumberError::kSyntax};
  constexpr uint64_t kLimit = uint64_t{1} << 63;
  if (!negative && (size.error != NumberError::kNone || size.value >= kLimit)) {
    return {std::numeric_limits<int64_t>::max(), NumberError::kRange};
  }
  if (negative && (size.error != NumberError::kNone || size.value > kLimit)) {
    return {std::numeric_limits<int64_t>::min(), NumberError::kRange};
  }
  return {static_cast<int64_t>(negative ? 0 - size.value : size.value), NumberError::kNone};
}

ParsedNumber<double> ParseFloat(std::string_view text) {
  bool negative = false;
  std::string_view size = text;
  if (!size.empty() && (size[0] == '+' || size[0] == '-')) {
    negative = size[0] == '-';
    size.remove_prefix(1);
  }
  const double sign = negative ? -1 : 1;
  if (EqualFold(size, "inf") || EqualFold(size, "infinity")) {
    return {sign * std::numeric_limits<double>::infinity(), NumberError::kNone};
  }
  if (EqualFold(text, "nan")) return {std::numeric_limits<double>::quiet_NaN(), NumberError::kNone};
  FloatText number;
  if (!ScanFloat(size, number)) return {0, NumberError::kSyntax};
  double value = 0;
  const char* end = number.digits.data() + number.digits.size();
  const auto [at, error] = std::from_chars(number.digits.data(), end, value,
                                           number.hex ? std::chars_format::hex : std::chars_format::general);
  if (error == std::errc::result_out_of_range) {
    if (!IsGreat(number)) return {sign * 0.0, NumberError::kNone};
    return {sign * std::numeric_limits<double>::infinity(), NumberError::kRange};
  }
  if (error != std::errc() || at != end) return {0, NumberError::kSyntax};
  return {sign * value, NumberError::kNone};
}

}  // namespace croft::chart
