#include "operator/agent/env.h"

#include <algorithm>

namespace croft::agent {
namespace {

void Put(Environment* environment, const std::string& name, std::string value) {
  for (auto& [known, old] : *environment) {
    if (known != name) continue;
    old = std::move(value);
    return;
  }
  environment->emplace_back(name, std::move(value));
}

bool ValidName(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  });
}

using Reader = Result<ConfigSource::Data> (ConfigSource::*)(const Key&);

Status AddAll(const std::string& ns, const types::EnvFromRef& ref, const std::string& prefix, Reader read,
              ConfigSource& source, Environment* environment) {
  Result<ConfigSource::Data> data = (source.*read)({ns, ref.name});
  if (!data.ok()) return ref.optional && data.status().IsNotFound() ? Status::Ok() : data.status();
  for (const auto& [key, value] : **data) {
    if (ValidName(prefix + key)) Put(environment, prefix + key, value);
  }
  return Status::Ok();
}

// The value of one key; none when it is optional and absent.
Result<std::optional<std::string>> ReadKey(const std::string& ns, const types::KeySelector& ref, const char* kind,
                                           Reader read, ConfigSource& source) {
  Result<ConfigSource::Data> data = (source.*read)({ns, ref.name});
  if (!data.ok()) {
    if (ref.optional && data.status().IsNotFound()) return std::optional<std::string>();
    return data.status();
  }
  const auto it = (*data)->find(ref.key);
  if (it != (*data)->end()) return std::optional(it->second);
  if (ref.optional) return std::optional<std::string>();
  return Status::Invalid("couldn't find key " + ref.key + " in " + kind + " " + ns + "/" + ref.name);
}

Result<std::optional<std::string>> ReadSource(const PodFacts& facts, const types::Container& container,
                                              const types::EnvVarSource& from, ConfigSource& source) {
  const std::string& ns = facts.pod.metadata.ns;
  if (from.config_map_key_ref) {
    return ReadKey(ns, *from.config_map_key_ref, "ConfigMap", &ConfigSource::ConfigMap, source);
  }
  if (from.secret_key_ref) return ReadKey(ns, *from.secret_key_ref, "Secret", &ConfigSource::Secret, source);
  Result<std::string> value = Status::Invalid("valueFrom names no source that is supported");
  if (from.field_ref) value = FieldValue(facts, from.field_ref->field_path);
  if (from.resource_field_ref) value = ResourceValue(facts, container, *from.resource_field_ref);
  if (!value.ok()) return value.status();
  return std::optional(std::move(*value));
}

// The key of "metadata.labels['key']"; none when `path` is not of that form.
std::optional<std::string> Subscript(const std::string& path, std::string_view field) {
  const std::string open = std::string(field) + "['";
  if (path.rfind(open, 0) != 0 || path.size() < open.size() + 2 || path.substr(path.size() - 2) != "']") return {};
  return path.substr(open.size(), path.size() - open.size() - 2);
}

std::string ValueOr(const types::StringMap& map, const std::string& key) {
  const auto it = map.find(key);
  return it == map.end() ? "" : it->second;
}

}  // namespace

Result<Environment> MakeEnvironment(const PodFacts& facts, const types::Container& container, ConfigSource& source) {
  Environment environment;
  const std::string& ns = facts.pod.metadata.ns;
  for (const types::EnvFromSource& from : container.env_from) {
    if (from.config_map_ref) {
      CROFT_RETURN_IF_ERROR(
          AddAll(ns, *from.config_map_ref, from.prefix, &ConfigSource::ConfigMap, source, &environment));
    }
    if (from.secret_ref) {
      CROFT_RETURN_IF_ERROR(AddAll(ns, *from.secret_ref, from.prefix, &ConfigSource::Secret, source, &environment));
    }
  }
  for (const types::EnvVar& variable : container.env) {
    if (!variable.value_from) {
      Put(&environment, variable.name, Expand(variable.value, environment));
      continue;
    }
    Result<std::optional<std::string>> value = ReadSource(facts, container, *variable.value_from, source);
    if (!value.ok()) return value.status();
    if (*value) Put(&environment, variable.name, std::move(**value));
  }
  return environment;
}

std::string Expand(std::string_view text, const Environment& environment) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    if (text[i + 1] == '$') {
      out += '$';
      ++i;
      continue;
    }
    const size_t close = text[i + 1] == '(' ? text.find(')', i + 2) : std::string_view::npos;
    if (close == std::string_view::npos) {
      out += '$';
      continue;
    }
    const std::string_view name = text.substr(i + 2, close - i - 2);
    const auto it =
        std::find_if(environment.begin(), environment.end(), [&](const auto& entry) { return entry.first == name; });
    out += it == environment.end() ? text.substr(i, close - i + 1) : std::string_view(it->second);
    i = close;
  }
  return out;
}

Result<std::string> FieldValue(const PodFacts& facts, const std::string& path) {
  const types::ObjectMeta& meta = facts.pod.metadata;
  if (path == "metadata.name") return meta.name;
  if (path == "metadata.namespace") return meta.ns;
  if (path == "metadata.uid") return meta.uid;
  if (path == "spec.nodeName") return facts.node_name;
  if (path == "spec.serviceAccountName") return facts.pod.spec.service_account_name;
  if (path == "status.hostIP" || path == "status.hostIPs") return facts.host_ip;
  if (path == "status.podIP" || path == "status.podIPs") return facts.pod_ip;
  if (const auto key = Subscript(path, "metadata.labels")) return ValueOr(meta.labels, *key);
  if (const auto key = Subscript(path, "metadata.annotations")) return ValueOr(meta.annotations, *key);
  return Status::Invalid("fieldRef.fieldPath: \"" + path + "\" is not supported");
}

Result<std::string> ResourceValue(const PodFacts& facts, const types::Container& container,
                                  const types::ResourceFieldRef& ref) {
  const types::Container* of = &container;
  for (const auto* list : {&facts.pod.spec.init_containers, &facts.pod.spec.containers}) {
    for (const types::Container& other : *list) {
      if (!ref.container_name.empty() && other.name == ref.container_name) of = &other;
    }
  }
  const size_t dot = ref.resource.find('.');
  const std::string kind = ref.resource.substr(0, dot);
  const std::string name = dot == std::string::npos ? "" : ref.resource.substr(dot + 1);
  if ((kind != "limits" && kind != "requests") || name.empty()) {
    return Status::Invalid("resourceFieldRef.resource: \"" + ref.resource + "\" is not supported");
  }
  const types::StringMap& declared = kind == "limits" ? of->resources.limits : of->resources.requests;
  int64_t milli = 0;
  if (const auto it = declared.find(name); it != declared.end()) {
    milli = types::ParseQuantityMilli(it->second).value_or(0);
  } else if (kind == "limits" && name == "cpu") {
    milli = facts.node_cpu_milli;
  } else if (kind == "limits" && name == "memory") {
    milli = facts.node_memory_bytes * 1000;
  }
  const int64_t divisor = types::ParseQuantityMilli(ref.divisor.empty() ? "1" : ref.divisor).value_or(1000);
  if (divisor <= 0) return std::to_string((milli + 999) / 1000);  // "0" is the API's way to say 1
  return std::to_string((milli + divisor - 1) / divisor);
}

}  // namespace croft::agent
