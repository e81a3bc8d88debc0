#include "api/object/patch.h"
#include "unit/fuzz/documents.h"

// A document, "---", a merge patch of it: what is computed between two documents leads from one to the other.
FUZZ_TARGET(merge_patch) {
  using namespace croft;
  const std::vector<JsonDocument> parts = fuzz::Documents(data);
  if (parts.size() < 2) return;
  const auto apply = [](const Json& to, const Json& patch) {
    JsonDocument merged = fuzz::CopyOf(to);
    ApplyMergePatch(merged, patch, merged.GetAllocator());
    return merged;
  };
  const JsonDocument merged = apply(parts[0], parts[1]);
  fuzz::Require(ParseJson(WriteJson(merged)).ok(), "the result is JSON");
  fuzz::Require(Equal(apply(merged, parts[1]), merged), "a merge patch that was applied changes nothing more");
  const JsonDocument way = CreateMergePatch(parts[0], merged);
  fuzz::Require(Equal(apply(parts[0], way), merged), "the patch between two documents leads from one to the other");
  fuzz::Require(!parts[0].IsObject() || CreateMergePatch(parts[0], parts[0]).ObjectEmpty(),
                "nothing is between a document and itself");
}
