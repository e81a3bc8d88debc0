#include "api/object/utf8.h"
#include "api/object/yaml.h"
#include "unit/fuzz/target.h"

// Every document survives being written as YAML, and as JSON, which is YAML too.
FUZZ_TARGET(yaml) {
  using namespace croft;
  std::vector<YamlDuplicate> twice;
  (void)ParseYamlDocument(data, &twice);
  Result<std::vector<JsonDocument>> documents = ParseYaml(data);
  if (!documents.ok()) return;
  for (const JsonDocument& document : *documents) {
    const std::string json = WriteJson(document);
    fuzz::Require(IsUtf8(json), "what was read is text");
    fuzz::Require(ParseJson(json).ok(), "what was read is JSON: " + json);
    const std::string text = WriteYaml(document);
    Result<JsonDocument> again = ParseYamlDocument(text);
    fuzz::Require(again.ok(), "what was written can be read: " + again.status().message() + "\n" + text);
    fuzz::Require(Equal(document, *again), "what was written is what was read:\n" + text);
  }
}
