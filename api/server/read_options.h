#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/base/status.h"
#include "api/server/options.h"

namespace croft::server {

// What may be asked for together. kInvalid with the causes that Kubernetes names.
Status CheckListOptions(const ListOptions& options);
Status CheckWatchOptions(const WatchOptions& options);

// kTimeout: the server has not got so far. Clients know it by its cause, and ask again after a second.
Status TooLargeRevision(uint64_t wanted, uint64_t current);
bool IsTooLargeRevision(const Status& status);

// The number in an option's text, as Go's strconv reads it; kBadRequest in its words.
Result<uint64_t> ParseUnsigned(std::string_view text);
Result<int64_t> ParseSigned(std::string_view text);

}  // namespace croft::server
