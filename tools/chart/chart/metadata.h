#pragma once

#include <string_view>

#include "tools/chart/chart/chart.h"

namespace croft::chart {

// Reads Chart.yaml (or the dependencies of requirements.yaml) into `metadata`: what the text does not name stays.
// Numbers and booleans where texts belong are taken for texts.
Status ReadMetadata(std::string_view yaml, Metadata& metadata);
Result<Lock> ReadLock(std::string_view yaml);
// "validation: chart.metadata.name is required" and its kin; takes characters that can't be printed out of the texts.
Status ValidateMetadata(Metadata& metadata);

}  // namespace croft::chart
