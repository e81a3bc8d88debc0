#include "api/schema/openapi_paths.h"

#include <algorithm>
#include <iterator>

namespace croft::schema {
namespace {

const std::string kMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

constexpr OpenApiParameter kName = {"name", "string"};
constexpr OpenApiParameter kNamespace = {"namespace", "string"};
constexpr OpenApiParameter kPretty = {"pretty", "string"};

constexpr OpenApiParameter kListQuery[] = {{"allowWatchBookmarks", "boolean"},
                                           {"continue", "string"},
                                           {"fieldSelector", "string"},
                                           {"labelSelector", "string"},
                                           {"limit", "integer"},
                                           {"resourceVersion", "string"},
                                           {"resourceVersionMatch", "string"},
                                           {"sendInitialEvents", "boolean"},
                                           {"timeoutSeconds", "integer"},
                                           {"watch", "boolean"}};
constexpr OpenApiParameter kWriteQuery[] = {
    {"dryRun", "string"}, {"fieldManager", "string"}, {"fieldValidation", "string"}};
constexpr OpenApiParameter kPatchQuery[] = {
    {"dryRun", "string"}, {"fieldManager", "string"}, {"fieldValidation", "string"}, {"force", "boolean"}};
constexpr OpenApiParameter kDeleteQuery[] = {{"dryRun", "string"},
                                             {"gracePeriodSeconds", "integer"},
                                             {"orphanDependents", "boolean"},
                                             {"propagationPolicy", "string"}};
constexpr OpenApiParameter kLogQuery[] = {
    {"container", "string"},  {"follow", "boolean"},     {"previous", "boolean"},   {"sinceSeconds", "integer"},
    {"tailLines", "integer"}, {"timestamps", "boolean"}, {"limitBytes", "integer"}, {"sinceTime", "string"}};
constexpr OpenApiParameter kExecQuery[] = {{"command", "string"}, {"container", "string"}, {"stderr", "boolean"},
                                           {"stdin", "boolean"},  {"stdout", "boolean"},   {"tty", "boolean"}};
constexpr OpenApiParameter kPortQuery[] = {{"ports", "integer"}};

// A subresource with code of its own, beyond status and scale.
struct Extra {
  std::string_view name;
  std::string_view methods;  // separated by spaces
  std::string_view action;
  std::string_view group, version, kind;  // of the body
  std::string_view body;                  // empty: none
  std::span<const OpenApiParameter> query;
};
constexpr Extra kExtras[] = {
    {"log", "get", "get", "", "v1", "Pod", "", kLogQuery},
    {"exec", "get post", "connect", "", "v1", "PodExecOptions", "", kExecQuery},
    {"attach", "get post", "connect", "", "v1", "PodAttachOptions", "", kExecQuery},
    {"portforward", "get post", "connect", "", "v1", "PodPortForwardOptions", "", kPortQuery},
    {"eviction", "post", "post", "policy", "v1", "Eviction", "io.k8s.api.policy.v1.Eviction", kWriteQuery},
    {"binding", "post", "post", "", "v1", "Binding", "io.k8s.api.core.v1.Binding", kWriteQuery},
    {"token", "post", "post", "authentication.k8s.io", "v1", "TokenRequest",
     "io.k8s.api.authentication.v1.TokenRequest", kWriteQuery},
};

using Query = std::span<const OpenApiParameter>;

std::string Capitalized(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

// "networking.k8s.io" -> "Networking", "croft.lab" -> "CroftLab".
std::string GroupTitle(std::string_view group) {
  if (group.empty()) return "Core";
  if (group.ends_with(".k8s.io")) group.remove_suffix(7);
  std::string title;
  while (!group.empty()) {
    const size_t end = std::min(group.find('.'), group.size());
    title += Capitalized(group.substr(0, end));
    group.remove_prefix(std::min(end + 1, group.size()));
  }
  return title;
}

class Lister {
 public:
  Lister(const ResourceDefinition& definition, const ResourceVersion& version)
      : definition_(definition),
        version_(version),
        gvk_{definition.group, version.name, definition.kind},
        title_(GroupTitle(definition.group) + Capitalized(version.name)),
        kind_name_(OpenApiName(definition, version)),
        list_name_(OpenApiListName(definition, version)) {}

  std::vector<OpenApiPath> List() {
    const std::string root = (definition_.group.empty() ? "/api/" : "/apis/" + definition_.group + "/") + version_.name;
    const std::string place = definition_.namespaced ? root + "/namespaces/{namespace}/" : root + "/";
    Collection(place + definition_.plural);
    if (definition_.create_only) return std::move(paths_);
    Item(place + definition_.plural + "/{name}");
    if (version_.has_status) Subobject("status", gvk_, kind_name_);
    if (version_.scale) Subobject("scale", {"autoscaling", "v1", "Scale"}, "io.k8s.api.autoscaling.v1.Scale");
    for (const std::string& name : definition_.extra_subresources) ExtraSubresource(name);
    if (definition_.namespaced) AllNamespaces(root + "/" + definition_.plural);
    return std::move(paths_);
  }

 private:
  void Begin(std::string path, bool has_name, bool has_namespace) {
    paths_.push_back({std::move(path), {}, {}});
    if (has_name) paths_.back().in_path.push_back(kName);
    if (has_namespace) paths_.back().in_path.push_back(kNamespace);
  }

  std::string Id(std::string_view verb, std::string_view suffix) const {
    return std::string(verb) + title_ + (definition_.namespaced ? "Namespaced" : "") + definition_.kind +
           std::string(suffix);
  }

  void Add(std::string_view method, std::string_view action, std::string id, std::initializer_list<Query> queries,
           std::string body, std::string reply, const GroupVersionKind& gvk) {
    OpenApiOperation operation{std::string(method), std::string(action), std::move(id), gvk, {},
                               std::move(body),     std::move(reply)};
    for (const Query& query : queries) operation.query.insert(operation.query.end(), query.begin(), query.end());
    // Listing and deleting share some.
    std::vector<OpenApiParameter> unique;
    for (const OpenApiParameter& each : operation.query) {
      const bool known = std::any_of(unique.begin(), unique.end(), [&](const auto& u) { return u.name == each.name; });
      if (!known) unique.push_back(each);
    }
    operation.query = std::move(unique);
    operation.query.push_back(kPretty);
    paths_.back().operations.push_back(std::move(operation));
  }

  void Collection(std::string path) {
    Begin(std::move(path), false, definition_.namespaced);
    if (!definition_.create_only) Add("get", "list", Id("list", ""), {kListQuery}, "", list_name_, gvk_);
    Add("post", "post", Id("create", ""), {kWriteQuery}, kind_name_, kind_name_, gvk_);
    if (!DeletesCollections(definition_)) return;
    Add("delete", "deletecollection", Id("delete", "Collection"), {kListQuery, kDeleteQuery}, kMeta + "DeleteOptions",
        kMeta + "Status", gvk_);
  }

  void Item(const std::string& path) {
    item_ = path;
    Begin(path, true, definition_.namespaced);
    Add("get", "get", Id("read", ""), {}, "", kind_name_, gvk_);
    Add("put", "put", Id("replace", ""), {kWriteQuery}, kind_name_, kind_name_, gvk_);
    Add("patch", "patch", Id("patch", ""), {kPatchQuery}, kMeta + "Patch", kind_name_, gvk_);
    Add("delete", "delete", Id("delete", ""), {kDeleteQuery}, kMeta + "DeleteOptions", kMeta + "Status", gvk_);
  }

  void Subobject(std::string_view name, const GroupVersionKind& gvk, const std::string& type) {
    Begin(item_ + "/" + std::string(name), true, definition_.namespaced);
    const std::string suffix = Capitalized(name);
    Add("get", "get", Id("read", suffix), {}, "", type, gvk);
    Add("put", "put", Id("replace", suffix), {kWriteQuery}, type, type, gvk);
    Add("patch", "patch", Id("patch", suffix), {kPatchQuery}, kMeta + "Patch", type, gvk);
  }

  void ExtraSubresource(const std::string& name) {
    const auto extra =
        std::find_if(std::begin(kExtras), std::end(kExtras), [&](const Extra& e) { return e.name == name; });
    if (extra == std::end(kExtras)) {
      // Such as finalize: the object itself by another door.
      Begin(item_ + "/" + name, true, definition_.namespaced);
      return Add("put", "put", Id("replace", Capitalized(name)), {kWriteQuery}, kind_name_, kind_name_, gvk_);
    }
    Begin(item_ + "/" + name, true, definition_.namespaced);
    const GroupVersionKind gvk{std::string(extra->group), std::string(extra->version), std::string(extra->kind)};
    for (const std::string_view method : {"get", "post"}) {
      if (extra->methods.find(method) == std::string_view::npos) continue;
      const std::string verb = extra->action == "connect" ? "connect" + Capitalized(method)
                               : method == "post"         ? "create"
                                                          : "read";
      Add(method, extra->action, Id(verb, Capitalized(name)), {extra->query}, std::string(extra->body),
          std::string(extra->body), gvk);
    }
  }

  void AllNamespaces(std::string path) {
    Begin(std::move(path), false, false);
    Add("get", "list", "list" + title_ + definition_.kind + "ForAllNamespaces", {kListQuery}, "", list_name_, gvk_);
  }

  const ResourceDefinition& definition_;
  const ResourceVersion& version_;
  const GroupVersionKind gvk_;
  const std::string title_;
  const std::string kind_name_;
  const std::string list_name_;
  std::string item_;
  std::vector<OpenApiPath> paths_;
};

std::string Prefix(const ResourceDefinition& definition, const ResourceVersion& version) {
  if (!definition.openapi_name.empty()) {  // "<prefix>.<storage version>.<kind>"
    const std::string_view name = definition.openapi_name;
    const std::string_view before_kind = name.substr(0, name.rfind('.'));
    return std::string(before_kind.substr(0, before_kind.rfind('.') + 1)) + version.name + ".";
  }
  std::string prefix;
  for (std::string_view rest = definition.group; !rest.empty();) {
    const size_t dot = rest.rfind('.');
    prefix += std::string(dot == std::string_view::npos ? rest : rest.substr(dot + 1)) + ".";
    rest = dot == std::string_view::npos ? std::string_view() : rest.substr(0, dot);
  }
  return prefix + version.name + ".";
}

}  // namespace

bool DeletesCollections(const ResourceDefinition& definition) {
  return !definition.create_only && !(definition.group.empty() && definition.plural == "namespaces");
}

std::string OpenApiName(const ResourceDefinition& definition, const ResourceVersion& version) {
  return Prefix(definition, version) + definition.kind;
}

std::string OpenApiListName(const ResourceDefinition& definition, const ResourceVersion& version) {
  return Prefix(definition, version) + definition.list_kind;
}

std::span<const std::string_view> PatchMediaTypes() {
  static constexpr std::string_view kTypes[] = {"application/json-patch+json", "application/merge-patch+json",
                                                "application/strategic-merge-patch+json",
                                                "application/apply-patch+yaml"};
  return kTypes;
}

std::vector<OpenApiPath> ListOpenApiPaths(const ResourceDefinition& definition, const ResourceVersion& version) {
  return Lister(definition, version).List();
}

}  // namespace croft::schema
