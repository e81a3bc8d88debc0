#include "operator/agent/config_source.h"

#include <algorithm>

#include "api/base/base64.h"
#include "api/types/resources.h"

namespace croft::agent {
namespace {

constexpr size_t kMaxKnown = 512;

void AddDecoded(const types::StringMap& encoded, types::StringMap* out) {
  for (const auto& [key, value] : encoded) {
    if (std::optional<std::string> bytes = Base64Decode(value)) (*out)[key] = std::move(*bytes);
  }
}

Result<ConfigSource::Data> DecodeConfigMap(const Object& object) {
  Result<types::ConfigMap> map = types::FromObject<types::ConfigMap>(object);
  if (!map.ok()) return map.status();
  auto data = std::make_shared<types::StringMap>(std::move(map->data));
  AddDecoded(map->binary_data, data.get());
  return ConfigSource::Data(std::move(data));
}

Result<ConfigSource::Data> DecodeSecret(const Object& object) {
  Result<types::Secret> secret = types::FromObject<types::Secret>(object);
  if (!secret.ok()) return secret.status();
  auto data = std::make_shared<types::StringMap>();
  AddDecoded(secret->data, data.get());
  return ConfigSource::Data(std::move(data));
}

}  // namespace

Result<ConfigSource::Data> ConfigSource::ConfigMap(const Key& key) {
  return Read(resources::kConfigMaps, key, "configmap", DecodeConfigMap);
}

Result<ConfigSource::Data> ConfigSource::Secret(const Key& key) {
  return Read(resources::kSecrets, key, "secret", DecodeSecret);
}

Result<ConfigSource::Data> ConfigSource::Read(const GroupVersionResource& gvr, const Key& key, const char* kind,
                                              Result<Data> (*decode)(const Object&)) {
  const std::string name = std::string(kind) + " \"" + key.ToString() + "\"";
  Result<ObjectPtr> object = client_.Get(gvr, key);
  std::lock_guard lock(mutex_);
  if (object.ok()) {
    Result<Data> data = decode(**object);
    if (!data.ok()) return data;
    known_[name] = {++reads_, *data};
    if (known_.size() > kMaxKnown) {
      known_.erase(std::min_element(known_.begin(), known_.end(),
                                    [](const auto& a, const auto& b) { return a.second.first < b.second.first; }));
    }
    return data;
  }
  const Reason reason = object.status().reason();
  if (reason == Reason::kNotFound) {
    known_.erase(name);
    return Status::NotFound(name + " not found");
  }
  const auto it = known_.find(name);
  if (it != known_.end() && (reason == Reason::kServiceUnavailable || reason == Reason::kTimeout)) {
    return it->second.second;
  }
  return object.status().Annotate("reading " + name);
}

}  // namespace croft::agent
