#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"

namespace croft::chart {

// As strings.SplitN: at most `count` parts, all for a negative count, none for 0. An empty separator parts runes.
std::vector<std::string_view> Split(std::string_view text, std::string_view separator, int64_t count);
// As strings.ReplaceAll; an empty `from` stands before each rune and at the end.
Result<std::string> ReplaceAll(std::string_view text, std::string_view from, std::string_view to);
// How many bytes the last rune takes; `text` is not empty.
size_t LastRuneLength(std::string_view text);

}  // namespace croft::chart
