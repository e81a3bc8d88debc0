#pragma once

#include <string>

namespace croft::cli {

// `croft cluster ...`: local clusters on this machine. Each needs root and returns an exit code.
int ClusterCreate(const std::string& name, int nodes);
int ClusterStart(const std::string& name);
int ClusterDelete(const std::string& name);
int ClusterList();
int ClusterKubeconfig(const std::string& name);
int ClusterLoad(const std::string& name, const std::string& image);
int ClusterStopNode(const std::string& name, const std::string& node);
int ClusterStartNode(const std::string& name, const std::string& node);
// The process id of the croft that a member ("lab-1", "lab-server") runs.
int ClusterPid(const std::string& name, const std::string& member);

}  // namespace croft::cli
