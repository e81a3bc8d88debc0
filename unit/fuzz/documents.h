#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "api/object/yaml.h"
#include "unit/fuzz/target.h"

namespace croft::fuzz {

inline JsonDocument CopyOf(const Json& value) {
  JsonDocument copy;
  copy.CopyFrom(value, copy.GetAllocator());
  return copy;
}

// The parts of `data` between lines "---", each as JSON; a part that is no YAML document ends the list. YAML, since
// mutations of it stay readable more often than those of JSON.
inline std::vector<JsonDocument> Documents(std::string_view data) {
  std::vector<JsonDocument> documents;
  while (!data.empty()) {
    const size_t end = data.find("\n---\n");
    Result<JsonDocument> document = ParseYamlDocument(data.substr(0, end));
    if (!document.ok()) return documents;
    documents.push_back(std::move(*document));
    if (end == std::string_view::npos) return documents;
    data.remove_prefix(end + 5);
  }
  return documents;
}

}  // namespace croft::fuzz
