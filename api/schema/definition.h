#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/object/object.h"
#include "api/schema/schema.h"

namespace croft::schema {

struct PrinterColumn {
  std::string name;
  std::string type;    // "string", "integer", "date", ...
  std::string format;  // "name", ""
  std::string description;
  int32_t priority = 0;   // above 0: only in wide output
  std::string json_path;  // ".spec.replicas"
  bool computed = false;  // the server's code renders it (x-croft-computed)
};

struct ScaleSubresource {
  std::string spec_replicas_path;
  std::string status_replicas_path;
  std::string label_selector_path;
};

struct ResourceVersion {
  std::string name;  // "v1"
  bool served = true;
  bool storage = true;
  // Asked to be served, but its objects are for a web service to convert, and none is called: not served.
  bool unconvertible = false;
  bool deprecated = false;
  std::string deprecation_warning;  // what who uses a deprecated version is told
  SchemaPtr schema;
  std::shared_ptr<const std::string> source;  // openAPIV3Schema as written, as JSON text, for OpenAPI out
  bool has_status = false;
  std::optional<ScaleSubresource> scale;
  std::vector<PrinterColumn> columns;  // without Name; empty: Age alone
  // What field selectors of a posted kind may name, beside its name and namespace: "spec.color".
  std::vector<std::string> selectable_fields = {};
};

// One kind as the server serves it: what a CustomResourceDefinition says, embedded or posted at run time.
struct ResourceDefinition {
  std::string group;  // empty for core
  std::string plural;
  std::string singular;
  std::string kind;
  std::string list_kind;
  std::vector<std::string> short_names;
  std::vector<std::string> categories;
  bool namespaced = true;
  std::vector<ResourceVersion> versions;
  std::vector<std::string> field_selectors;  // beside metadata.name and metadata.namespace
  bool ephemeral = false;                    // kept in memory, on disk seldom (Lease, Event)
  std::vector<std::string> extra_subresources;
  bool builtin = false;
  std::string openapi_name;  // under which OpenAPI publishes the kind; empty: made of group, version and kind
  std::string name_format;   // what metadata.name must be: "dns1123-subdomain", ...; empty for posted kinds
  bool data_only = false;    // stored and served, but nothing acts on it
  bool replaceable = false;  // a posted definition of the same name takes its place as long as it is there
  bool create_only = false;  // a question or an order that is answered and never stored
  // The store's revision when its schemas last changed; objects written before it are read through the schema again.
  uint64_t since = 0;
  // What the definition asks for and does not get, a sentence each; worth a Warning to who posts it.
  std::vector<std::string> warnings;

  const ResourceVersion* FindVersion(std::string_view name) const;
  const ResourceVersion& StorageVersion() const;
  // The names of the versions that only a web service could convert, separated by commas; empty: there is none.
  std::string UnconvertibleVersions() const;
};

// Reads a CRD. `definitions` is for embedded kinds; nullptr for posted ones, which may then use no $ref and no x-croft
// keys and must have structural schemas. The failure is kInvalid with a cause for each place of a schema that is
// refused, and for what can't be read at all; names, columns and paths are the server's to check.
Result<ResourceDefinition> FromCrd(const Json& crd, const Definitions* definitions);

// The kinds embedded into the binary (manifests/kinds), parsed once; and their shared definitions.
struct EmbeddedKinds {
  std::vector<ResourceDefinition> definitions;
  std::vector<std::string> crds;  // each CRD as JSON text
};
Result<EmbeddedKinds> LoadEmbeddedKinds();

}  // namespace croft::schema
