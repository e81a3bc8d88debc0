#pragma once

#include <string_view>

#include "api/base/result.h"
#include "tools/chart/template/lexer.h"
#include "tools/chart/template/node.h"

namespace croft::chart {

// Reads a number as Go spells it: decimal, hexadecimal, octal, binary, with underscores, with a fraction or an
// exponent, or as a character. Complex numbers are refused.
Result<Number> ReadNumber(const Token& token);
// What it is where nothing asks for a type; nil when it overflows int.
Value IdealConstant(const Number& number, std::string_view spelled);

}  // namespace croft::chart
