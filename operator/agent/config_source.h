#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "api/client/client.h"
#include "api/types/core.h"

namespace croft::agent {

// ConfigMaps and Secrets by name, with their values decoded. What was read once is kept in memory, so that a container
// can be restarted while the API server is away; it is never used while the server answers. Thread-safe.
class ConfigSource {
 public:
  using Data = std::shared_ptr<const types::StringMap>;  // key -> bytes

  explicit ConfigSource(client::Client& client) : client_(client) {}

  // kNotFound when there is none: 'configmap "ns/name" not found'.
  Result<Data> ConfigMap(const Key& key);
  Result<Data> Secret(const Key& key);

 private:
  Result<Data> Read(const GroupVersionResource& gvr, const Key& key, const char* kind,
                    Result<Data> (*decode)(const Object&));

  client::Client& client_;
  std::mutex mutex_;
  uint64_t reads_ = 0;                                      // guarded by mutex_
  std::map<std::string, std::pair<uint64_t, Data>> known_;  // "secret ns/name" -> when read, data; guarded, bounded
};

}  // namespace croft::agent
