#pragma once

#include <cstdint>
#include <string_view>

namespace croft::chart {

enum class NumberError { kNone, kSyntax, kRange };

template <class T>
struct ParsedNumber {
  T value = 0;  // the nearest that there is when out of range, 0 when malformed
  NumberError error = NumberError::kNone;
};

// As strconv.ParseInt for 64 bits: base 0 takes prefixes (0x, 0o, 0b, 0) and underscores between digits.
ParsedNumber<int64_t> ParseInt(std::string_view text, int base);
// As strconv.ParseUint for 64 bits.
ParsedNumber<uint64_t> ParseUint(std::string_view text, int base);
// As strconv.ParseFloat for 64 bits: decimal and hexadecimal, "inf", "nan", underscores between digits.
ParsedNumber<double> ParseFloat(std::string_view text);

}  // namespace croft::chart
