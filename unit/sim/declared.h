#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/client/client.h"

namespace croft::sim {

// An application as a person has declared it last.
struct Application {
  bool lab_service = false;  // else a Deployment and a core Service
  int replicas = 1;
  std::string image;
};

using Declared = std::map<std::string, Application>;  // by name; all in namespace default

// What a person's kubectl sends.
Status Create(client::Client& api, const std::string& name, const Application& application);
Status SetReplicas(client::Client& api, const std::string& name, const Application& application);
Status SetImage(client::Client& api, const std::string& name, const Application& application);
Status Delete(client::Client& api, const std::string& name, const Application& application);

}  // namespace croft::sim
