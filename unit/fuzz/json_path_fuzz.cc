#include "api/server/json_path.h"
#include "unit/fuzz/documents.h"

// A path, "---", the object that it leads into; without one, an object that is always the same.
FUZZ_TARGET(json_path) {
  using namespace croft;
  static const JsonDocument kObject = [] {
    Result<JsonDocument> parsed = ParseJson(
        R"({"a":{"b":[1,{"type":"Ready","status":"True"},[null]],"c.d":"x"},"items":[{"n":1},{"n":2}],"":{"":0}})");
    return std::move(*parsed);
  }();
  const auto [path, text] = fuzz::SplitInTwo(data);
  std::vector<JsonDocument> own = fuzz::Documents(text);
  const JsonDocument& object = own.empty() ? kObject : own[0];
  for (const Json* value : server::EvaluateJsonPath(object, path)) (void)WriteJson(*value);
}
