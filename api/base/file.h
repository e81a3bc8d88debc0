#pragma once

#include <string>
#include <string_view>

#include "api/base/result.h"

namespace croft {

// The whole file. kNotFound when there is none; kRequestEntityTooLarge beyond `limit` bytes.
Result<std::string> ReadFile(const std::string& path, size_t limit = 16 * 1024 * 1024);

// Replaces the file by one with these bytes and this mode, durably and at one stroke: whoever reads sees the old or the
// new file, also after a crash. The temporary file beside it is never readable by more than `mode` allows.
Status WriteFileAtomic(const std::string& path, std::string_view bytes, unsigned mode);

// Makes the directory and those above it that are missing, each with `mode` whatever the umask. Ok when it is there.
Status MakeDirs(const std::string& path, unsigned mode);

}  // namespace croft
