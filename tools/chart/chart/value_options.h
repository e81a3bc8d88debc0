#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/chart/value/value.h"

namespace croft::chart {

// Where a person's values come from, in the order in which they are laid over each other.
struct ValueOptions {
  std::vector<std::string> files;     // -f
  std::vector<std::string> json;      // --set-json
  std::vector<std::string> values;    // --set
  std::vector<std::string> texts;     // --set-string
  std::vector<std::string> contents;  // --set-file
  std::vector<std::string> literals;  // --set-literal
};

// All of them in one. `read` gives a file of a person's, whatever its name stands for ("-", a URL).
Result<MapPtr> GatherValues(const ValueOptions& options,
                            const std::function<Result<std::string>(const std::string& name)>& read);

}  // namespace croft::chart
