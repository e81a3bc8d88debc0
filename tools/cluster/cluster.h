#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "api/base/result.h"
#include "tools/cluster/layout.h"
#include "tools/cluster/state.h"

namespace croft::cluster {

// A step of something that takes a while: told once when it begins, once when it is done or has failed.
struct Progress {
  std::string step;  // "starting node lab-2"
  bool finished = false;
  bool ok = false;
  std::chrono::milliseconds took{0};
};

struct CreateOptions {
  std::string name = "lab";
  int nodes = 3;
  std::stop_token stop;  // when requested, the creation ends, and cleans up, as after a failure
};

struct NodeInfo {
  std::string name;
  std::string address;
  bool server = false;
  bool running = false;
};
struct ClusterInfo {
  std::string name;
  std::string url;  // of the API, from this machine
  std::filesystem::path kubeconfig;
  std::vector<NodeInfo> nodes;  // the server first
};

// What the members of a cluster run. The default is `croft server` and `croft agent`.
using Commands = std::function<std::vector<std::string>(const Layout&, const Member&)>;
Commands CroftCommands(const std::filesystem::path& croft);

// The names of the Nodes that are Ready, asked of the API that the kubeconfig leads to; a failure while it does not
// answer.
using ReadyNodes = std::function<Result<std::vector<std::string>>(const std::filesystem::path& kubeconfig)>;

// Local clusters: labs on this machine whose nodes are sets of namespaces (README.md has the picture). Nothing is kept
// in memory: every call reads what stands in the folder of the cluster and in the kernel, and holds the cluster's lock,
// so that calls from several processes wait for one another. Needs root. Thread-safe.
class Clusters {
 public:
  struct Settings {
    std::filesystem::path root = kDefaultRoot;
    std::filesystem::path croft;  // this very binary; `croft cluster-init` of it is every node's init
    Commands commands;            // empty: CroftCommands(croft)
    ReadyNodes ready_nodes;       // empty: readiness is not waited for
    std::filesystem::path podman_socket = "podman/podman.sock";  // in a node's data directory, or absolute in the node
    std::chrono::seconds patience{60};                           // for a server to be there, and for nodes to be Ready
    std::function<void(const Progress&)> progress;
  };
  explicit Clusters(Settings settings);

  // Returns when all nodes are Ready. After a failure, which names the member at fault with the end of its log, nothing
  // is left. kAlreadyExists when there is a cluster of that name, running or not.
  Status Create(const CreateOptions& options);
  // Brings up every member that does not run, as after a restart of the machine, and waits as Create does.
  Status Start(const std::string& name, const std::stop_token& stop = {});
  // Removes it with all that belongs to it, in whatever state it is. False when there was none.
  Result<bool> Delete(const std::string& name);

  Result<std::vector<ClusterInfo>> List();
  Result<std::string> Kubeconfig(const std::string& name);

  // Puts an image of this machine's Podman on all nodes that run.
  Status Load(const std::string& name, const std::string& image);

  // As if its power were cut: every process of the node dies at once, its link is gone. Also the server's, if named.
  Status StopNode(const std::string& name, const std::string& node);
  Status StartNode(const std::string& name, const std::string& node);
  // Cuts a node that runs off from all others; Heal plugs it in again.
  Status Partition(const std::string& name, const std::string& node);
  Status Heal(const std::string& name, const std::string& node);

 private:
  Layout LayoutOf(const std::string& name, int index) const;
  Result<HeldCluster> Hold(const std::string& name) const;
  Result<HeldCluster> Claim(const CreateOptions& options, std::vector<UniqueFd>* sockets) const;
  // Starts these members, whose inits are not running, and returns when their namespaces stand. The server's sockets
  // are opened when `sockets` is empty.
  Status StartMembers(HeldCluster& held, const std::vector<std::string>& members, std::vector<UniqueFd> sockets) const;
  Status StartMember(HeldCluster& held, MemberState& member, int network_switch, const std::vector<UniqueFd>& sockets,
                     UniqueFd* status_pipe) const;
  // The whole way up: the server, its token, the nodes, readiness.
  Status BringUp(HeldCluster& held, std::vector<UniqueFd> sockets, const std::stop_token& stop) const;
  Status StopMembers(HeldCluster& held, const std::vector<std::string>& members) const;
  Status Remove(HeldCluster& held) const;
  Status SetPlug(const std::string& name, const std::string& node, bool up) const;
  Status Step(const std::string& step, const std::function<Status()>& function) const;

  const Settings settings_;
};

}  // namespace croft::cluster
