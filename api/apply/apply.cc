#include "api/apply/apply.h"

#include <algorithm>
#include <map>

namespace croft::apply {
namespace {

JsonDocument CopyOf(const Json& json) {
  JsonDocument copy;
  copy.CopyFrom(json, copy.GetAllocator());
  return copy;
}

// '"kubectl" using apps/v1', '"x" with subresource "scale" using apps/v1', '"gitops"'.
std::string Show(const Manager& manager) {
  std::string text = "\"" + manager.name + "\"";
  if (!manager.subresource.empty()) text += " with subresource \"" + manager.subresource + "\"";
  return manager.applied ? text : text + " using " + manager.api_version;
}

// Takes away what the writer applied last time and does not now, in the order that structured merge has: remove all of
// it, put back what anybody owns in whatever version, and what was never the writer's own. `last` is what it had.
class Pruning {
 public:
  Pruning(const SchemaOf& schemas, const Managers& managers, const Manager& last)
      : schemas_(schemas), managers_(managers), last_(last) {}

  void Run(JsonDocument& merged) const {
    const schema::Node* schema = schemas_(last_.api_version);
    if (schema == nullptr || last_.fields.empty()) return;
    const Place root = RootPlace(*schema);
    const FieldSet last = WithNamedParents(root, last_.fields);
    JsonDocument pruned = Without(root, merged, last);
    for (const auto& [version, owned] : OwnedByVersion()) PutBackOwned(version, owned, merged, pruned);
    const FieldSet gone = Difference(Says(root, merged), Says(root, pruned));
    merged = Without(root, merged, Intersection(gone, last));
  }

 private:
  static JsonDocument Without(const Place& root, const Json& object, const FieldSet& fields) {
    JsonDocument rest = CopyOf(object);
    Remove(root, rest, fields);
    return rest;
  }
  static FieldSet Says(const Place& root, const Json& object) { return WithNamedParents(root, FieldsOf(root, object)); }

  // The version that the writer used last comes first.
  std::vector<std::pair<std::string, FieldSet>> OwnedByVersion() const {
    std::map<std::string, FieldSet> owned;
    for (const Manager& manager : managers_) {
      FieldSet& fields = owned[manager.api_version];
      fields = Union(fields, manager.fields);
    }
    std::vector<std::pair<std::string, FieldSet>> ordered;
    if (const auto own = owned.extract(last_.api_version)) {
      ordered.emplace_back(own.key(), std::move(own.mapped()));
    }
    for (auto& [version, fields] : owned) ordered.emplace_back(version, std::move(fields));
    return ordered;
  }

  void PutBackOwned(const std::string& version, const FieldSet& owned, const Json& merged, JsonDocument& pruned) const {
    const schema::Node* schema = schemas_(version);
    if (schema == nullptr) return;
    const Place root = RootPlace(*schema);
    const FieldSet kept = Union(Says(root, pruned), WithNamedParents(root, owned));
    pruned = Without(root, merged, Difference(Says(root, merged), kept));
  }

  const SchemaOf& schemas_;
  const Managers& managers_;
  const Manager& last_;
};

// Takes changed fields from others, or says who they are.
void Contend(const SchemaOf& schemas, const Json& live, const Writer& writer, bool force, Applied& applied) {
  struct Changes {
    FieldSet set;  // modified or added
    FieldSet removed;
  };
  std::map<std::string, Changes> versions;
  for (Manager& manager : applied.managers) {
    if (manager.SameAs(writer)) continue;
    auto [at, fresh] = versions.try_emplace(manager.api_version);
    if (fresh) {
      Comparison compared = Compare(RootPlace(*schemas(manager.api_version)), &live, &applied.object);
      at->second = {Union(compared.modified, compared.added), std::move(compared.removed)};
    }
    const Changes& changes = at->second;
    const FieldSet wanted = Intersection(manager.fields, changes.set);
    if (!wanted.empty() && !force) {
      for (std::string& path : wanted.Paths()) applied.conflicts.push_back({Show(manager), std::move(path)});
      applied.conflict_fields = Union(applied.conflict_fields, wanted);
    }
    manager.fields = Difference(Difference(manager.fields, wanted), changes.removed);
  }
  std::stable_sort(applied.conflicts.begin(), applied.conflicts.end(),
                   [](const Conflict& a, const Conflict& b) { return a.manager < b.manager; });
}

}  // namespace

Status ConflictStatus(const std::vector<Conflict>& conflicts) {
  StatusDetails details;
  for (const Conflict& conflict : conflicts) {
    details.causes.push_back({"FieldManagerConflict", "conflict with " + conflict.manager, conflict.path});
  }
  std::string message = "Apply failed with " + std::to_string(conflicts.size()) + " conflict";
  if (conflicts.size() == 1) {
    message += ": conflict with " + conflicts[0].manager + ": " + conflicts[0].path;
  } else {
    message += "s: ";
    const std::string* manager = nullptr;
    for (const Conflict& conflict : conflicts) {
      if (manager == nullptr || *manager != conflict.manager) {
        message += std::string(manager == nullptr ? "" : "\n") + "conflicts with " + conflict.manager + ":";
      }
      manager = &conflict.manager;
      message += "\n- " + conflict.path;
    }
  }
  return Status::Conflict(std::move(message)).WithDetails(std::move(details));
}

Applied Apply(const SchemaOf& schemas, const Json& live, const Json& config, Managers managers, const Writer& writer,
              bool force) {
  const Place root = RootPlace(*schemas(writer.api_version));
  Applied applied;
  if (managers.empty()) {
    Manager before{std::string(kBeforeFirstApply),     false, writer.api_version, {}, writer.time,
                   Compare(root, nullptr, &live).added};
    if (!before.fields.empty()) managers.push_back(std::move(before));
  }
  std::erase_if(managers, [&](Manager& manager) {
    const schema::Node* schema = schemas(manager.api_version);
    if (schema != nullptr) manager.fields = Reconciled(RootPlace(*schema), manager.fields);
    return schema == nullptr;
  });
  applied.managers = std::move(managers);
  applied.object = CopyOf(live);
  Merge(root, applied.object, config, applied.object.GetAllocator());

  Manager own = writer;
  own.fields = FieldsOf(root, config);
  Manager* known = FindManager(applied.managers, own);
  Manager last = known == nullptr ? Manager() : *known;
  const bool same_fields = known != nullptr && last.fields == own.fields && last.api_version == own.api_version;
  if (known == nullptr) {
    applied.managers.push_back(std::move(own));
  } else {
    *known = std::move(own);
  }
  if (known != nullptr && !same_fields) Pruning(schemas, applied.managers, last).Run(applied.object);

  Contend(schemas, live, writer, force, applied);
  // A configuration that was applied before and changes nothing is not a write.
  if (same_fields && Compare(root, &live, &applied.object).same()) {
    FindManager(applied.managers, writer)->time = last.time;
  }
  return applied;
}

FieldSet FieldsLastApplied(const schema::Node& schema, const Json& last_applied, const Json& live) {
  const Place root = RootPlace(schema);
  const Comparison compared = Compare(root, &last_applied, &live);
  const FieldSet fields = Difference(FieldsOf(root, last_applied), compared.modified);
  return Difference(Difference(fields, compared.added), compared.removed);
}

}  // namespace croft::apply
