#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/schema/definition.h"
#include "api/schema/embedded.h"

namespace croft::schema {

enum class OpenApiStyle { kV2, kV3 };

// One version of a kind that a document describes.
struct PublishedKind {
  const ResourceDefinition* definition;
  const ResourceVersion* version;
};

// The served versions of these kinds, by group, version and kind.
std::vector<PublishedKind> ServedVersions(const std::vector<const ResourceDefinition*>& kinds);

// The schemas of a document, by name: those of the kinds, of their lists and bodies, and all that these refer to. In v2
// combinators, defaults and nullable are left out, as Kubernetes leaves them out; x-croft keys are never shown.
Json BuildOpenApiSchemas(const std::vector<PublishedKind>& kinds, const EmbeddedDefinitions& definitions,
                         OpenApiStyle style, JsonAllocator& allocator);

// The same of these definitions alone, and all that they refer to.
Json BuildOpenApiSchemas(const std::set<std::string>& names, const EmbeddedDefinitions& definitions, OpenApiStyle style,
                         JsonAllocator& allocator);

// {"$ref": ...} to a schema of the document.
Json OpenApiReference(std::string_view name, OpenApiStyle style, JsonAllocator& allocator);
// {"group", "kind", "version"} of x-kubernetes-group-version-kind.
Json OpenApiKind(const GroupVersionKind& gvk, JsonAllocator& allocator);

}  // namespace croft::schema
