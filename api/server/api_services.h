#pragma once

#include <mutex>
#include <set>
#include <string>

#include "api/server/resource_service.h"

namespace croft::server {

// Keeps an APIService for each version of each group that this server itself serves, as clients find them on any
// Kubernetes. Those that users make are left alone. Thread-safe.
class ApiServices {
 public:
  explicit ApiServices(ResourceService& service) : service_(service) {}

  // Makes the ones that are absent, and removes those of versions that are no longer served.
  Status Sync();
  // The same, where nobody can be told of a failure: it is logged.
  void SyncOrWarn();

 private:
  Status Create(const std::set<std::string>& present);
  Status Remove(const ObjectPtr& api_service);

  ResourceService& service_;
  std::mutex mutex_;  // one at a time, so that the last word is that of the newest catalog
};

}  // namespace croft::server
