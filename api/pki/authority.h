#pragma once

#include <memory>
#include <string>

#include "api/base/result.h"
#include "api/pki/certificate.h"

namespace croft::pki {

struct KeyPair {
  std::string certificate_pem;
  std::string key_pem;
};

// A certificate that its own key signs. A CA's key may sign certificates and revocation lists; another's may serve what
// `spec` says.
Result<std::string> SelfSign(const CertificateSpec& spec, const std::string& key_pem);

// A certificate authority in memory: a CA certificate and its key. Issues certificates with random 128-bit serial
// numbers. Thread-safe. Keeping the key file secret is its owner's part (WriteFileAtomic with mode 0600).
//
//   Result<Authority> ca = Authority::Create("croft-ca", now, std::chrono::hours(24 * 3650));
//   Result<KeyPair> server = ca->IssueWithNewKey({.subject = {"croft"}, .names = {.dns = {"localhost"}}, ...});
class Authority {
 public:
  // A new self-signed CA that is valid from `now` (less an hour, for clocks that are behind) for `lifetime`.
  static Result<Authority> Create(const std::string& name, WallTime now, Duration lifetime,
                                  KeyAlgorithm algorithm = {});
  // kInvalid when the certificate is not a CA's or the key is not its key. Further certificates in `certificate_pem`
  // are the way up to the root; they are kept as the chain.
  static Result<Authority> Load(const std::string& certificate_pem, const std::string& key_pem);

  // Issues for a key of which only the public half is known (or a private one is at hand: either PEM will do). The
  // certificate never outlives the authority's: its not_after is cut to fit.
  Result<std::string> Issue(const CertificateSpec& spec, const std::string& subject_key_pem) const;
  Result<KeyPair> IssueWithNewKey(const CertificateSpec& spec, KeyAlgorithm algorithm = {}) const;
  // Issues for the key of a signing request; all else of the request is left to the caller, who read it.
  Result<std::string> SignRequest(const std::string& request_pem, const CertificateSpec& spec) const;

  const std::string& certificate_pem() const;
  const std::string& key_pem() const;

 private:
  struct Impl;
  explicit Authority(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace croft::pki
