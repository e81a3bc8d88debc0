#pragma once

#include <string_view>

#include "tools/chart/value/value.h"

namespace croft::chart {

// TOML 1.0 as Helm's fromToml reads it: integers are int64, dates and times are times, arrays of tables are lists of
// maps. kInvalid tells the line and what is wrong there.
Result<Value> ReadToml(std::string_view text);

}  // namespace croft::chart
