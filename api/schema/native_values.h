#pragma once

#include "api/schema/node.h"

// Kubernetes decodes its own kinds into typed structs and writes those: what comes back is the types' spelling, and
// null is what a type has for nothing.
namespace croft::schema {

// A quantity or a time as its type writes it. What is malformed stays, for Validate to refuse, and so does all else.
void MakeCanonical(const Node& node, Json& value, JsonAllocator& allocator);

// The value of a list's item or a map's member that is null: "", 0, false, {}.
Json NullOf(const Node& node);

}  // namespace croft::schema
