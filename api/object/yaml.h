#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"
#include "api/object/json.h"

namespace croft {

// What a stream of documents may have: the bundles of custom resources that projects publish reach 5 MiB.
inline constexpr size_t kMaxYamlBytes = 16 * 1024 * 1024;

// All documents of a YAML stream as JSON; empty documents are left out. Scalars are read as Kubernetes' clients read
// them (YAML 1.1 booleans y/yes/on/n/no/off only where plain, integers, floats, null; quoted scalars are strings),
// keys become strings, "<<" merges. kBadRequest names line and column; a key that stands twice is refused. Aliases are
// expanded up to a limit, so that a small text can't become a large tree; depth is limited as in ParseJson.
Result<std::vector<JsonDocument>> ParseYaml(std::string_view text);
// A key that stands again in one mapping.
struct YamlDuplicate {
  int line;         // from 1, of the value that it has there
  std::string key;  // as JSON: "replicas" with its quotes
};
// Exactly one document. With `duplicates` a key that stands twice is no failure: its last value counts, and it is added
// there.
Result<JsonDocument> ParseYamlDocument(std::string_view text, std::vector<YamlDuplicate>* duplicates = nullptr);

// Block-style YAML as kubectl prints it: keys sorted, two spaces, lists at the indent of their key, strings quoted only
// where they would read as something else, texts of several lines as literal blocks.
std::string WriteYaml(const Json& value);

}  // namespace croft
