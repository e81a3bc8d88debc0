#pragma once

#include <string>
#include <vector>

#include "api/apply/field_set.h"
#include "api/apply/place.h"
#include "api/object/json.h"

// What server-side apply does with objects whose places a schema describes. Pure functions.
namespace croft::apply {

// What is wrong with an applied configuration, a line each (".spec.foo: field not declared in schema"); empty when it
// can be merged: types, unknown members, list items without keys or with those of another.
std::vector<std::string> Check(const Place& root, const Json& config);

// The paths that an object says something of: what who applies it owns.
FieldSet FieldsOf(const Place& root, const Json& object);

struct Comparison {
  FieldSet added;     // with all parts of what is new
  FieldSet modified;  // leaves
  FieldSet removed;
  bool same() const { return added.empty() && modified.empty() && removed.empty(); }
};
// nullptr stands for an object that is not there yet.
Comparison Compare(const Place& root, const Json* before, const Json* after);

// Merges `config` into `object`, in place: what it says replaces leaves, lists with keys and sets are merged by item,
// in the configuration's order where it says one.
void Merge(const Place& root, Json& object, const Json& config, JsonAllocator& allocator);

// Removes the paths of `fields`, in place, items of lists and all that is below included.
void Remove(const Place& root, Json& object, const FieldSet& fields);

// `fields` and each member that the schema names on the way to one of them: what goes with its last part.
FieldSet WithNamedParents(const Place& root, const FieldSet& fields);

// `fields` as the schema has it now: paths into what has become atomic mean the whole.
FieldSet Reconciled(const Place& root, const FieldSet& fields);

}  // namespace croft::apply
