#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/object/object.h"
#include "api/schema/definition.h"

namespace croft::server {

using DefinitionPtr = std::shared_ptr<const schema::ResourceDefinition>;

// A resource as one request sees it. Keeps the definition alive.
struct Served {
  DefinitionPtr definition;
  const schema::ResourceVersion* version = nullptr;
  bool terminating = false;  // its CustomResourceDefinition is being deleted: nothing new is created

  const schema::ResourceDefinition& def() const { return *definition; }
};

// All kinds that are served at one moment. Immutable.
class CatalogView {
 public:
  explicit CatalogView(std::vector<DefinitionPtr> definitions, std::set<const schema::ResourceDefinition*> terminating,
                       uint64_t generation);

  // In a stable order: built-in kinds first, then posted ones by name.
  const std::vector<DefinitionPtr>& definitions() const { return definitions_; }
  // definition is null when the version is not served.
  Served Find(const GroupVersionResource& gvr) const;
  Served FindKind(const GroupVersionKind& gvk) const;
  // The definition of a resource in any version; null when there is none.
  DefinitionPtr FindResource(std::string_view group, std::string_view resource) const;
  // Group name and its served versions, the preferred one first; core ("") first.
  const std::vector<std::pair<std::string, std::vector<std::string>>>& groups() const { return groups_; }
  bool HasGroup(std::string_view group) const;
  bool HasGroupVersion(std::string_view group, std::string_view version) const;
  // Rises with every change; discovery and OpenAPI derive their ETags from it.
  uint64_t generation() const { return generation_; }

 private:
  Served Serve(const DefinitionPtr& definition, std::string_view version) const;

  const std::vector<DefinitionPtr> definitions_;
  const std::set<const schema::ResourceDefinition*> terminating_;
  const uint64_t generation_;
  std::map<std::pair<std::string, std::string>, DefinitionPtr, std::less<>> by_resource_;
  std::map<std::pair<std::string, std::string>, DefinitionPtr, std::less<>> by_kind_;
  std::vector<std::pair<std::string, std::vector<std::string>>> groups_;
};
using CatalogViewPtr = std::shared_ptr<const CatalogView>;

// The kinds that the server serves: the embedded ones, and those that users post as CustomResourceDefinitions. A posted
// one stands in for an embedded one that is replaceable.
// Readers take a view and keep it for a request; writers swap it. Thread-safe.
class Catalog {
 public:
  explicit Catalog(std::vector<schema::ResourceDefinition> builtin);

  CatalogViewPtr view() const;

  // Adds or replaces the kind of a posted CustomResourceDefinition. kConflict when another definition has its resource
  // or kind.
  Status Put(schema::ResourceDefinition definition, bool terminating);
  void Remove(std::string_view group, std::string_view plural);
  // Why `definition` can't be served beside the others; ok when it can.
  Status Conflicts(const schema::ResourceDefinition& definition) const;

 private:
  void Swap();  // needs mutex_

  const std::vector<DefinitionPtr> builtin_;
  mutable std::mutex mutex_;
  struct Posted {
    DefinitionPtr definition;
    bool terminating = false;
  };
  std::map<std::string, Posted> posted_;  // by "plural.group"; guarded by mutex_
  uint64_t generation_ = 0;               // guarded by mutex_
  CatalogViewPtr view_;                   // guarded by mutex_
};

}  // namespace croft::server
