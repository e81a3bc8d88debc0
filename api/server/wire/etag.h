#pragma once

#include <string>
#include <string_view>

namespace croft::server {

// Whether an If-None-Match header names the tag (in quotes, as in an ETag header): "*", or a list of tags, weak ones
// too.
bool MatchesTag(std::string_view if_none_match, std::string_view tag);

}  // namespace croft::server
