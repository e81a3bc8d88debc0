#pragma once

#include <string>
#include <string_view>

namespace croft {

// Whether `text` is well-formed UTF-8 (RFC 3629: shortest forms, no surrogates).
bool IsUtf8(std::string_view text);
// `text` with U+FFFD in place of each byte that belongs to no character.
std::string CleanUtf8(std::string_view text);

}  // namespace croft
