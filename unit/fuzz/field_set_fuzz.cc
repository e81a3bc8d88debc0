#include <set>

#include "api/apply/managers.h"
#include "unit/fuzz/documents.h"

namespace croft::fuzz {
namespace {

using apply::FieldSet;

// Canonical: sorted, each element once and to be found, and nothing without meaning.
void RequireSound(const FieldSet& set) {
  for (size_t i = 0; i < set.nodes().size(); ++i) {
    const apply::FieldNode& node = set.nodes()[i];
    Require(node.member || !node.below.empty(), "each node is a member, or leads to one");
    Require(set.Find(node.element) == &node, "each element is found: " + node.element);
    const Result<std::string> canonical = apply::CanonicalElement(node.element);
    Require(canonical.ok() && *canonical == node.element, "each element is canonical: " + node.element);
    if (i > 0) {
      const std::string& before = set.nodes()[i - 1].element;
      Require(apply::CompareElements(before, node.element) < 0, "elements are sorted: " + before + " " + node.element);
      Require(apply::CompareElements(node.element, before) > 0, "and so they are from the other side");
    }
    RequireSound(node.below);
  }
}

void RequireReadBack(const FieldSet& set) {
  RequireSound(set);
  JsonDocument document;
  const Json json = set.ToJson(document.GetAllocator());
  const Result<FieldSet> again = FieldSet::FromJson(json);
  Require(again.ok(), "what was written can be read: " + WriteJson(json));
  Require(*again == set, "what was written is what was read: " + WriteJson(json));
  std::set<std::string> paths;
  for (std::string& path : set.Paths()) paths.insert(std::move(path));
  Require(set.empty() == paths.empty(), "a set has paths unless it is empty");
}

void RequireAlgebra(const FieldSet& a, const FieldSet& b) {
  const FieldSet both = Union(a, b), common = Intersection(a, b), rest = Difference(a, b);
  for (const FieldSet* set : {&both, &common, &rest}) RequireSound(*set);
  Require(Union(b, a) == both && Intersection(b, a) == common, "the order does not matter");
  Require(Union(rest, common) == a, "what is in b and what is not are all");
  Require(Intersection(rest, b).empty(), "of what is not in b nothing is in b");
  Require(Difference(both, b) == rest, "b taken away from both leaves what b has not");
  Require(Union(Leaves(a), a) == a, "leaves are of the set");
}

void RequireManagersReadBack(const Json& list) {
  const Result<apply::Managers> managers = apply::ReadManagers(list);
  if (!managers.ok()) return;
  JsonDocument document;
  const Json written = apply::WriteManagers(*managers, document.GetAllocator());
  const Result<apply::Managers> again = apply::ReadManagers(written);
  Require(again.ok(), "what was written can be read: " + WriteJson(written));
  const Json twice = apply::WriteManagers(*again, document.GetAllocator());
  Require(WriteJson(twice) == WriteJson(written), "written twice it is the same: " + WriteJson(written));
  apply::Managers capped = *managers;
  apply::CapUpdates(capped);
  FieldSet before, after;
  for (const apply::Manager& manager : *managers) before = Union(before, manager.fields);
  for (const apply::Manager& manager : capped) after = Union(after, manager.fields);
  Require(before == after, "no field is lost when entries are merged");
}

}  // namespace
}  // namespace croft::fuzz

// FieldsV1, "---", other FieldsV1; or the list of metadata.managedFields.
FUZZ_TARGET(field_set) {
  using namespace croft;
  (void)apply::CanonicalElement(data);
  std::vector<apply::FieldSet> sets;
  for (const JsonDocument& document : fuzz::Documents(data)) {
    fuzz::RequireManagersReadBack(document);
    Result<apply::FieldSet> set = apply::FieldSet::FromJson(document);
    if (!set.ok()) continue;
    fuzz::RequireReadBack(*set);
    sets.push_back(std::move(*set));
  }
  if (sets.size() >= 2) fuzz::RequireAlgebra(sets[0], sets[1]);
}
