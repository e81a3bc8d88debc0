#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tools/chart/value/value.h"

namespace croft::chart {

// Go's package fmt for Values: output is the same to the byte, the texts for what is wrong with a format included
// ("%!d(string=hi)"). Values nested deeper than any chart's (those that hold themselves) end in "...", and so does text
// beyond kMaxFormatted.
inline constexpr size_t kMaxFormatted = size_t{32} << 20;

// As %v prints it: "map[a:1 b:[x <nil>]]".
std::string GoString(const Value& value);
void AppendGoString(std::string& out, const Value& value);

std::string GoSprint(std::span<const Value> arguments);    // spaces where neither side is a string
std::string GoSprintln(std::span<const Value> arguments);  // spaces everywhere
std::string GoSprintf(std::string_view format, std::span<const Value> arguments);

}  // namespace croft::chart
