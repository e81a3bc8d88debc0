#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace croft::chart {

// As strconv.FormatFloat: `format` is one of e E f g G b x X, a precision of -1 gives as many digits as it takes to
// read the same number again.
std::string FormatFloat(double value, char format, int precision);
inline std::string GoFloat(double value) {
  return FormatFloat(value, 'g', -1);
}

// Digits in the base (2, 8, 10 or 16), in capitals where wanted.
std::string FormatUnsigned(uint64_t value, int base, bool capitals = false);

}  // namespace croft::chart
