#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/base/id.h"
#include "api/pki/authority.h"

namespace croft::cli {

// The lab's certificate authority and the certificates that the server gives itself, in one folder (0700, keys 0600):
// made at first start, read afterwards, and renewed when a third of their time is left or what they say no longer fits.
// Thread-safe.
class LabIdentity {
 public:
  struct Settings {
    std::string dir;                 // "<data-dir>/pki"
    std::string token_file;          // "<data-dir>/join-token"
    std::vector<std::string> names;  // DNS names and addresses at which the server is reached
  };
  static Result<std::unique_ptr<LabIdentity>> Open(Settings settings, Clock& clock, Random& random);

  const pki::Authority& authority() const { return authority_; }
  const std::string& ca_pem() const { return authority_.certificate_pem(); }
  // What a machine pastes to join: "croft1.<SHA-256 of the CA's certificate>.<secret>".
  const std::string& join_token() const { return join_token_; }
  // Signs the tokens of service accounts; made once and kept, or they would all be void.
  const std::string& account_key_pem() const { return account_key_pem_; }

  // The API server's own certificate; as a client of the agents it is system:croft:apiserver.
  Result<pki::KeyPair> Server();
  // A person's certificate with all rights (group system:masters), as the kubeconfig carries it.
  Result<pki::KeyPair> Admin();
  // For the HTTPS server of the agent that runs in the server's own process.
  Result<pki::KeyPair> Node(const std::string& node, const std::string& address);

 private:
  LabIdentity(Settings settings, Clock& clock, pki::Authority authority, std::string join_token,
              std::string account_key_pem)
      : settings_(std::move(settings)),
        clock_(clock),
        authority_(std::move(authority)),
        join_token_(std::move(join_token)),
        account_key_pem_(std::move(account_key_pem)) {}
  Result<pki::KeyPair> Keep(const std::string& name, pki::CertificateSpec spec);

  const Settings settings_;
  Clock& clock_;
  const pki::Authority authority_;
  const std::string join_token_;
  const std::string account_key_pem_;
  std::mutex mutex_;  // one renewal at a time
};

// The parts of a join token; none when malformed.
struct JoinToken {
  std::string ca_fingerprint;
  std::string secret;
};
std::optional<JoinToken> ParseJoinToken(const std::string& text);

// Sorts names into DNS names and addresses.
pki::AlternativeNames SortNames(const std::vector<std::string>& names);

}  // namespace croft::cli
