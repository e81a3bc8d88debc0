#pragma once

#include "api/object/json.h"
#include "api/object/patch.h"

namespace croft::chart {

// What becomes of `live` when a release that declared `original` (null: nothing) now declares `wanted`, as Kubernetes'
// three-way strategic merge has it: what `wanted` says counts, what `original` said and `wanted` does not goes, all
// else is somebody else's and stays. Lists that the schema merges by a key, or as sets, are merged item by item, others
// are replaced. Without a schema (custom kinds) all lists are replaced.
JsonDocument ThreeWayMerge(const Json* original, const Json& wanted, const Json& live, const MergeSchema* schema);

}  // namespace croft::chart
