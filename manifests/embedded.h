#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace croft::manifests {

// One YAML document of this folder, as JSON.
struct EmbeddedFile {
  std::string name;  // "core_pods.yaml"; the same for each document of one file
  std::string json_text;
};

// The documents of a folder ("kinds", "kinds/definitions", "bootstrap"), by file name and then in the order of the
// file. They are compressed in the binary and unpacked at each call, so that nothing stays in memory that nobody holds.
std::vector<EmbeddedFile> ReadEmbedded(std::string_view folder);

}  // namespace croft::manifests
