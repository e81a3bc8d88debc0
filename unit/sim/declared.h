#pragma once

#include <map>
#include <string>

namespace croft::sim {

// An application as a person has declared it last.
struct Application {
  bool lab_service = false;  // else a Deployment and a core Service
  int replicas = 1;
  std::string image;
};

using Declared = std::map<std::string, Application>;  // by name; all in namespace default

}  // namespace croft::sim
