#include "tools/croft/resource_finder.h"

#include <algorithm>
#include <cctype>

namespace croft::cli {
namespace {

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::vector<std::string> Texts(const Json& object, std::string_view key) {
  std::vector<std::string> texts;
  const Json* list = Find(object, key);
  if (list == nullptr || !list->IsArray()) return texts;
  for (const Json& item : list->GetArray()) {
    if (item.IsString()) texts.emplace_back(AsView(item));
  }
  return texts;
}

Status ReadGroupVersion(client::RestClient& client, const std::string& group, const std::string& version,
                        std::vector<Resource>* out) {
  const std::string path = group.empty() ? "/api/" + version : "/apis/" + group + "/" + version;
  const auto reply = client.Raw({.target = path});
  if (!reply.ok()) return reply.status();
  const auto list = ParseJson(reply->body);
  if (!list.ok()) return list.status();
  const Json* resources = Find(*list, "resources");
  if (resources == nullptr || !resources->IsArray()) return Status::Ok();
  for (const Json& item : resources->GetArray()) {
    Resource resource;
    resource.gvr = {group, version, std::string(FindString(item, {"name"}))};
    if (resource.gvr.resource.find('/') != std::string::npos) continue;  // a subresource
    resource.kind = FindString(item, {"kind"});
    resource.singular = FindString(item, {"singularName"}, Lower(resource.kind));
    resource.namespaced = FindBool(item, {"namespaced"});
    resource.short_names = Texts(item, "shortNames");
    resource.categories = Texts(item, "categories");
    const std::vector<std::string> verbs = Texts(item, "verbs");
    if (std::find(verbs.begin(), verbs.end(), "get") != verbs.end()) out->push_back(std::move(resource));
  }
  return Status::Ok();
}

bool Named(const Resource& resource, const std::string& word) {
  const auto& shorts = resource.short_names;
  return resource.gvr.resource == word || resource.singular == word || Lower(resource.kind) == word ||
         std::find(shorts.begin(), shorts.end(), word) != shorts.end();
}

}  // namespace

size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

Result<ResourceFinder> ResourceFinder::Load(client::RestClient& client) {
  ResourceFinder finder;
  CROFT_RETURN_IF_ERROR(ReadGroupVersion(client, "", "v1", &finder.resources_));
  const auto reply = client.Raw({.target = "/apis"});
  if (!reply.ok()) return reply.status();
  const auto groups = ParseJson(reply->body);
  if (!groups.ok()) return groups.status();
  const Json* list = croft::Find(*groups, "groups");
  if (list == nullptr || !list->IsArray()) return Status::Internal("/apis is not a list of groups");
  for (const Json& group : list->GetArray()) {
    const std::string name(FindString(group, {"name"}));
    const std::string version(FindString(group, {"preferredVersion", "version"}));
    CROFT_RETURN_IF_ERROR(ReadGroupVersion(client, name, version, &finder.resources_));
  }
  return finder;
}

Result<std::vector<Resource>> ResourceFinder::Find(const std::string& given) const {
  const std::string word = Lower(given);
  const size_t dot = word.find('.');
  const std::string plain = word.substr(0, dot);
  std::vector<Resource> found;
  for (const Resource& resource : resources_) {
    if (!Named(resource, plain)) continue;
    if (dot != std::string::npos) {
      // "deployments.apps" and "deployments.v1.apps" alike.
      const std::string rest = word.substr(dot + 1);
      if (rest != resource.gvr.group && rest != resource.gvr.version + "." + resource.gvr.group) continue;
    }
    return std::vector<Resource>{resource};
  }
  for (const Resource& resource : resources_) {
    if (std::find(resource.categories.begin(), resource.categories.end(), word) != resource.categories.end()) {
      found.push_back(resource);
    }
  }
  if (!found.empty()) return found;

  std::string nearest;
  size_t best = 3;  // a slip of the finger or two, not another word
  for (const Resource& resource : resources_) {
    for (const std::string& name : {resource.gvr.resource, resource.singular}) {
      if (const size_t distance = EditDistance(plain, name); distance < best) best = distance, nearest = name;
    }
  }
  return Status::NotFound(
      "the server has no resource \"" + given + "\"" +
      (nearest.empty() ? "; kubectl api-resources lists them" : "; did you mean \"" + nearest + "\"?"));
}

Result<Resource> ResourceFinder::FindKind(const std::string& api_version, const std::string& kind) const {
  const auto [group, version] = SplitApiVersion(api_version);
  for (const Resource& resource : resources_) {
    if (resource.gvr.group == group && resource.kind == kind) {
      Resource found = resource;
      found.gvr.version = version;
      return found;
    }
  }
  std::string nearest;
  size_t best = 3;
  for (const Resource& resource : resources_) {
    const size_t distance = EditDistance(kind, resource.kind);
    if (distance < best)
      best = distance, nearest = ApiVersion(resource.gvr.group, resource.gvr.version) + " " + resource.kind;
  }
  return Status::NotFound("no kind \"" + kind + "\" in \"" + api_version + "\"" +
                          (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
}

}  // namespace croft::cli
