#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "api/base/result.h"

// Where a local cluster keeps what, and what its members are called. No I/O.
namespace croft::cluster {

inline constexpr char kDefaultRoot[] = "/var/lib/croft/clusters";
inline constexpr int kMaxNodes = 100;
inline constexpr int kMaxIndex = 250;

// One namespace-node: the server of the cluster, or one of its Kubernetes nodes.
struct Member {
  std::string name;     // its host name, and its Node's
  std::string address;  // on the cluster's link: "10.50.3.11"
  bool server = false;
};

// The places and numbers of cluster `name`. `index` tells clusters on one machine apart.
struct Layout {
  std::filesystem::path root;
  std::string name;
  int index = 0;

  std::filesystem::path dir() const { return root / name; }
  std::filesystem::path state_file() const { return dir() / "cluster.json"; }
  std::filesystem::path kubeconfig() const { return dir() / "kubeconfig"; }
  std::filesystem::path token_file() const { return data_dir(server_name()) / "join-token"; }
  std::filesystem::path member_dir(const std::string& member) const { return dir() / member; }
  std::filesystem::path data_dir(const std::string& member) const { return member_dir(member) / "data"; }
  std::filesystem::path log(const std::string& member) const { return member_dir(member) / "croft.log"; }
  std::filesystem::path init_spec(const std::string& member) const { return member_dir(member) / "init.json"; }

  std::string server_name() const { return name + "-server"; }
  std::string context() const { return "croft-" + name; }    // in the kubeconfig
  std::string public_address() const;                        // loopback of the machine: "127.50.3.1"
  std::string server_address() const { return Address(1); }  // on the cluster's link
  std::string server_url() const;                            // for the nodes
  std::string public_url() const;                            // for the machine
  Member server() const { return {server_name(), server_address(), true}; }
  Member node(int number) const;  // from 1 on

 private:
  std::string Address(int host) const;
};

// Below the root of every cgroup hierarchy: the parent of a node's containers.
std::string CgroupParent(const std::string& member);

// Names are part of host names: DNS labels, short enough to leave room for "-server".
Status CheckName(const std::string& name);

}  // namespace croft::cluster
