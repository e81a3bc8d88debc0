#pragma once

#include <set>
#include <string>
#include <string_view>

#include "api/base/clock.h"
#include "api/object/json.h"
#include "api/server/catalog.h"
#include "api/store/store.h"

namespace croft::server {

// The names that the other kinds of a group hold: nothing may be called twice.
struct NamesInUse {
  std::set<std::string, std::less<>> resources;  // plural, singular and short names
  std::set<std::string, std::less<>> kinds;      // kinds and kinds of lists
};
// `self` is the definition that asks, by its metadata.name.
NamesInUse NamesOfGroup(const store::Store& store, const Catalog& catalog, std::string_view group,
                        std::string_view self);

// Takes into status.acceptedNames what the spec asks for and nobody else holds, and says so in the conditions
// NamesAccepted and Established. A kind is served under its accepted names from the moment in which all were accepted
// for the first time. Times of conditions move only with their status.
void JudgeNames(Json& crd, const NamesInUse& used, WallTime now, JsonAllocator& allocator);

// Adds the storage version to status.storedVersions, unless it is there.
void AddStoredVersion(Json& crd, JsonAllocator& allocator);

// Says which served versions are left out, if any: no web service is called to convert objects to them.
void JudgeConversion(Json& crd, const schema::ResourceDefinition& definition, WallTime now, JsonAllocator& allocator);

bool CrdConditionIsTrue(const Json& crd, std::string_view type);
void SetCrdCondition(Json& crd, std::string_view type, bool holds, std::string_view reason, std::string_view message,
                     WallTime now, JsonAllocator& allocator);

}  // namespace croft::server
