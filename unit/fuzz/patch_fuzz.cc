#include "api/object/patch.h"
#include "unit/fuzz/target.h"

// A document, "---", a patch. The document is JSON Patch's target, and both are ends of a merge patch: what is computed
// between two documents leads from one to the other.
FUZZ_TARGET(patch) {
  using namespace croft;
  const auto [left, right] = fuzz::SplitInTwo(data);
  Result<JsonDocument> from = ParseJson(left);
  Result<JsonDocument> to = ParseJson(right);
  if (!from.ok() || !to.ok()) return;

  JsonDocument patched;
  patched.CopyFrom(*from, patched.GetAllocator());
  if (ApplyJsonPatch(patched, *to).ok()) fuzz::Require(ParseJson(WriteJson(patched)).ok(), "the result is JSON");

  JsonDocument strategic;
  strategic.CopyFrom(*from, strategic.GetAllocator());
  (void)ApplyStrategicMergePatch(strategic, *to, nullptr, strategic.GetAllocator());

  JsonDocument merged;
  merged.CopyFrom(*from, merged.GetAllocator());
  ApplyMergePatch(merged, *to, merged.GetAllocator());
  JsonDocument twice;
  twice.CopyFrom(merged, twice.GetAllocator());
  ApplyMergePatch(twice, *to, twice.GetAllocator());
  fuzz::Require(Equal(merged, twice), "a merge patch that was applied changes nothing more");

  const JsonDocument way = CreateMergePatch(*from, merged);
  JsonDocument there;
  there.CopyFrom(*from, there.GetAllocator());
  ApplyMergePatch(there, way, there.GetAllocator());
  fuzz::Require(Equal(there, merged), "the merge patch between two documents leads from one to the other");
}
