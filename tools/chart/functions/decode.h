#pragma once

#include <string>
#include <string_view>

#include "api/base/result.h"

namespace croft::chart {

// As Go's encoding/base64 and base32 with padding: line ends are skipped, and what is wrong is told by its place
// ("illegal base64 data at input byte 4").
Result<std::string> DecodeBase64(std::string_view text);
Result<std::string> DecodeBase32(std::string_view text);

}  // namespace croft::chart
