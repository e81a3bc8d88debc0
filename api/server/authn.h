#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"
#include "api/http/message.h"
#include "api/server/account_tokens.h"
#include "api/server/identity.h"

namespace croft::server {

// A bearer token and whom it stands for.
struct TokenEntry {
  std::string token;
  Identity identity;
};

struct AuthenticatorSettings {
  std::vector<TokenEntry> tokens;
  bool anonymous = true;  // lets requests without credentials in as system:anonymous; else they get 401
};

// Tells who asks, from what the connection and the request carry: a bearer token (one of a list, or a service
// account's), else a verified client certificate (common name: user, organizations: groups), else nobody. Thread-safe;
// waits for nothing.
class Authenticator {
 public:
  Authenticator(AuthenticatorSettings settings, const AccountTokens& accounts);

  // kUnauthorized when credentials are given and are not good.
  Result<Identity> Authenticate(const http::Request& request) const;
  // The identity behind a token, and for which of `audiences` (none: the API's own) it is good; kUnauthorized says why
  // for none. The time it takes does not tell how much of a token is right.
  Result<AccountTokens::Verdict> AuthenticateToken(std::string_view token, std::vector<std::string> audiences) const;

  // Whether Authenticate takes microseconds: not for a token whose signature has to be verified first.
  bool IsQuick(const http::Request& request) const;

 private:
  const AuthenticatorSettings settings_;
  const AccountTokens& accounts_;
};

}  // namespace croft::server
