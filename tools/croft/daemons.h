#pragma once

#include <string>
#include <vector>

namespace croft::cli {

// `croft server`: everything on one machine, less what is disabled. Runs until SIGTERM or SIGINT; returns an exit code.
struct ServerOptions {
  std::string data_dir = "/var/lib/croft";
  std::string listen = "0.0.0.0:6443";
  std::string write_kubeconfig = "/etc/croft/kubeconfig";
  std::string advertise_address;            // where other machines reach this one; empty: found out
  std::vector<std::string> public_address;  // where Ingresses answer; empty: the advertised one
  std::vector<std::string> disable;         // "agent", "ingress", "certificates", "controllers"
  std::string http_listen = "0.0.0.0:80";
  std::string https_listen = "0.0.0.0:443";
  std::string node_name;  // of this machine's own agent; empty: the host name
  std::string pod_network = "10.244.0.0/16";
  std::string service_network = "10.96.0.0/16";
};
int RunServer(const ServerOptions& options);

// `croft agent`: this machine as a node of the lab that `server` leads.
struct AgentOptions {
  std::string data_dir = "/var/lib/croft/agent";
  std::string server;
  std::string token;
  std::string token_file;
  std::string node_name;  // empty: the host name
  std::string node_ip;    // empty: the address towards the server
  std::string cgroup_parent;
  std::string pod_network = "10.244.0.0/16";
  int kubelet_port = 10250;
};
int RunAgent(const AgentOptions& options);

// Prints the token with which machines join, from the server's data directory.
int PrintToken(const std::string& data_dir);

}  // namespace croft::cli
