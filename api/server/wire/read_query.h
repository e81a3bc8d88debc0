#pragma once

#include "api/base/result.h"
#include "api/server/options.h"
#include "api/server/wire/request_info.h"
#include "api/server/wire/table.h"

namespace croft::server {

// Options of reads in the query string; kBadRequest for a number that is none.
Result<ListOptions> ParseListOptions(const Query& query);
WatchOptions ParseWatchOptions(const Query& query);
IncludeObject IncludeOf(const Query& query);
// kBadRequest when includeObject is none that there is.
Status CheckInclude(const Query& query);

}  // namespace croft::server
