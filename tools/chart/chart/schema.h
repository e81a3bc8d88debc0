#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/chart/chart/chart.h"
#include "tools/chart/chart/coalesce.h"

namespace croft::chart {

// Checks values against a JSON schema of draft 4, 6, 7, 2019-09 or 2020-12, the last where it does not say which.
// kInvalid lists all that does not fit, a line each, with the place in the values. What the schema refers to and can't
// be reached from here is taken to allow anything, with a warning.
Status ValidateSchema(std::string_view schema, const Value& values, Warnings warnings = nullptr);

// The same for a chart and all charts in it that have a schema and values: in Helm's words, by the names of the charts.
Status ValidateValues(const Chart& chart, const MapPtr& values, Warnings warnings = nullptr);

}  // namespace croft::chart
