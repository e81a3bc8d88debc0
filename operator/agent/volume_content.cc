#include "operator/agent/volume_content.h"

namespace croft::agent {
namespace {

using types::KeyToPath;

// Picks `items` of `data`, or all of it.
Status AddItems(const types::StringMap& data, const std::vector<KeyToPath>& items, int mode, bool optional,
                const std::string& from, FileTree* files) {
  if (items.empty()) {
    for (const auto& [key, value] : data) (*files)[key] = {value, mode};
    return Status::Ok();
  }
  for (const KeyToPath& item : items) {
    CROFT_RETURN_IF_ERROR(CheckRelativePath(item.path));
    const auto it = data.find(item.key);
    if (it == data.end()) {
      if (optional) continue;
      return Status::NotFound(from + " has no key \"" + item.key + "\"");
    }
    (*files)[item.path] = {it->second, static_cast<int>(item.mode.value_or(mode))};
  }
  return Status::Ok();
}

Status AddObject(Result<ConfigSource::Data> data, const std::vector<KeyToPath>& items, int mode, bool optional,
                 const std::string& from, FileTree* files) {
  if (!data.ok()) return optional && data.status().IsNotFound() ? Status::Ok() : data.status();
  return AddItems(**data, items, mode, optional, from, files);
}

std::string LabelLines(const types::StringMap& map) {
  std::string text;
  for (const auto& [key, value] : map) {
    text += key + "=\"";
    for (const char c : value) {
      if (c == '\n') {
        text += "\\n";
        continue;
      }
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += "\"\n";
  }
  return text;
}

Status AddDownward(const PodFacts& facts, const Json& projection, int mode, FileTree* files) {
  const Json* items = Find(projection, "items");
  if (items == nullptr || !items->IsArray()) return Status::Ok();
  for (const Json& item : items->GetArray()) {
    const std::string path(FindString(item, {"path"}));
    CROFT_RETURN_IF_ERROR(CheckRelativePath(path));
    const std::string field(FindString(item, {"fieldRef", "fieldPath"}));
    Result<std::string> value = std::string();
    if (field == "metadata.labels") {
      value = LabelLines(facts.pod.metadata.labels);
    } else if (field == "metadata.annotations") {
      value = LabelLines(facts.pod.metadata.annotations);
    } else if (!field.empty()) {
      value = FieldValue(facts, field);
    } else {
      const types::ResourceFieldRef ref{std::string(FindString(item, {"resourceFieldRef", "containerName"})),
                                        std::string(FindString(item, {"resourceFieldRef", "resource"})),
                                        std::string(FindString(item, {"resourceFieldRef", "divisor"}))};
      value = ResourceValue(facts, types::Container(), ref);
    }
    if (!value.ok()) return value.status();
    (*files)[path] = {*value, static_cast<int>(FindInt(item, {"mode"}, mode))};
  }
  return Status::Ok();
}

std::vector<KeyToPath> ReadItems(const Json& projection) {
  std::vector<KeyToPath> items;
  const Json* list = Find(projection, "items");
  if (list == nullptr || !list->IsArray()) return items;
  for (const Json& item : list->GetArray()) {
    KeyToPath& added = items.emplace_back();
    added.key = FindString(item, {"key"});
    added.path = FindString(item, {"path"});
    if (Find(item, "mode") != nullptr) added.mode = static_cast<int32_t>(FindInt(item, {"mode"}));
  }
  return items;
}

Status AddProjected(const PodFacts& facts, const std::string& volume, const Json& projected, ConfigSource& source,
                    FileTree* files) {
  const int mode = static_cast<int>(FindInt(projected, {"defaultMode"}, 0644));
  const Json* sources = Find(projected, "sources");
  if (sources == nullptr || !sources->IsArray()) return Status::Ok();
  for (const Json& projection : sources->GetArray()) {
    if (!projection.IsObject()) continue;
    for (const auto& member : projection.GetObject()) {
      const std::string kind(AsView(member.name));
      const Key key{facts.pod.metadata.ns, std::string(FindString(member.value, {"name"}))};
      const bool optional = FindBool(member.value, {"optional"});
      Status status = Status::Invalid("volume \"" + volume + "\": projected source " + kind + " is not supported");
      if (kind == "configMap") {
        status = AddObject(source.ConfigMap(key), ReadItems(member.value), mode, optional,
                           "configmap " + key.ToString(), files);
      } else if (kind == "secret") {
        status =
            AddObject(source.Secret(key), ReadItems(member.value), mode, optional, "secret " + key.ToString(), files);
      } else if (kind == "downwardAPI") {
        status = AddDownward(facts, member.value, mode, files);
      }
      CROFT_RETURN_IF_ERROR(status);
    }
  }
  return Status::Ok();
}

}  // namespace

Result<std::optional<FileTree>> VolumeContent(const PodFacts& facts, const types::Volume& volume,
                                              ConfigSource& source) {
  const std::string& ns = facts.pod.metadata.ns;
  FileTree files;
  if (volume.config_map) {
    const types::ConfigMapVolume& map = *volume.config_map;
    CROFT_RETURN_IF_ERROR(AddObject(source.ConfigMap({ns, map.name}), map.items, map.default_mode.value_or(0644),
                                    map.optional, "configmap " + map.name, &files));
    return std::optional(std::move(files));
  }
  if (volume.secret) {
    const types::SecretVolume& secret = *volume.secret;
    CROFT_RETURN_IF_ERROR(AddObject(source.Secret({ns, secret.secret_name}), secret.items,
                                    secret.default_mode.value_or(0644), secret.optional, "secret " + secret.secret_name,
                                    &files));
    return std::optional(std::move(files));
  }
  const std::string kind = VolumeKind(volume);
  if (kind != "projected" && kind != "downwardAPI") return std::optional<FileTree>();
  Result<JsonDocument> json = ParseJson(volume.source.bytes);
  if (!json.ok()) return json.status();
  const Json* body = Find(*json, kind);
  CROFT_RETURN_IF_ERROR(
      kind == "projected" ? AddProjected(facts, volume.name, *body, source, &files)
                          : AddDownward(facts, *body, static_cast<int>(FindInt(*body, {"defaultMode"}, 0644)), &files));
  return std::optional(std::move(files));
}

bool IsSecret(const types::Volume& volume) {
  return volume.secret ||
         (VolumeKind(volume) == "projected" && volume.source.bytes.find("\"secret\"") != std::string::npos);
}

std::string VolumeKind(const types::Volume& volume) {
  Result<JsonDocument> json = ParseJson(volume.source.empty() ? "{}" : volume.source.bytes);
  if (!json.ok() || !json->IsObject()) return {};
  for (const auto& member : json->GetObject()) {
    if (AsView(member.name) != "name") return std::string(AsView(member.name));
  }
  return {};
}

}  // namespace croft::agent
