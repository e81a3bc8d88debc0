#pragma once

#include <string>
#include <vector>

#include "tools/croft/resource_finder.h"

namespace croft::cli {

// What a command line names: resources, and of each the objects, or all of them when `names` is empty.
struct Target {
  Resource resource;
  std::vector<std::string> names;
};

// Reads "pods", "pods,services", "pods web-1 web-2", "deploy/web svc/web", as kubectl does.
Result<std::vector<Target>> ReadTargets(const ResourceFinder& finder, const std::vector<std::string>& words);

// "/api/v1/namespaces/d/pods/web-1"; all namespaces or one, as the globals and the resource say.
std::string TargetPath(const Globals& globals, const Session& session, const Resource& resource,
                       const std::string& name);

// "pod/web-1", "deployment.apps/web".
std::string Display(const Resource& resource, const std::string& name);

// "a=1&b=2" with the values encoded; pairs with an empty value are left out.
std::string Query(const std::vector<std::pair<std::string, std::string>>& pairs);

}  // namespace croft::cli
