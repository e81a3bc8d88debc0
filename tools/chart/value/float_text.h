#pragma once

#include <string>

namespace croft::chart {

// Appends the fewest digits that read as `value` again, plain where its exponent is from `lowest` to below `limit`,
// else with an exponent of at least two digits. `value` must be finite.
void AppendFloat(std::string& out, double value, int lowest, int limit);
void AppendFloat(std::string& out, float value, int lowest, int limit);

}  // namespace croft::chart
