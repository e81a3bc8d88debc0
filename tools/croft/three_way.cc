#include "tools/croft/three_way.h"

#include "api/object/patch.h"

namespace croft::cli {
namespace {

// Puts null into `patch` for every member that `last` had and `wanted` has not, where `live` still has it.
void AddRemovals(const Json& last, const Json& wanted, const Json& live, Json* patch, JsonAllocator& allocator) {
  if (!last.IsObject() || !live.IsObject()) return;
  for (const auto& member : last.GetObject()) {
    const std::string_view key = AsView(member.name);
    const Json* alive = Find(live, key);
    if (alive == nullptr) continue;
    const Json* still = wanted.IsObject() ? Find(wanted, key) : nullptr;
    if (still == nullptr) {
      Set(*patch, key, Json(), allocator);
      continue;
    }
    if (!member.value.IsObject() || !still->IsObject() || !alive->IsObject()) continue;
    const bool had = Find(*patch, key) != nullptr;
    Json& child = Ensure(*patch, key, allocator);
    AddRemovals(member.value, *still, *alive, &child, allocator);
    if (!had && child.ObjectEmpty()) Erase(*patch, key);
  }
}

// Drops from a merge patch the removals: what `live` has beyond `wanted` belongs to others.
void DropRemovals(Json* patch) {
  for (auto it = patch->MemberBegin(); it != patch->MemberEnd();) {
    if (it->value.IsNull()) {
      it = patch->EraseMember(it);
      continue;
    }
    if (it->value.IsObject()) {
      const bool was_empty = it->value.ObjectEmpty();
      DropRemovals(&it->value);
      if (!was_empty && it->value.ObjectEmpty()) {
        it = patch->EraseMember(it);
        continue;
      }
    }
    ++it;
  }
}

}  // namespace

JsonDocument WithLastApplied(const Json& object) {
  JsonDocument document;
  auto& allocator = document.GetAllocator();
  document.CopyFrom(object, allocator);
  Json& annotations = Ensure(Ensure(document, "metadata", allocator), "annotations", allocator);
  Erase(annotations, kLastApplied);
  const std::string text = WriteJson(document) + "\n";
  SetString(annotations, kLastApplied, text, allocator);
  return document;
}

JsonDocument ThreeWayPatch(const Json* last, const Json& wanted, const Json& live) {
  JsonDocument patch = CreateMergePatch(live, wanted);
  if (!patch.IsObject()) patch.SetObject();
  DropRemovals(&patch);
  if (last != nullptr) AddRemovals(*last, wanted, live, &patch, patch.GetAllocator());
  return patch;
}

}  // namespace croft::cli
