#pragma once

#include <string_view>

namespace croft::chart {

// The order of keys in YAML that Go writes: numbers inside of keys count as numbers ("a2" before "a10"), and what is no
// letter comes before letters. `pretty` is go-yaml's third version, for which a number ends before a letter does.
bool YamlKeyLess(std::string_view a, std::string_view b, bool pretty = false);

}  // namespace croft::chart
