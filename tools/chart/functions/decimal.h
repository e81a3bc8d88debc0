#pragma once

#include <span>

#include "api/base/result.h"

namespace croft::chart {

// Calculates with decimal numbers as sprig's addf and its kin do: each float is taken for the shortest decimal that
// reads as the same float, sums and products are exact, quotients are rounded (half away from zero) to 16 places, and
// the end becomes the nearest float. kInvalid for infinities, NaN and a division by zero.
enum class DecimalOperation { kAdd, kSubtract, kMultiply, kDivide };
Result<double> Calculate(DecimalOperation operation, double first, std::span<const double> rest);

}  // namespace croft::chart
