#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"
#include "api/object/json.h"
#include "api/object/patch.h"

namespace croft::schema {

class Node;       // one place of a compiled schema; defined in node.h
struct NodePool;  // what owns nodes; defined in node.h

// A compiled structural schema (apiextensions.k8s.io/v1 JSONSchemaProps). Immutable and shared; recursive schemas are
// allowed.
using SchemaPtr = std::shared_ptr<const Node>;

// Named schemas that embedded kinds share by $ref ("#/definitions/io.k8s.api.core.v1.PodSpec").
class Definitions {
 public:
  virtual ~Definitions() = default;
  // nullptr when there is none of that name.
  virtual const Json* Find(std::string_view name) const = 0;
  // Where the schemas that use these definitions put their nodes, to share them; nullptr for one pool each.
  virtual std::shared_ptr<NodePool> Pool() const { return nullptr; }
};

// Compiles a schema. `definitions` may be nullptr: then $ref is refused, as for what a user posts. Causes name the
// place below `path` ("spec.versions[0].schema.openAPIV3Schema.properties[spec]").
// `go_type`: what Kubernetes' decoder calls the root ("v1.Pod"), for messages about types; empty for posted kinds.
Result<SchemaPtr> Compile(const Json& schema, const Definitions* definitions, std::string_view path,
                          std::string_view go_type = {});

// All violations of types, required fields, bounds, patterns, enumerations, formats, list keys and combinators, worded
// as Kubernetes words them; empty when valid. `metadata` at the root is left to the server.
std::vector<Cause> Validate(const Node& schema, const Json& value);

// Fills in defaults where a field is absent (or null and not nullable), in place.
void ApplyDefaults(const Node& schema, Json& value, JsonAllocator& allocator);

// Writes the quantities and times of Kubernetes' own kinds, and null in their lists and maps, as its types do, in
// place. ApplyDefaults does so too.
void Canonicalize(const Node& schema, Json& value, JsonAllocator& allocator);

// Removes fields that the schema doesn't know, in place, and returns their paths ("spec.foo", 'spec.ports[0].bar').
// apiVersion, kind and metadata at the root are known. x-kubernetes-preserve-unknown-fields keeps what it covers.
std::vector<std::string> Prune(const Node& schema, Json& value);

// What a strategic merge patch needs of a schema; valid as long as the schema.
const MergeSchema* ForMerge(const Node& schema);

}  // namespace croft::schema
