#pragma once

#include <cstddef>
#include <string_view>

namespace croft::chart {

// How many characters of the text are a zone's name as Go takes them: "CET", "GMT+3", "+03"; 0 when it begins with
// none.
size_t ZoneNameLength(std::string_view text);

}  // namespace croft::chart
