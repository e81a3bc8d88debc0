#pragma once

#include <memory>
#include <string>

#include "api/client/rest_client.h"

namespace croft::cli {

// What every verb takes.
struct Globals {
  std::string kubeconfig;  // empty: FindKubeconfig
  std::string ns;          // --namespace; empty: the kubeconfig's
  bool all_namespaces = false;
};

// A connection to the lab that the kubeconfig names.
struct Session {
  std::unique_ptr<client::RestClient> client;
  client::Kubeconfig config;
  std::string ns;  // that commands act in
};

// The failure says what to do when there is no kubeconfig.
Result<Session> Connect(const Globals& globals);

}  // namespace croft::cli
