#pragma once

#include <string>

#include "api/object/json.h"

namespace croft::cli {

// The annotation in which kubectl and croft both keep what was last applied, so that either goes on where the other
// stopped.
inline constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

// `object` with the annotation that holds `object` itself.
JsonDocument WithLastApplied(const Json& object);

// The JSON merge patch that makes `live` into what `wanted` declares: fields that `last` (what was applied before;
// null: nothing) had and `wanted` has no more are removed, others that `wanted` does not name stay. Lists are replaced
// whole.
JsonDocument ThreeWayPatch(const Json* last, const Json& wanted, const Json& live);

}  // namespace croft::cli
