#pragma once

#include <string>

#include "api/base/result.h"

namespace croft::client {

// How to reach an API server and who one is there: the current context of a kubeconfig, files read in.
struct Kubeconfig {
  std::string context;  // name of cluster, user and context alike when written
  std::string server;   // "https://127.0.0.1:6443"
  std::string ca_pem;
  std::string client_certificate_pem;
  std::string client_key_pem;
  std::string token;
  std::string ns;  // default namespace; empty: "default"
};

// Reads a kubeconfig in YAML or JSON (client.config v1). Relative file names in it count from its own folder. The
// failure names the file and what is missing in it.
Result<Kubeconfig> LoadKubeconfig(const std::string& path);

// The text of a kubeconfig with one context.
std::string WriteKubeconfig(const Kubeconfig& config);

// The file that a command uses: `option` when not empty, else $KUBECONFIG's first, else ~/.kube/config, else the one
// that a server on this machine wrote (/etc/croft/kubeconfig) when that can be read.
std::string FindKubeconfig(const std::string& option);

}  // namespace croft::client
