#include "tools/chart/value/go_number.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

namespace croft::chart {
namespace {

std::string ToChars(double value, std::chars_format format, int precision) {
  std::string out(400 + static_cast<size_t>(std::max(precision, 0)), '\0');
  const auto end = precision < 0 ? std::to_chars(out.data(), out.data() + out.size(), value, format)
                                 : std::to_chars(out.data(), out.data() + out.size(), value, format, precision);
  out.resize(static_cast<size_t>(end.ptr - out.data()));
  return out;
}

void AppendExponent(std::string& out, int exponent) {
  out += exponent < 0 ? '-' : '+';
  if (std::abs(exponent) < 10) out += '0';
  out += std::to_string(std::abs(exponent));
}

// Shortest digits. Exponents below -4 and from 6 up are written as such, whatever the number of digits.
std::string ShortestGeneral(double value) {
  std::string scientific = ToChars(value, std::chars_format::scientific, -1);
  const char* digits = scientific.data() + scientific.find('e') + 1;
  int exponent = 0;
  std::from_chars(*digits == '+' ? digits + 1 : digits, scientific.data() + scientific.size(), exponent);
  return exponent < -4 || exponent >= 6 ? scientific : ToChars(value, std::chars_format::fixed, -1);
}

struct Parts {
  bool negative;
  int exponent;  // of the lowest bit of the mantissa
  uint64_t mantissa;
};

Parts Take(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  Parts parts{bits >> 63 != 0, static_cast<int>(bits >> 52 & 0x7FF), bits & ((uint64_t{1} << 52) - 1)};
  if (parts.exponent == 0) {
    parts.exponent = 1;
  } else {
    parts.mantissa |= uint64_t{1} << 52;
  }
  parts.exponent -= 1075;
  return parts;
}

std::string Binary(double value) {
  const Parts parts = Take(value);
  std::string out = parts.negative ? "-" : "";
  out += std::to_string(parts.mantissa) + "p" + (parts.exponent >= 0 ? "+" : "") + std::to_string(parts.exponent);
  return out;
}

std::string Hexadecimal(double value, int precision, bool capitals) {
  constexpr uint64_t kOne = uint64_t{1} << 60;  // the leading digit, fifteen more below it
  Parts parts = Take(value);
  int exponent = 0;
  if (parts.mantissa != 0) {
    const int shift = std::countl_zero(parts.mantissa) - 3;
    parts.mantissa <<= shift;
    exponent = parts.exponent + 60 - shift;
  }
  if (precision >= 0 && precision < 15) {
    const uint64_t unit = kOne >> (precision * 4);
    const uint64_t rest = parts.mantissa % unit;
    parts.mantissa -= rest;
    const bool odd = (parts.mantissa & unit) != 0;
    if (rest > unit / 2 || (rest == unit / 2 && odd && rest != 0)) parts.mantissa += unit;
    if (parts.mantissa == 2 * kOne) {
      parts.mantissa = kOne;
      ++exponent;
    }
  }
  std::string digits = FormatUnsigned(parts.mantissa % kOne, 16, capitals);
  digits.insert(0, 15 - digits.size(), '0');
  if (precision < 0) {
    digits.erase(digits.find_last_not_of('0') + 1);
  } else {
    digits.resize(static_cast<size_t>(precision), '0');
  }
  std::string out = parts.negative ? "-0" : "0";
  out += capitals ? 'X' : 'x';
  out += static_cast<char>('0' + parts.mantissa / kOne);
  if (!digits.empty()) out += '.' + digits;
  out += capitals ? 'P' : 'p';
  AppendExponent(out, exponent);
  return out;
}

}  // namespace

std::string FormatFloat(double value, char format, int precision) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  std::string out;
  switch (format) {
    case 'b':
      return Binary(value);
    case 'x':
    case 'X':
      return Hexadecimal(value, precision, format == 'X');
    case 'e':
    case 'E':
      out = ToChars(value, std::chars_format::scientific, precision);
      break;
    case 'f':
      return ToChars(value, std::chars_format::fixed, precision);
    default:
      out = precision < 0 ? ShortestGeneral(value) : ToChars(value, std::chars_format::general, precision);
  }
  if (format == 'E' || format == 'G') std::replace(out.begin(), out.end(), 'e', 'E');
  return out;
}

std::string FormatUnsigned(uint64_t value, int base, bool capitals) {
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, base);
  std::string out(digits, end.ptr);
  if (capitals)
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'a' ? c - 'a' + 'A' : c; });
  return out;
}

}  // namespace croft::chart
