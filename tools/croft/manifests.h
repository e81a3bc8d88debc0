#pragma once

#include <string>
#include <vector>

#include "api/base/result.h"
#include "api/object/json.h"

namespace croft::cli {

struct Manifest {
  JsonDocument object;
  std::string source;  // "web.yaml", for messages
};

// Reads every document of the given files, folders (their *.yaml, *.yml and *.json, by name; deeper ones when
// `recursive`) and "-" (standard input). Lists (kind: List) are taken apart. All or nothing: one that can't be read
// fails the whole call, naming file and line.
Result<std::vector<Manifest>> ReadManifests(const std::vector<std::string>& paths, bool recursive);

}  // namespace croft::cli
