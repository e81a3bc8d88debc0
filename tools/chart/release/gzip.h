#pragma once

#include <string>
#include <string_view>

#include "api/base/result.h"

namespace croft::chart {

std::string Gzip(std::string_view bytes);
// kInvalid when that is no gzip stream; kRequestEntityTooLarge when it unpacks to more than `most` bytes.
Result<std::string> Gunzip(std::string_view bytes, size_t most);

}  // namespace croft::chart
