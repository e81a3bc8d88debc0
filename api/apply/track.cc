#include <map>

#include "api/apply/apply.h"

namespace croft::apply {

FieldSet CreatedFields(const schema::Node& schema, const Json& object) {
  Comparison comparison = Compare(RootPlace(schema), nullptr, &object);
  return std::move(comparison.added);
}

bool RecordUpdate(const SchemaOf& schemas, const Json& before, const Json& after, const Writer& writer,
                  const std::function<Managers&()>& managers) {
  const schema::Node* schema = schemas(writer.api_version);
  if (schema == nullptr) return false;
  std::map<std::string, Comparison> versions;
  const Comparison own = Compare(RootPlace(*schema), &before, &after);
  if (own.same()) return false;
  Managers& all = managers();
  std::erase_if(all, [&](Manager& manager) {
    const schema::Node* its_schema = schemas(manager.api_version);
    if (its_schema == nullptr) return true;
    const Place root = RootPlace(*its_schema);
    const Comparison* changes = &own;
    if (manager.api_version != writer.api_version) {
      auto [at, fresh] = versions.try_emplace(manager.api_version);
      if (fresh) at->second = Compare(root, &before, &after);
      changes = &at->second;
    }
    FieldSet fields = Difference(Reconciled(root, manager.fields), changes->modified);
    manager.fields = Difference(Difference(fields, changes->added), changes->removed);
    return manager.fields.empty();
  });
  FieldSet taken = Union(own.added, own.modified);
  if (!taken.empty()) {
    if (Manager* known = FindManager(all, writer)) {
      known->fields = Union(known->fields, taken);
      known->time = writer.time;
    } else {
      all.push_back(writer);
      all.back().fields = std::move(taken);
    }
  }
  CapUpdates(all);
  return true;
}

}  // namespace croft::apply
