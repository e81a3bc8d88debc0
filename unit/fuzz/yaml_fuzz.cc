#include "api/object/yaml.h"
#include "unit/fuzz/target.h"

// Every document survives being written as YAML.
FUZZ_TARGET(yaml) {
  using namespace croft;
  Result<std::vector<JsonDocument>> documents = ParseYaml(data);
  if (!documents.ok()) return;
  for (const JsonDocument& document : *documents) {
    const std::string text = WriteYaml(document);
    Result<JsonDocument> again = ParseYamlDocument(text);
    if (document.IsNull()) continue;  // an empty document is no document
    fuzz::Require(again.ok(), "what was written can be read: " + again.status().message() + "\n" + text);
    fuzz::Require(Equal(document, *again), "what was written is what was read:\n" + text);
  }
}
