#pragma once

#include <string_view>

#include "api/object/json.h"

namespace croft {

// The value that a plain (unquoted) YAML scalar stands for: a YAML 1.1 boolean (y, yes, on, ...), null, an integer (0x,
// 0b, 0o and leading-zero octal, '_' between digits), a float, or a string. An integer beyond 64 bits with sign is a
// double; .inf and .nan are returned as doubles, which JSON can't hold.
Json ResolvePlainScalar(std::string_view text, JsonAllocator& allocator);

}  // namespace croft
