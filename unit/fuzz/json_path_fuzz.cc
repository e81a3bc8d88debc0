#include "api/server/json_path.h"
#include "unit/fuzz/target.h"

FUZZ_TARGET(json_path) {
  using namespace croft;
  static const JsonDocument object = [] {
    Result<JsonDocument> parsed = ParseJson(
        R"({"a":{"b":[1,{"type":"Ready","status":"True"},[null]],"c.d":"x"},"items":[{"n":1},{"n":2}],"":{"":0}})");
    return std::move(*parsed);
  }();
  for (const Json* value : server::EvaluateJsonPath(object, data)) (void)WriteJson(*value);
}
