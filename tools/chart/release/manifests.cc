#include "tools/chart/release/manifests.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "api/object/yaml.h"

namespace croft::chart {
namespace {

// What others need comes before them (helm.sh/helm/v3/pkg/releaseutil).
constexpr std::array<std::string_view, 36> kInstallOrder = {"PriorityClass",
                                                            "Namespace",
                                                            "NetworkPolicy",
                                                            "ResourceQuota",
                                                            "LimitRange",
                                                            "PodSecurityPolicy",
                                                            "PodDisruptionBudget",
                                                            "ServiceAccount",
                                                            "Secret",
                                                            "SecretList",
                                                            "ConfigMap",
                                                            "StorageClass",
                                                            "PersistentVolume",
                                                            "PersistentVolumeClaim",
                                                            "CustomResourceDefinition",
                                                            "ClusterRole",
                                                            "ClusterRoleList",
                                                            "ClusterRoleBinding",
                                                            "ClusterRoleBindingList",
                                                            "Role",
                                                            "RoleList",
                                                            "RoleBinding",
                                                            "RoleBindingList",
                                                            "Service",
                                                            "DaemonSet",
                                                            "Pod",
                                                            "ReplicationController",
                                                            "ReplicaSet",
                                                            "Deployment",
                                                            "HorizontalPodAutoscaler",
                                                            "StatefulSet",
                                                            "Job",
                                                            "CronJob",
                                                            "IngressClass",
                                                            "Ingress",
                                                            "APIService"};

constexpr std::array<std::string_view, 10> kEvents = {"pre-install", "post-install", "pre-delete",   "post-delete",
                                                      "pre-upgrade", "post-upgrade", "pre-rollback", "post-rollback",
                                                      "test",        "test-success"};

constexpr std::string_view kHook = "helm.sh/hook";
constexpr std::string_view kWeight = "helm.sh/hook-weight";
constexpr std::string_view kDeletePolicy = "helm.sh/hook-delete-policy";
constexpr std::string_view kLogPolicy = "helm.sh/hook-output-log-policy";

constexpr std::string_view kSpace = " \t\n\v\f\r";

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::optional<size_t> PlaceOf(std::string_view kind) {
  const auto* const at = std::find(kInstallOrder.begin(), kInstallOrder.end(), kind);
  if (at == kInstallOrder.end()) return std::nullopt;
  return static_cast<size_t>(at - kInstallOrder.begin());
}

// Before: -1, after: 1, no matter: 0. Unknown kinds come last in either order.
int Compare(std::string_view kind, std::string_view other, bool installing) {
  const std::optional<size_t> a = PlaceOf(kind), b = PlaceOf(other);
  if (!a && !b) return kind.compare(other) < 0 ? -1 : kind == other ? 0 : 1;
  if (!a || !b) return a ? -1 : 1;
  if (*a == *b) return 0;
  return (*a < *b) == installing ? -1 : 1;
}

// The words of a comma-separated annotation, without the space around them, in lower case.
std::vector<std::string> WordsOf(std::string_view text) {
  std::vector<std::string> words;
  for (size_t from = 0; from <= text.size();) {
    const size_t comma = std::min(text.find(',', from), text.size());
    std::string word(Trim(text.substr(from, comma - from)));
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    words.push_back(std::move(word));
    from = comma + 1;
  }
  return words;
}

int WeightOf(std::string_view text) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  int weight = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), weight);
  return error == std::errc() && end == text.data() + text.size() ? weight : 0;
}

// The string at `key`, empty when there is none. What is no string is an error.
Result<std::string> TextAt(const Json& map, std::string_view key) {
  const Json* value = Find(map, key);
  if (value == nullptr || value->IsNull()) return std::string();
  if (!value->IsString()) return Status::Invalid(std::string(key) + " must be a string");
  return std::string(AsView(*value));
}

// The map at `key`, nullptr when there is none.
Result<const Json*> MapAt(const Json& map, std::string_view key) {
  const Json* value = Find(map, key);
  if (value == nullptr || value->IsNull()) return nullptr;
  if (!value->IsObject()) return Status::Invalid(std::string(key) + " must be a map");
  return value;
}

Status ReadHeadOf(const Json& object, Manifest& manifest) {
  Result<std::string> kind = TextAt(object, "kind");
  if (!kind.ok()) return kind.status();
  manifest.kind = std::move(*kind);
  const Result<const Json*> metadata = MapAt(object, "metadata");
  if (!metadata.ok() || *metadata == nullptr) return metadata.status();
  Result<std::string> name = TextAt(**metadata, "name");
  if (!name.ok()) return name.status().Annotate("metadata");
  manifest.name = std::move(*name);
  const Result<const Json*> annotations = MapAt(**metadata, "annotations");
  if (!annotations.ok()) return annotations.status().Annotate("metadata");
  if (*annotations == nullptr) return Status::Ok();
  for (const auto& annotation : (*annotations)->GetObject()) {
    Result<std::string> text = TextAt(**annotations, AsView(annotation.name));
    if (!text.ok()) return text.status().Annotate("metadata.annotations");
    manifest.annotations[std::string(AsView(annotation.name))] = std::move(*text);
  }
  return Status::Ok();
}

// Fills in kind, name and annotations from the content.
Status ReadHead(Manifest& manifest) {
  const auto not_yaml = [&](const Status& why) {
    return Status::Invalid("YAML parse error on " + manifest.path + ": " + why.message());
  };
  if (IsBlank(manifest.content)) return Status::Ok();
  std::vector<YamlDuplicate> duplicates;  // are no error to Helm
  const Result<JsonDocument> read = ParseYamlDocument(manifest.content, &duplicates);
  if (!read.ok()) return not_yaml(read.status());
  if (!read->IsObject()) return not_yaml(Status::Invalid("the document must be a map"));
  const Status head = ReadHeadOf(*read, manifest);
  return head.ok() ? head : not_yaml(head);
}

void AddHook(Manifest manifest, SortedManifests& sorted) {
  const std::string& said = manifest.annotations.find(std::string(kHook))->second;
  Hook hook;
  for (std::string& event : WordsOf(said)) {
    if (std::find(kEvents.begin(), kEvents.end(), event) == kEvents.end()) {
      sorted.warnings.push_back(manifest.path + ": " + manifest.kind + " " + manifest.name + " is left out: its " +
                                std::string(kHook) + " \"" + said + "\" names no moment of a release");
      return;
    }
    hook.events.push_back(event == "test-success" ? "test" : std::move(event));
  }
  const auto words = [&](std::string_view key) {
    const auto at = manifest.annotations.find(std::string(key));
    return at == manifest.annotations.end() ? std::vector<std::string>() : WordsOf(at->second);
  };
  if (const auto weight = manifest.annotations.find(std::string(kWeight)); weight != manifest.annotations.end()) {
    hook.weight = WeightOf(weight->second);
  }
  hook.delete_policies = words(kDeletePolicy);
  hook.output_log_policies = words(kLogPolicy);
  hook.name = std::move(manifest.name);
  hook.kind = std::move(manifest.kind);
  hook.path = std::move(manifest.path);
  hook.content = std::move(manifest.content);
  sorted.hooks.push_back(std::move(hook));
}

bool IsPartial(std::string_view path) {
  return path.substr(path.rfind('/') + 1).starts_with('_');
}

}  // namespace

bool IsBlank(std::string_view document) {
  for (size_t from = 0; from < document.size();) {
    const size_t end = std::min(document.find('\n', from), document.size());
    const std::string_view line = Trim(document.substr(from, end - from));
    if (!line.empty() && !line.starts_with('#') && line != "---") return false;
    from = end + 1;
  }
  return true;
}

bool Hook::On(std::string_view event) const {
  return std::find(events.begin(), events.end(), event) != events.end();
}

bool Hook::DeletedOn(std::string_view policy) const {
  return std::find(delete_policies.begin(), delete_policies.end(), policy) != delete_policies.end();
}

bool InstalledBefore(std::string_view kind, std::string_view other) {
  return Compare(kind, other, true) < 0;
}

bool UninstalledBefore(std::string_view kind, std::string_view other) {
  return Compare(kind, other, false) < 0;
}

std::vector<std::string> SplitManifests(std::string_view stream) {
  std::vector<std::string> documents;
  const std::string_view text = Trim(stream);
  const auto take = [&](size_t from, size_t to) {
    const std::string_view document = Trim(text.substr(from, to - from));
    if (!document.empty()) documents.emplace_back(document);
  };
  // A separator begins a line, whatever follows it there. The space after it is its own, so of two in a row the second
  // is the document's.
  const auto after = [&](size_t at) { return std::min(text.find_first_not_of(kSpace, at), text.size()); };
  size_t from = text.starts_with("---") ? after(3) : 0;
  for (size_t at = text.find("\n---", from); at != std::string_view::npos; at = text.find("\n---", from)) {
    take(from, at);
    from = after(at + 4);
  }
  take(from, text.size());
  return documents;
}

Result<SortedManifests> SortManifests(const std::map<std::string, std::string>& rendered) {
  SortedManifests sorted;
  for (const auto& [path, content] : rendered) {
    if (IsPartial(path)) continue;
    for (std::string& document : SplitManifests(content)) {
      Manifest manifest;
      manifest.path = path;
      manifest.content = std::move(document);
      CROFT_RETURN_IF_ERROR(ReadHead(manifest));
      if (manifest.annotations.contains(std::string(kHook))) {
        AddHook(std::move(manifest), sorted);
      } else {
        sorted.manifests.push_back(std::move(manifest));
      }
    }
  }
  const auto before = [](const auto& a, const auto& b) { return InstalledBefore(a.kind, b.kind); };
  std::stable_sort(sorted.hooks.begin(), sorted.hooks.end(), before);
  std::stable_sort(sorted.manifests.begin(), sorted.manifests.end(), before);
  return sorted;
}

std::string JoinManifests(const std::vector<Manifest>& manifests) {
  std::string text;
  for (const Manifest& manifest : manifests) text += "---\n# Source: " + manifest.path + "\n" + manifest.content + "\n";
  return text;
}

}  // namespace croft::chart
