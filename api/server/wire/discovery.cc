#include "api/server/wire/discovery.h"

#include <openssl/sha.h>

#include <algorithm>
#include <set>

#include "api/base/base64.h"
#include "api/object/json.h"
#include "api/schema/openapi_paths.h"
#include "api/server/forms.h"

namespace croft::server {
namespace {

using Verbs = std::vector<const char*>;
const Verbs kCreateOnly = {"create"};
const Verbs kVerbsWhileTerminating = {"delete", "deletecollection", "get", "list", "watch"};
const Verbs kAllVerbs = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
const Verbs kSingleVerbs = {"create", "delete", "get", "list", "patch", "update", "watch"};

const Verbs& VerbsOf(const schema::ResourceDefinition& definition) {
  if (definition.create_only) return kCreateOnly;
  return schema::DeletesCollections(definition) ? kAllVerbs : kSingleVerbs;
}

// One resource or subresource of a version, as every form of discovery needs it.
struct Entry {
  std::string name;         // "pods"
  std::string subresource;  // "", "status", ...
  std::string singular;
  bool namespaced = true;
  std::string group, version, kind;  // of the body
  Verbs verbs;
  std::vector<std::string> short_names, categories;
  std::string storage_hash;  // tells clients when objects are stored in another version than before
};

struct Extra {
  const char* name;
  const char* group;
  const char* version;
  const char* kind;
  Verbs verbs;
};

const std::vector<Extra>& Extras() {
  static const std::vector<Extra> kExtras = {
      {"approval", "certificates.k8s.io", "v1", "CertificateSigningRequest", {"get", "patch", "update"}},
      {"attach", "", "v1", "PodAttachOptions", {"create", "get"}},
      {"binding", "", "v1", "Binding", {"create"}},
      {"ephemeralcontainers", "", "v1", "Pod", {"get", "patch", "update"}},
      {"eviction", "policy", "v1", "Eviction", {"create"}},
      {"exec", "", "v1", "PodExecOptions", {"create", "get"}},
      {"finalize", "", "v1", "Namespace", {"update"}},
      {"log", "", "v1", "Pod", {"get"}},
      {"portforward", "", "v1", "PodPortForwardOptions", {"create", "get"}},
      {"token", "authentication.k8s.io", "v1", "TokenRequest", {"create"}},
  };
  return kExtras;
}

// The hash that Kubernetes gives to the version in which a kind is stored.
std::string StorageHash(const Served& served) {
  const Form* form = FindForm(served);
  const auto [group, version] = form != nullptr ? SplitApiVersion(form->api_version)
                                                : std::pair(served.def().group, served.def().StorageVersion().name);
  const std::string text = group + "/" + version + "/" + served.def().kind;
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  constexpr size_t kShort = 8;
  return Base64Encode({reinterpret_cast<const char*>(digest), kShort});
}

std::vector<Entry> EntriesOf(const Served& served) {
  const schema::ResourceDefinition& definition = served.def();
  const schema::ResourceVersion& version = *served.version;
  std::vector<Entry> entries;
  Entry main{definition.plural,
             "",
             definition.singular,
             definition.namespaced,
             definition.group,
             version.name,
             definition.kind,
             served.terminating ? kVerbsWhileTerminating : VerbsOf(definition),
             definition.short_names,
             definition.categories,
             definition.create_only ? std::string() : StorageHash(served)};
  const auto sub = [&](const char* name, std::string group, std::string api_version, std::string kind, Verbs verbs) {
    entries.push_back({definition.plural,
                       name,
                       "",
                       definition.namespaced,
                       std::move(group),
                       std::move(api_version),
                       std::move(kind),
                       std::move(verbs),
                       {},
                       {},
                       {}});
  };
  entries.push_back(std::move(main));
  for (const Extra& extra : Extras()) {
    const auto& names = definition.extra_subresources;
    if (std::find(names.begin(), names.end(), extra.name) != names.end()) {
      sub(extra.name, extra.group, extra.version, extra.kind, extra.verbs);
    }
  }
  if (version.scale) sub("scale", "autoscaling", "v1", "Scale", {"get", "patch", "update"});
  if (version.has_status) sub("status", definition.group, version.name, definition.kind, {"get", "patch", "update"});
  return entries;
}

std::vector<Entry> EntriesOf(const CatalogView& view, std::string_view group, std::string_view version) {
  std::vector<Entry> entries;
  for (const DefinitionPtr& definition : view.definitions()) {
    if (definition->group != group) continue;
    const Served served = view.Find({definition->group, std::string(version), definition->plural});
    if (served.definition == nullptr) continue;
    for (Entry& entry : EntriesOf(served)) entries.push_back(std::move(entry));
  }
  return entries;
}

template <class List>
Json TextList(const List& texts, JsonAllocator& allocator) {
  Json list(rapidjson::kArrayType);
  for (const auto& text : texts) list.PushBack(MakeString(text, allocator), allocator);
  return list;
}

Json VersionOf(const std::string& group, const std::string& version, JsonAllocator& allocator) {
  Json out(rapidjson::kObjectType);
  SetString(out, "groupVersion", ApiVersion(group, version), allocator);
  SetString(out, "version", version, allocator);
  return out;
}

void FillGroup(Json& out, const std::string& group, const std::vector<std::string>& versions,
               JsonAllocator& allocator) {
  SetString(out, "name", group, allocator);
  Json list(rapidjson::kArrayType);
  for (const std::string& version : versions) list.PushBack(VersionOf(group, version, allocator), allocator);
  Set(out, "versions", std::move(list), allocator);
  Set(out, "preferredVersion", VersionOf(group, versions.front(), allocator), allocator);
}

JsonDocument Document(const char* kind, const std::string& api_version) {
  JsonDocument document(rapidjson::kObjectType);
  SetString(document, "kind", kind, document.GetAllocator());
  SetString(document, "apiVersion", api_version, document.GetAllocator());
  return document;
}

Json KindOf(const Entry& entry, JsonAllocator& allocator) {
  Json kind(rapidjson::kObjectType);
  SetString(kind, "group", entry.group, allocator);
  SetString(kind, "version", entry.version, allocator);
  SetString(kind, "kind", entry.kind, allocator);
  return kind;
}

Json AggregatedVersion(const CatalogView& view, const std::string& group, const std::string& version,
                       JsonAllocator& allocator) {
  Json out(rapidjson::kObjectType);
  SetString(out, "version", version, allocator);
  Json resources(rapidjson::kArrayType);
  for (const Entry& entry : EntriesOf(view, group, version)) {
    if (!entry.subresource.empty()) {
      // Entries of one resource follow it.
      Json& owner = resources[resources.Size() - 1];
      if (Find(owner, "subresources") == nullptr) Set(owner, "subresources", Json(rapidjson::kArrayType), allocator);
      Json sub(rapidjson::kObjectType);
      SetString(sub, "subresource", entry.subresource, allocator);
      Set(sub, "responseKind", KindOf(entry, allocator), allocator);
      Set(sub, "verbs", TextList(entry.verbs, allocator), allocator);
      FindMutable(owner, "subresources")->PushBack(std::move(sub), allocator);
      continue;
    }
    Json resource(rapidjson::kObjectType);
    SetString(resource, "resource", entry.name, allocator);
    Set(resource, "responseKind", KindOf(entry, allocator), allocator);
    SetString(resource, "scope", entry.namespaced ? "Namespaced" : "Cluster", allocator);
    SetString(resource, "singularResource", entry.singular, allocator);
    Set(resource, "verbs", TextList(entry.verbs, allocator), allocator);
    if (!entry.short_names.empty()) Set(resource, "shortNames", TextList(entry.short_names, allocator), allocator);
    if (!entry.categories.empty()) Set(resource, "categories", TextList(entry.categories, allocator), allocator);
    resources.PushBack(std::move(resource), allocator);
  }
  Set(out, "resources", std::move(resources), allocator);
  SetString(out, "freshness", "Current", allocator);
  return out;
}

}  // namespace

std::string CoreVersionsDocument(std::string_view server_address) {
  JsonDocument document(rapidjson::kObjectType);
  auto& allocator = document.GetAllocator();
  SetString(document, "kind", "APIVersions", allocator);
  Set(document, "versions", TextList(std::vector<std::string>{"v1"}, allocator), allocator);
  Json address(rapidjson::kObjectType);
  SetString(address, "clientCIDR", "0.0.0.0/0", allocator);
  SetString(address, "serverAddress", server_address, allocator);
  Json addresses(rapidjson::kArrayType);
  addresses.PushBack(std::move(address), allocator);
  Set(document, "serverAddressByClientCIDRs", std::move(addresses), allocator);
  return WriteJson(document);
}

std::string GroupListDocument(const CatalogView& view) {
  JsonDocument document = Document("APIGroupList", "v1");
  auto& allocator = document.GetAllocator();
  Json groups(rapidjson::kArrayType);
  for (const auto& [name, versions] : view.groups()) {
    if (name.empty()) continue;
    Json group(rapidjson::kObjectType);
    FillGroup(group, name, versions, allocator);
    groups.PushBack(std::move(group), allocator);
  }
  Set(document, "groups", std::move(groups), allocator);
  return WriteJson(document);
}

std::string GroupDocument(const CatalogView& view, std::string_view group) {
  for (const auto& [name, versions] : view.groups()) {
    if (name != group || name.empty()) continue;
    JsonDocument document = Document("APIGroup", "v1");
    FillGroup(document, name, versions, document.GetAllocator());
    return WriteJson(document);
  }
  return {};
}

std::string ResourceListDocument(const CatalogView& view, std::string_view group, std::string_view version) {
  const std::vector<Entry> entries = EntriesOf(view, group, version);
  if (entries.empty()) return {};
  JsonDocument document = Document("APIResourceList", "v1");
  auto& allocator = document.GetAllocator();
  SetString(document, "groupVersion", ApiVersion(group, version), allocator);
  Json resources(rapidjson::kArrayType);
  for (const Entry& entry : entries) {
    Json resource(rapidjson::kObjectType);
    SetString(resource, "name", entry.subresource.empty() ? entry.name : entry.name + "/" + entry.subresource,
              allocator);
    SetString(resource, "singularName", entry.singular, allocator);
    Set(resource, "namespaced", Json(entry.namespaced), allocator);
    if (entry.group != group || entry.version != version) {
      if (!entry.group.empty()) SetString(resource, "group", entry.group, allocator);
      SetString(resource, "version", entry.version, allocator);
    }
    SetString(resource, "kind", entry.kind, allocator);
    Set(resource, "verbs", TextList(entry.verbs, allocator), allocator);
    if (!entry.short_names.empty()) Set(resource, "shortNames", TextList(entry.short_names, allocator), allocator);
    if (!entry.categories.empty()) Set(resource, "categories", TextList(entry.categories, allocator), allocator);
    if (!entry.storage_hash.empty()) SetString(resource, "storageVersionHash", entry.storage_hash, allocator);
    resources.PushBack(std::move(resource), allocator);
  }
  Set(document, "resources", std::move(resources), allocator);
  return WriteJson(document);
}

std::string AggregatedDocument(const CatalogView& view, bool core, const std::string& version) {
  JsonDocument document = Document("APIGroupDiscoveryList", "apidiscovery.k8s.io/" + version);
  auto& allocator = document.GetAllocator();
  Ensure(document, "metadata", allocator);
  Json items(rapidjson::kArrayType);
  for (const auto& [name, versions] : view.groups()) {
    if (name.empty() != core) continue;
    Json group(rapidjson::kObjectType);
    Json& metadata = Ensure(group, "metadata", allocator);
    if (!name.empty()) SetString(metadata, "name", name, allocator);
    Json list(rapidjson::kArrayType);
    for (const std::string& one : versions) list.PushBack(AggregatedVersion(view, name, one, allocator), allocator);
    Set(group, "versions", std::move(list), allocator);
    items.PushBack(std::move(group), allocator);
  }
  Set(document, "items", std::move(items), allocator);
  return WriteJson(document);
}

}  // namespace croft::server
