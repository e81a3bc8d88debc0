#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/clock.h"
#include "api/base/id.h"
#include "api/base/result.h"
#include "api/pki/jwt.h"
#include "api/server/identity.h"
#include "api/store/store.h"
#include "api/types/account_claims.h"

namespace croft::server {

// The tokens of service accounts: JSON Web Tokens that the lab's key signs. They are not stored: a token is good as
// long as its time lasts and its account, and what it is bound to, are the objects that they were. Thread-safe; waits
// for nothing.
class AccountTokens {
 public:
  // Whom the lab's tokens come from, and whom they are for when nobody else is named: Kubernetes' usual name.
  static constexpr const char* kIssuer = "https://kubernetes.default.svc.cluster.local";
  static constexpr size_t kMaxBytes = 16 * 1024;  // what a token may be at most

  struct Parts {
    std::optional<pki::TokenKey> key;  // none: no token is issued, and none is good
    const store::Store& store;
    const Clock& clock;
    Random& random;
  };
  struct Verdict {
    Identity identity;
    std::vector<std::string> audiences;  // those of the asked ones that the token is for
  };

  explicit AccountTokens(Parts parts) : parts_(std::move(parts)) {}

  bool enabled() const { return parts_.key.has_value(); }
  // Fills in the issuer and an id. kRequestEntityTooLarge when nobody would take the token.
  Result<std::string> Issue(types::AccountClaims claims) const;

  // Whether it has the form of such a token.
  static bool MayBeOne(std::string_view token);
  // Whose it is; kUnauthorized says why it is not good for any of `audiences`.
  Result<Verdict> Judge(std::string_view token, const std::vector<std::string>& audiences) const;
  // Whether the token's signature has been verified before, so that Judge takes a few microseconds.
  bool Knows(std::string_view token) const;

  // The public key as a set of JSON Web Keys, and where OpenID's discovery says that it is. Empty without a key.
  std::string KeysDocument() const;
  std::string ConfigurationDocument(const std::string& keys_url) const;

 private:
  using Claims = types::AccountClaims;
  using Digest = std::array<unsigned char, 32>;

  Result<std::shared_ptr<const Claims>> Read(std::string_view token) const;
  Status CheckTimes(const Claims& claims) const;
  Status CheckObjects(const Claims& claims, std::string_view token) const;
  // The object of that name and uid, not gone.
  Status CheckBound(const char* resource, const char* noun, const Key& key, const std::string& uid) const;
  bool IsGone(const Object& object) const;

  const Parts parts_;
  mutable std::mutex mutex_;
  // Tokens with a good signature by their SHA-256; guarded by mutex_.
  mutable std::map<Digest, std::shared_ptr<const Claims>> known_;
};

}  // namespace croft::server
