#pragma once

#include <string_view>
#include <vector>

#include "tools/chart/chart/chart.h"

namespace croft::chart {

inline constexpr size_t kMaxChartBytes = 100 * 1024 * 1024;  // of all files
inline constexpr size_t kMaxChartFileBytes = 5 * 1024 * 1024;
inline constexpr size_t kMaxChartFiles = 50000;

// The files of a gzipped tar, their names without the first folder. Refuses what leads out of that folder (.., absolute
// and drive paths), links and devices, and what is larger than the limits above, before it is unpacked.
Result<std::vector<File>> ReadArchive(std::string_view bytes);

// Text files that begin with a byte order mark lose it.
std::string_view WithoutByteOrderMark(std::string_view text);

}  // namespace croft::chart
