#include "api/object/patch.h"
#include "api/schema/definition.h"
#include "unit/fuzz/documents.h"

namespace croft::fuzz {
namespace {

// Of pods: of Kubernetes' own kinds the one with most lists that are merged.
const MergeSchema* PodSchema() {
  static const Result<schema::EmbeddedKinds> kinds = schema::LoadEmbeddedKinds();
  Require(kinds.ok(), "the embedded kinds can be read");
  for (const schema::ResourceDefinition& kind : kinds->definitions) {
    if (kind.group.empty() && kind.plural == "pods") return schema::ForMerge(*kind.versions[0].schema);
  }
  Require(false, "there are pods");
  return nullptr;
}

bool IsPlain(const Json& patch) {
  if (patch.IsArray()) return false;
  if (!patch.IsObject()) return true;
  for (const auto& member : patch.GetObject()) {
    if (AsView(member.name).starts_with("$") || !IsPlain(member.value)) return false;
  }
  return true;
}

}  // namespace
}  // namespace croft::fuzz

// A pod, "---", a strategic merge patch of it.
FUZZ_TARGET(strategic_merge) {
  using namespace croft;
  static const MergeSchema* const pod = fuzz::PodSchema();
  const std::vector<JsonDocument> parts = fuzz::Documents(data);
  if (parts.size() < 2) return;
  for (const MergeSchema* schema : {static_cast<const MergeSchema*>(nullptr), pod}) {
    JsonDocument merged = fuzz::CopyOf(parts[0]);
    const Status status = ApplyStrategicMergePatch(merged, parts[1], schema, merged.GetAllocator());
    fuzz::Require(ParseJson(WriteJson(merged)).ok(), "the result is JSON");
    if (!status.ok() || schema != nullptr || !fuzz::IsPlain(parts[1])) continue;
    JsonDocument plain = fuzz::CopyOf(parts[0]);
    ApplyMergePatch(plain, parts[1], plain.GetAllocator());
    fuzz::Require(Equal(merged, plain), "without lists and directives it is a merge patch");
  }
}
