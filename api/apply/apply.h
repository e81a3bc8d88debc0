#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/apply/managers.h"
#include "api/apply/typed.h"
#include "api/base/result.h"
#include "api/schema/node.h"

// Who owns which fields after a write. Objects are the same in all versions of a kind; their schemas need not be.
namespace croft::apply {

// The schema of a kind in one version ("apps/v1"), or nullptr when there is no such version (any more).
using SchemaOf = std::function<const schema::Node*(std::string_view api_version)>;

// Who writes: name, operation, version, subresource and time of the entry that it will have.
using Writer = Manager;

// An object that was not there before: what the writer owns by it, and not by an applied configuration.
FieldSet CreatedFields(const schema::Node& schema, const Json& object);

// An update from `before` to `after`: the writer takes what it adds and changes, everybody loses that and what it
// removes. False when the update does nothing of that, and `managers` is as it was. Call `managers` only then.
bool RecordUpdate(const SchemaOf& schemas, const Json& before, const Json& after, const Writer& writer,
                  const std::function<Managers&()>& managers);

// A field that others own with another value.
struct Conflict {
  std::string manager;  // '"kubectl" using apps/v1': as messages show the entry
  std::string path;     // ".spec.replicas"
};
// kConflict with a cause for each, in Kubernetes' words.
Status ConflictStatus(const std::vector<Conflict>& conflicts);

struct Applied {
  JsonDocument object;  // as it shall be, without metadata.managedFields
  Managers managers;
  std::vector<Conflict> conflicts;  // not empty: nothing else is of worth
  FieldSet conflict_fields;         // of all conflicts
};
// Applies a configuration to what is there. What the writer applied before and does not any more goes, unless others
// own it. `force` takes fields from those who have them with other values.
Applied Apply(const SchemaOf& schemas, const Json& live, const Json& config, Managers managers, const Writer& writer,
              bool force);

// What kubectl's client-side apply recorded in `last_applied` and still holds: which its server-side apply may take.
FieldSet FieldsLastApplied(const schema::Node& schema, const Json& last_applied, const Json& live);

}  // namespace croft::apply
