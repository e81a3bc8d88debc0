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

// "rbac.authorization.k8s.io" + "v1" -> "rbacAuthorization_v1".
std::string TagOf(std::string_view group, std::string_view version) {
  std::string tag = GroupTitle(group);
  if (tag[0] >= 'A' && tag[0] <= 'Z') tag[0] = static_cast<char>(tag[0] - 'A' + 'a');
  return version.empty() ? tag : tag + "_" + std::string(version);
}

struct Sentence {
  std::string_view action;
  std::string_view before;
  std::string_view after;
};
constexpr Sentence kSentences[] = {
    {"list", "Lists or watches objects of the kind ", "."},
    {"get", "Reads one ", "."},
    {"post", "Creates one ", "."},
    {"put", "Replaces one ", "."},
    {"patch", "Changes parts of one ", "."},
    {"delete", "Deletes one ", "."},
    {"deletecollection", "Deletes the objects of the kind ", " that the selectors find."},
    {"connect", "Opens a connection: ", "."},
};
std::string Describe(std::string_view action, std::string_view kind) {
  for (const Sentence& sentence : kSentences) {
    if (sentence.action == action)
      return std::string(sentence.before) + std::string(kind) + std::string(sentence.after);
  }
  return {};
}

constexpr std::pair<std::string_view, std::string_view> kParameterTexts[] = {
    {"allowWatchBookmarks", "Whether a watch may send BOOKMARK events, which carry a resourceVersion alone."},
    {"command", "Program and arguments to run."},
    {"container", "Container that is meant; the only one when absent."},
    {"continue", "Token of the list's last page, to get the next one."},
    {"dryRun", "All: everything is checked and answered, nothing is stored."},
    {"fieldManager", "Name of who makes the change; owns the fields that it sets."},
    {"fieldSelector", "Restricts the objects by their fields."},
    {"fieldValidation", "What unknown and duplicate fields lead to: Ignore, Warn or Strict."},
    {"follow", "Goes on with what is logged from now on."},
    {"force", "Takes fields over from other managers. For apply patches alone."},
    {"gracePeriodSeconds", "Seconds that the object has to end; 0 is at once."},
    {"labelSelector", "Restricts the objects by their labels."},
    {"limit", "Most objects in one reply; the rest comes with the continue token."},
    {"limitBytes", "Most bytes of the log."},
    {"name", "Name of the object."},
    {"namespace", "Namespace of the objects."},
    {"orphanDependents", "Deprecated: use propagationPolicy."},
    {"ports", "Ports to forward."},
    {"pretty", "true: written for people."},
    {"previous", "The log of the container before its last restart."},
    {"propagationPolicy", "What becomes of dependents: Orphan, Background or Foreground."},
    {"resourceVersion", "State that the reply is to show, or to begin after."},
    {"resourceVersionMatch", "How resourceVersion is meant: Exact or NotOlderThan."},
    {"sendInitialEvents", "Whether a watch begins with the present objects."},
    {"sinceSeconds", "Lines that are not older than this."},
    {"sinceTime", "Lines from this time on."},
    {"stderr", "Connects standard error."},
    {"stdin", "Connects standard input."},
    {"stdout", "Connects standard output."},
    {"tailLines", "Lines from the end of the log."},
    {"timeoutSeconds", "When a list or watch ends at the latest."},
    {"timestamps", "Puts a time before each line."},
    {"tty", "Gives the program a terminal."},
    {"watch", "Sends changes as they happen instead of a list."},
};

class Lister {
 public:
  Lister(const ResourceDefinition& definition, const ResourceVersion& version)
      : definition_(definition),
        version_(version),
        gvk_{definition.group, version.name, definition.kind},
        title_(GroupTitle(definition.group) + Capitalized(version.name)),
        tag_(TagOf(definition.group, version.name)),
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
    for (const std::string& name : definition_.extra_subresources) {
      if (name == "approval" || name == "ephemeralcontainers") {
        Subobject(name, gvk_, kind_name_);
      } else {
        ExtraSubresource(name);
      }
    }
    if (definition_.namespaced) AllNamespaces(root + "/" + definition_.plural);
    return std::move(paths_);
  }

 private:
  void Begin(std::string path, bool has_name, bool has_namespace) {
    paths_.push_back({std::move(path), {}, {}});
    if (has_name) paths_.back().in_path.push_back(kName);
    if (has_namespace) paths_.back().in_path.push_back(kNamespace);
  }

  // "list" + "AppsV1" + infix + "NamespacedDeployment" + suffix
  std::string Id(std::string_view verb, std::string_view suffix, std::string_view infix = {}) const {
    return std::string(verb) + title_ + std::string(infix) + (definition_.namespaced ? "Namespaced" : "") +
           definition_.kind + std::string(suffix);
  }

  void Add(std::string_view method, std::string_view action, std::string id, std::initializer_list<Query> queries,
           std::string body, std::string reply, const GroupVersionKind& gvk) {
    OpenApiOperation operation{
        std::string(method),       std::string(action), std::move(id), gvk, {}, std::move(body), std::move(reply), tag_,
        Describe(action, gvk.kind)};
    operation.strategic = definition_.builtin;
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
    Add("delete", "deletecollection", Id("delete", "", "Collection"), {kListQuery, kDeleteQuery},
        kMeta + "DeleteOptions", kMeta + "Status", gvk_);
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
      const bool connects = extra->action == "connect";
      const std::string verb = connects ? "connect" : method == "post" ? "create" : "read";
      const std::string infix = connects ? Capitalized(method) : "";
      Add(method, extra->action, Id(verb, Capitalized(name), infix), {extra->query}, std::string(extra->body),
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
  const std::string tag_;
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

std::span<const std::string_view> PatchMediaTypes(bool strategic) {
  static constexpr std::string_view kBuiltIn[] = {"application/json-patch+json", "application/merge-patch+json",
                                                  "application/strategic-merge-patch+json",
                                                  "application/apply-patch+yaml"};
  static constexpr std::string_view kPosted[] = {kBuiltIn[0], kBuiltIn[1], kBuiltIn[3]};
  if (strategic) return kBuiltIn;
  return kPosted;
}

std::vector<std::string> OpenApiCodes(const OpenApiOperation& operation) {
  std::vector<std::string> codes = {"200"};
  const bool creates = operation.method == "put" || operation.method == "patch" || operation.action == "post";
  if (creates) codes.emplace_back("201");
  if (operation.action == "post" || operation.action == "delete") codes.emplace_back("202");
  return codes;
}

std::string_view OpenApiParameterText(std::string_view name) {
  for (const auto& [known, text] : kParameterTexts) {
    if (known == name) return text;
  }
  return {};
}

OpenApiPath ResourceListPath(std::string_view group, std::string_view version) {
  const std::string root = group.empty() ? "/api/" : "/apis/" + std::string(group) + "/";
  return {root + std::string(version) + "/",
          {},
          {{"get",
            "",
            "get" + GroupTitle(group) + Capitalized(version) + "APIResources",
            {},
            {},
            "",
            kMeta + "APIResourceList",
            TagOf(group, version),
            "Lists what this version of the group has."}}};
}

std::vector<OpenApiPath> ListDiscoveryPaths(const std::set<std::string>& groups) {
  const auto path = [](std::string at, std::string id, std::string reply, std::string tag, std::string description) {
    return OpenApiPath{
        std::move(at),
        {},
        {{"get", "", std::move(id), {}, {}, "", std::move(reply), std::move(tag), std::move(description)}}};
  };
  std::vector<OpenApiPath> paths = {
      path("/api/", "getCoreAPIVersions", kMeta + "APIVersions", "core", "Lists the versions of the core group."),
      path("/apis/", "getAPIVersions", kMeta + "APIGroupList", "apis", "Lists the groups."),
      path("/version/", "getCodeVersion", "io.k8s.apimachinery.pkg.version.Info", "version",
           "Tells the server's version."),
  };
  for (const std::string& group : groups) {
    if (group.empty()) continue;
    paths.push_back(path("/apis/" + group + "/", "get" + GroupTitle(group) + "APIGroup", kMeta + "APIGroup",
                         TagOf(group, ""), "Tells the versions of the group."));
  }
  return paths;
}

std::vector<OpenApiPath> ListOpenApiPaths(const ResourceDefinition& definition, const ResourceVersion& version) {
  return Lister(definition, version).List();
}

}  // namespace croft::schema
