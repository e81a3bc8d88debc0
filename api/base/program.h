#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"

namespace croft {

// Runs a program of this machine (argv[0], by $PATH) to its end, `input` on its standard input, and returns what it
// wrote to standard output. No shell: no word is interpreted. kNotFound when the program is not there; kInternalError
// carries the end of its standard error when it fails.
Result<std::string> RunProgram(const std::vector<std::string>& argv, std::string_view input = {});

}  // namespace croft
