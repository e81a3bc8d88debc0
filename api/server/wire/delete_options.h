#pragma once

#include "api/base/result.h"
#include "api/http/message.h"
#include "api/server/options.h"
#include "api/server/wire/request_info.h"

namespace croft::server {

// Of the body (DeleteOptions) and, where that says nothing, of the query.
Result<DeleteOptions> ParseDeleteOptions(const http::Request& request, const Query& query);

}  // namespace croft::server
