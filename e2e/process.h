#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace croft::e2e {

struct Ran {
  int code = -1;  // exit code; 128 + signal; -1 when it could not be started or ran out of time
  std::string out;
  std::string err;
};

// Runs a program to its end, `input` on its standard input. Killed when it takes longer than `limit`.
Ran Execute(const std::vector<std::string>& argv, const std::string& input = {},
            std::chrono::seconds limit = std::chrono::seconds(60));

// The text of a file; empty when there is none.
std::string ReadAll(const std::string& path);

}  // namespace croft::e2e
