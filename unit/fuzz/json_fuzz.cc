#include "api/object/json.h"
#include "unit/fuzz/target.h"

// What is parsed and written is the same when it is parsed again.
FUZZ_TARGET(json) {
  using namespace croft;
  Result<JsonDocument> once = ParseJson(data);
  if (!once.ok()) return;
  for (const std::string& text : {WriteJson(*once), WritePrettyJson(*once)}) {
    Result<JsonDocument> again = ParseJson(text);
    fuzz::Require(again.ok(), "what was written can be read: " + again.status().message());
    // As text: of a key that stands twice, values do not compare.
    fuzz::Require(WriteJson(*again) == WriteJson(*once), "what was written is what was read: " + text);
  }
}
