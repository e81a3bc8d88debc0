#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>

#include "tools/cluster/cluster.h"

// What a cluster on its way up is waited for with. Failures name the member at fault and show the end of its log.
namespace croft::cluster {

using Deadline = std::chrono::steady_clock::time_point;

// Where a member's init notes that its child ends again and again.
std::filesystem::path FailuresFile(const Layout& layout, const std::string& member);

// The member's init has said through the pipe that its namespaces stand, or why not.
Status AwaitSetUp(const Layout& layout, const std::string& member, int pipe);
// The server has written the token that nodes join with.
Status AwaitToken(const Layout& layout, Deadline deadline, const std::stop_token& stop);
// All nodes are Ready.
Status AwaitNodes(const HeldCluster& cluster, const ReadyNodes& ready, Deadline deadline, const std::stop_token& stop);

// Has all running nodes take the archive in, side by side; the failures by node.
std::map<std::string, Status> LoadEverywhere(const HeldCluster& cluster, const std::filesystem::path& podman_socket,
                                             const std::filesystem::path& archive);

}  // namespace croft::cluster
