#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/croft/session.h"

namespace croft::cli {

struct Resource {
  GroupVersionResource gvr;
  std::string kind;
  std::string singular;
  std::vector<std::string> short_names;
  std::vector<std::string> categories;
  bool namespaced = true;
};

// What the server serves, by discovery: read once per command.
class ResourceFinder {
 public:
  static Result<ResourceFinder> Load(client::RestClient& client);

  // "pods", "po", "Pod", "deployments.apps", "services.croft.lab"; a category ("lab", "all") gives several. Core kinds
  // come first when a plain name is served by two groups. The failure names words that are alike.
  Result<std::vector<Resource>> Find(const std::string& word) const;
  // By kind, as manifests name it.
  Result<Resource> FindKind(const std::string& api_version, const std::string& kind) const;
  const std::vector<Resource>& all() const { return resources_; }

 private:
  std::vector<Resource> resources_;
};

// How many letters must change, come or go to make one word into the other.
size_t EditDistance(const std::string& a, const std::string& b);

}  // namespace croft::cli
