#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace croft::server {

// Who asks. Every identity but the anonymous one is in group system:authenticated.
struct Identity {
  std::string user;
  std::vector<std::string> groups;
  std::string uid = {};                                         // of a service account
  std::vector<std::pair<std::string, std::string>> extra = {};  // what else its token says, for reviews

  bool InGroup(std::string_view group) const {
    for (const std::string& own : groups) {
      if (own == group) return true;
    }
    return false;
  }
  bool anonymous() const { return user == kAnonymous; }

  static constexpr std::string_view kAnonymous = "system:anonymous";
  static constexpr std::string_view kAuthenticatedGroup = "system:authenticated";
  static constexpr std::string_view kUnauthenticatedGroup = "system:unauthenticated";
  static constexpr std::string_view kMastersGroup = "system:masters";
  static constexpr std::string_view kNodesGroup = "system:nodes";
  static constexpr std::string_view kNodePrefix = "system:node:";
  static constexpr std::string_view kController = "system:croft:controller";
};

// The identity of the controllers that run inside the server's own process.
Identity ControllerIdentity();
// A person or program with all rights, as the first kubeconfig carries it.
Identity AdminIdentity();
// The identity of a node's agent.
Identity NodeIdentity(std::string_view node);

}  // namespace croft::server
