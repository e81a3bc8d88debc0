#include "tools/chart/template/number.h"

#include <charconv>
#include <limits>
#include <optional>

#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}
bool HasPrefix(std::string_view text, char letter) {
  return text.size() >= 2 && text[0] == '0' && (text[1] | 0x20) == letter;
}
std::string_view WithoutSign(std::string_view text) {
  return !text.empty() && (text[0] == '+' || text[0] == '-') ? text.substr(1) : text;
}

// Underscores stand between digits only, and between a prefix and a digit.
bool UnderscoresFit(std::string_view text) {
  text = WithoutSign(text);
  const bool hex = HasPrefix(text, 'x');
  const bool prefix = hex || HasPrefix(text, 'b') || HasPrefix(text, 'o');
  bool digit = prefix;
  bool underscore = false;
  for (const char c : text.substr(prefix ? 2 : 0)) {
    if (c == '_') {
      if (!digit) return false;
      underscore = true;
      digit = false;
      continue;
    }
    digit = (c >= '0' && c <= '9') || (hex && IsHexDigit(c));
    if (underscore && !digit) return false;
    underscore = false;
  }
  return !underscore;
}

std::string WithoutUnderscores(std::string_view text) {
  std::string out(text);
  std::erase(out, '_');
  return out;
}

// The magnitude of an integer constant.
std::optional<uint64_t> Magnitude(std::string_view spelled) {
  if (!UnderscoresFit(spelled)) return std::nullopt;
  std::string text = WithoutUnderscores(WithoutSign(spelled));
  int base = 10;
  size_t skip = 0;
  if (HasPrefix(text, 'x')) {
    base = 16;
    skip = 2;
  } else if (HasPrefix(text, 'o')) {
    base = 8;
    skip = 2;
  } else if (HasPrefix(text, 'b')) {
    base = 2;
    skip = 2;
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
    skip = 1;
  }
  uint64_t value = 0;
  const auto end = std::from_chars(text.data() + skip, text.data() + text.size(), value, base);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> ReadFloat(std::string_view spelled) {
  if (!UnderscoresFit(spelled)) return std::nullopt;
  std::string text = WithoutUnderscores(WithoutSign(spelled));
  const bool hex = HasPrefix(text, 'x');
  const size_t exponent = text.find_first_of(hex ? "pP" : "eE");
  if (hex && exponent == std::string::npos) return std::nullopt;
  if (hex) text.erase(0, 2);
  double value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value,
                                   hex ? std::chars_format::hex : std::chars_format::general);
  if (end.ptr != text.data() + text.size()) return std::nullopt;
  if (end.ec == std::errc::result_out_of_range) {
    if (exponent == std::string::npos || spelled.find('-', 1) == std::string_view::npos) return std::nullopt;
    value = 0;
  } else if (end.ec != std::errc()) {
    return std::nullopt;
  }
  return spelled[0] == '-' ? -value : value;
}

Result<Number> ReadCharacter(std::string_view text) {
  std::string_view inner = text.substr(1);
  GoChar c;
  if (!TakeGoChar(inner, '\'', c)) return Status::Invalid("invalid syntax");
  if (inner != "'") return Status::Invalid("malformed character constant: " + std::string(text));
  return Number{true, true, true, static_cast<int64_t>(c.value), static_cast<double>(c.value)};
}

void TakeInteger(std::string_view text, Number& number) {
  const std::optional<uint64_t> magnitude = Magnitude(text);
  if (!magnitude) return;
  const bool sign = text[0] == '+' || text[0] == '-';
  const bool negative = text[0] == '-';
  constexpr uint64_t kLargest = std::numeric_limits<int64_t>::max();
  number.is_uint = !sign || *magnitude == 0;
  number.is_int = *magnitude <= kLargest + (negative ? 1 : 0);
  number.int_value = static_cast<int64_t>(negative ? -*magnitude : *magnitude);
  number.is_float = number.is_int || number.is_uint;
  number.float_value = number.is_int ? static_cast<double>(number.int_value) : static_cast<double>(*magnitude);
}

}  // namespace

Result<Number> ReadNumber(const Token& token) {
  const std::string_view text = token.text;
  if (token.type == TokenType::kCharConstant) return ReadCharacter(text);
  if (token.type == TokenType::kComplex || text.back() == 'i') {
    return Status::Invalid("complex constants are not supported: " + GoQuote(text));
  }
  Number number;
  TakeInteger(text, number);
  if (number.is_float) return number;
  const std::optional<double> value = ReadFloat(text);
  if (!value) return Status::Invalid("illegal number syntax: " + GoQuote(text));
  if (text.find_first_of(".eEpP") == std::string_view::npos) {
    return Status::Invalid("integer overflow: " + GoQuote(text));
  }
  number.is_float = true;
  number.float_value = *value;
  if (*value >= -0x1p63 && *value < 0x1p63 && static_cast<double>(static_cast<int64_t>(*value)) == *value) {
    number.is_int = true;
    number.int_value = static_cast<int64_t>(*value);
  }
  number.is_uint = *value >= 0 && *value < 0x1p64 && static_cast<double>(static_cast<uint64_t>(*value)) == *value;
  return number;
}

Value IdealConstant(const Number& number, std::string_view spelled) {
  const bool whole =
      spelled[0] == '\'' || (HasPrefix(spelled, 'x') && spelled.find_first_of("pP") == std::string_view::npos);
  if (!whole && spelled.find_first_of(".eEpP") != std::string_view::npos) return Value::Float64(number.float_value);
  return number.is_int ? Value::Int(number.int_value) : Value();
}

}  // namespace croft::chart
