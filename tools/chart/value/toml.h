#pragma once

#include <string>

#include "tools/chart/value/value.h"

namespace croft::chart {

// As Helm's toToml writes a map: plain values before tables, tables indented by two blanks a level, what is nil left
// out. Fails in the words of Helm's library for what TOML can't hold: nil in a list, a list of tables at the top.
Result<std::string> WriteToml(const Value& value);

}  // namespace croft::chart
