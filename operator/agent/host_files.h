#pragma once

#include <string>
#include <vector>

#include "api/types/core.h"

namespace croft::agent {

struct DnsSettings {
  std::string server;                    // the lab's own; empty: pods use the node's resolv.conf
  std::string domain = "cluster.local";  // under which services have their names
  std::string node_resolv_conf = "/etc/resolv.conf";
};

// The text of a pod's /etc/hosts. With hostNetwork `node_hosts`, the node's own file, is continued.
std::string HostsFile(const types::Pod& pod, const std::string& pod_ip, const std::string& domain,
                      const std::string& node_hosts);

// The text of a pod's /etc/resolv.conf by its dnsPolicy and dnsConfig. `node_conf` is the node's own file.
std::string ResolvConf(const types::Pod& pod, const DnsSettings& settings, const std::string& node_conf);

// A pod's host name: spec.hostname, or its name, at most 63 characters.
std::string PodHostname(const types::Pod& pod);

}  // namespace croft::agent
