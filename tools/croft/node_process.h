#pragma once

#include <memory>
#include <string>

#include "api/base/executor.h"
#include "api/base/id.h"
#include "api/client/client.h"
#include "api/pki/authority.h"

namespace croft::cli {

// One machine as a node: Podman, the pod network, the agent and its HTTPS server for logs. Started and stopped once;
// stopping leaves every container running.
class NodeProcess {
 public:
  struct Settings {
    std::string name;
    std::string address;
    std::string data_dir;
    std::string pod_network;
    std::string cgroup_parent;  // empty: Podman's own
    std::string ca_pem;         // of the lab
    pki::KeyPair server_identity;
    int kubelet_port = 10250;
  };

  NodeProcess(Settings settings, client::Client& client, client::Client& heartbeat_client, Clock& clock,
              Random& random);
  ~NodeProcess();

  Status Start();
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Where a program is, by $PATH; none when it is not installed.
bool FindProgram(const std::string& name);

}  // namespace croft::cli
