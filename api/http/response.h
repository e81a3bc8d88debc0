#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/base/status.h"
#include "api/http/message.h"

namespace croft::http {

// Replies as both versions of HTTP need them. Internal to api/http.

// HTTP/1: the bytes of a response up to its body. `length`: the body's, none when it is chunked.
std::string EncodeHead(const Response& response, std::optional<size_t> length, bool http_1_1, bool keep_alive);

// A meta/v1 Status as the body of a failure that the server itself answers. `code` may be one that no Reason has.
Response StatusResponse(int code, const Status& status);

// Whether a field tells where a message ends, which is never the handler's to say.
bool IsFraming(std::string_view name);

// What the Date field says now.
const std::string& DateNow();

}  // namespace croft::http
