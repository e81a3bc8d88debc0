#pragma once

#include "api/object/json.h"
#include "api/server/causes.h"

namespace croft::server {

// What Kubernetes refuses in a posted CustomResourceDefinition beyond its schemas, which schema::FromCrd checks: names,
// group, scope, versions, columns, paths, conversion. Objects may be of any shape.
void CheckCrd(const Json& crd, Causes& causes);

// What must not change. `old` is what is stored.
void CheckCrdUpdate(const Json& old, const Json& crd, Causes& causes);

}  // namespace croft::server
