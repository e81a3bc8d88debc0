#pragma once

#include <cstddef>
#include <string_view>

namespace croft::schema {

// Takes one character off the front of `text`, which must not be empty. A byte that is not UTF-8 counts as U+FFFD.
char32_t TakeRune(std::string_view& text);
size_t CountRunes(std::string_view text);

}  // namespace croft::schema
