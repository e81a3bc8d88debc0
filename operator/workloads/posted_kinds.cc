#include "operator/workloads/posted_kinds.h"

namespace croft::workloads {
namespace {

using namespace std::chrono_literals;
using runtime::Outcome;

// Between looks whether a kind has had its first list: soon at first, seldom when it seems that it can't be listed.
constexpr Duration kLook = 20ms;
constexpr Duration kLookSeldom = 5s;
constexpr Duration kLong = 30s;

bool IsTrue(const Json& crd, std::string_view type) {
  const Json* conditions = Find(crd, {"status", "conditions"});
  if (conditions == nullptr || !conditions->IsArray()) return false;
  for (const Json& condition : conditions->GetArray()) {
    if (FindString(condition, {"type"}) == type) return FindString(condition, {"status"}) == "True";
  }
  return false;
}

}  // namespace

std::optional<CollectedResource> CollectedOf(const Json& crd) {
  if (!IsTrue(crd, "NamesAccepted") || !IsTrue(crd, "Established")) return std::nullopt;
  const Json* versions = Find(crd, {"spec", "versions"});
  if (versions == nullptr || !versions->IsArray()) return std::nullopt;
  std::string_view chosen;
  for (const Json& version : versions->GetArray()) {
    if (!FindBool(version, {"served"})) continue;
    if (chosen.empty() || FindBool(version, {"storage"})) chosen = FindString(version, {"name"});
  }
  if (chosen.empty()) return std::nullopt;
  CollectedResource resource;
  resource.gvr = {std::string(FindString(crd, {"spec", "group"})), std::string(chosen),
                  std::string(FindString(crd, {"spec", "names", "plural"}))};
  resource.kind = FindString(crd, {"spec", "names", "kind"});
  resource.namespaced = FindString(crd, {"spec", "scope"}) == "Namespaced";
  return resource;
}

Outcome PostedKindsReconciler::Reconcile(const Key& key) {
  const ObjectPtr crd = crds_.Get(key);
  if (crd == nullptr) {
    examined_.erase(key.name);
    for (const GarbageGraph::Node& left : graph_->Leave(key.name, true)) examine_(left);
    return Outcome::Done();
  }
  const std::optional<CollectedResource> wanted = CollectedOf(crd->ToJson());
  if (!wanted) {
    graph_->Leave(key.name, false);
    graph_->NoteSeen(*crd);
    return Outcome::Done();
  }
  const GarbageGraph::KindPtr kind = graph_->Follow(*wanted);
  graph_->NoteSeen(*crd);
  if (!kind->informer->Synced()) {
    return Outcome::After(context_.clock.Steady() - kind->since > kLong ? kLookSeldom : kLook);
  }
  if (examined_[key.name].lock() == kind) return Outcome::Done();
  examined_[key.name] = kind;
  for (const GarbageGraph::Node& node : graph_->NamingOwnersOf(*wanted)) examine_(node);
  return Outcome::Done();
}

}  // namespace croft::workloads
