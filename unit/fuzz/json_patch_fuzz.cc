#include "api/object/patch.h"
#include "unit/fuzz/documents.h"

// A document, "---", a JSON patch of it.
FUZZ_TARGET(json_patch) {
  using namespace croft;
  const std::vector<JsonDocument> parts = fuzz::Documents(data);
  if (parts.size() < 2) return;
  JsonDocument patched = fuzz::CopyOf(parts[0]);
  const Status status = ApplyJsonPatch(patched, parts[1]);
  // A patch that fails half-way has done its first half, and that is JSON too.
  fuzz::Require(ParseJson(WriteJson(patched)).ok(), "the result is JSON of a depth that is accepted");
  if (!status.ok()) return;

  // One after the other, the operations do what they do together.
  JsonDocument stepwise = fuzz::CopyOf(parts[0]);
  for (const Json& operation : parts[1].GetArray()) {
    JsonDocument one(rapidjson::kArrayType);
    one.PushBack(Copy(operation, one.GetAllocator()), one.GetAllocator());
    fuzz::Require(ApplyJsonPatch(stepwise, one).ok(), "each operation can be carried out");
    const std::string_view op = FindString(operation, {"op"});
    if (op != "add" && op != "replace") continue;
    const std::string_view path = FindString(operation, {"path"});
    if (path.ends_with("/-")) continue;
    JsonDocument test(rapidjson::kArrayType);
    Json expected = Copy(operation, test.GetAllocator());
    SetString(expected, "op", "test", test.GetAllocator());
    test.PushBack(std::move(expected), test.GetAllocator());
    fuzz::Require(ApplyJsonPatch(stepwise, test).ok(), "what was put there is there");
  }
  fuzz::Require(Equal(stepwise, patched), "the result is the same in steps");
}
