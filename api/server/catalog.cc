#include "api/server/catalog.h"

#include <algorithm>

#include "api/schema/version_order.h"

namespace croft::server {
namespace {

std::string CrdName(std::string_view group, std::string_view plural) {
  return std::string(plural) + "." + std::string(group);
}

std::vector<DefinitionPtr> Share(std::vector<schema::ResourceDefinition> definitions) {
  std::vector<DefinitionPtr> shared;
  shared.reserve(definitions.size());
  for (auto& definition : definitions) {
    shared.push_back(std::make_shared<const schema::ResourceDefinition>(std::move(definition)));
  }
  return shared;
}

}  // namespace

CatalogView::CatalogView(std::vector<DefinitionPtr> definitions,
                         std::set<const schema::ResourceDefinition*> terminating, uint64_t generation)
    : definitions_(std::move(definitions)), terminating_(std::move(terminating)), generation_(generation) {
  std::map<std::string, std::vector<std::string>> versions;
  std::vector<std::string> order = {""};
  for (const DefinitionPtr& definition : definitions_) {
    by_resource_[{definition->group, definition->plural}] = definition;
    by_kind_[{definition->group, definition->kind}] = definition;
    if (std::find(order.begin(), order.end(), definition->group) == order.end()) order.push_back(definition->group);
    for (const schema::ResourceVersion& version : definition->versions) {
      auto& of_group = versions[definition->group];
      if (version.served && std::find(of_group.begin(), of_group.end(), version.name) == of_group.end()) {
        of_group.push_back(version.name);
      }
    }
  }
  for (auto& [group, of_group] : versions) {
    std::stable_sort(of_group.begin(), of_group.end(),
                     [](const std::string& a, const std::string& b) { return schema::CompareApiVersions(a, b) > 0; });
  }
  // A plain word that two groups serve, as "ingress", means the first of them to clients: Kubernetes' own come before
  // the lab's.
  const auto rank = [&](const std::string& group) {
    if (group == "croft.lab") return 1;
    const auto of_group = std::find_if(definitions_.begin(), definitions_.end(),
                                       [&](const DefinitionPtr& definition) { return definition->group == group; });
    return of_group == definitions_.end() || (*of_group)->builtin ? 0 : 2;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
  for (const std::string& group : order) {
    if (!versions[group].empty()) groups_.emplace_back(group, versions[group]);
  }
}

Served CatalogView::Serve(const DefinitionPtr& definition, std::string_view version) const {
  const schema::ResourceVersion* found = definition->FindVersion(version);
  if (found == nullptr || !found->served) return {};
  return {definition, found, terminating_.contains(definition.get())};
}

Served CatalogView::Find(const GroupVersionResource& gvr) const {
  const auto it = by_resource_.find(std::pair(gvr.group, gvr.resource));
  return it == by_resource_.end() ? Served{} : Serve(it->second, gvr.version);
}

Served CatalogView::FindKind(const GroupVersionKind& gvk) const {
  const auto it = by_kind_.find(std::pair(gvk.group, gvk.kind));
  return it == by_kind_.end() ? Served{} : Serve(it->second, gvk.version);
}

DefinitionPtr CatalogView::FindResource(std::string_view group, std::string_view resource) const {
  const auto it = by_resource_.find(std::pair(std::string(group), std::string(resource)));
  return it == by_resource_.end() ? nullptr : it->second;
}

bool CatalogView::HasGroup(std::string_view group) const {
  return std::any_of(groups_.begin(), groups_.end(), [&](const auto& each) { return each.first == group; });
}

bool CatalogView::HasGroupVersion(std::string_view group, std::string_view version) const {
  for (const auto& [name, versions] : groups_) {
    if (name == group) return std::find(versions.begin(), versions.end(), version) != versions.end();
  }
  return false;
}

Catalog::Catalog(std::vector<schema::ResourceDefinition> builtin) : builtin_(Share(std::move(builtin))) {
  const std::lock_guard lock(mutex_);
  Swap();
}

CatalogViewPtr Catalog::view() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

Status Catalog::Conflicts(const schema::ResourceDefinition& wanted) const {
  for (const DefinitionPtr& other : view()->definitions()) {
    if (other->group != wanted.group) continue;
    // Its own earlier state, or what it takes the place of.
    if (other->plural == wanted.plural && (!other->builtin || other->replaceable)) continue;
    if (other->plural == wanted.plural) return Status::Conflict("\"" + wanted.plural + "\" is a built-in resource");
    if (other->kind == wanted.kind) return Status::Conflict("\"" + wanted.kind + "\" is already in use");
    if (!wanted.list_kind.empty() && other->list_kind == wanted.list_kind) {
      return Status::Conflict("\"" + wanted.list_kind + "\" is already in use");
    }
  }
  return Status::Ok();
}

Status Catalog::Put(schema::ResourceDefinition definition, bool terminating) {
  CROFT_RETURN_IF_ERROR(Conflicts(definition));
  const std::string name = CrdName(definition.group, definition.plural);
  const std::lock_guard lock(mutex_);
  posted_[name] = {std::make_shared<const schema::ResourceDefinition>(std::move(definition)), terminating};
  Swap();
  return Status::Ok();
}

void Catalog::Remove(std::string_view group, std::string_view plural) {
  const std::lock_guard lock(mutex_);
  posted_.erase(CrdName(group, plural));
  Swap();
}

void Catalog::Swap() {
  std::vector<DefinitionPtr> all;
  for (const DefinitionPtr& definition : builtin_) {
    if (!posted_.contains(CrdName(definition->group, definition->plural))) all.push_back(definition);
  }
  std::set<const schema::ResourceDefinition*> terminating;
  for (const auto& [name, posted] : posted_) {
    all.push_back(posted.definition);
    if (posted.terminating) terminating.insert(posted.definition.get());
  }
  view_ = std::make_shared<const CatalogView>(std::move(all), std::move(terminating), ++generation_);
}

}  // namespace croft::server
