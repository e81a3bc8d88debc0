#pragma once

#include <string>

#include "api/base/clock.h"
#include "api/pki/authority.h"

namespace croft::cli {

// Who a node is in the lab: what it got when it joined, kept in a folder of its own (0700, keys 0600).
struct NodeIdentity {
  std::string ca_pem;
  pki::KeyPair client;  // system:node:NAME
  pki::KeyPair server;  // for the node's own HTTPS server (logs)
  WallTime renew_at;    // when a third of the certificates' time is left
};

struct JoinSettings {
  std::string dir;     // "<data-dir>/pki"
  std::string server;  // "https://10.0.0.1:6443"
  std::string token;   // may be empty when the node has joined before
  std::string node;
  std::string address;
};

// The node's identity: as kept, or by joining. Joining fetches the CA, accepts it only when it has the fingerprint that
// the token names, and shows the token's secret to nobody else. Near its end the identity is renewed with itself as
// proof. Failures say which of server and token is wrong.
Result<NodeIdentity> JoinLab(const JoinSettings& settings, Clock& clock);

}  // namespace croft::cli
