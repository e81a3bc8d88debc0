#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"
#include "api/http/message.h"
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

// Tells who asks, from what the connection and the request carry: a bearer token, else a verified client certificate
// (common name: user, organizations: groups), else nobody. Immutable, so thread-safe.
class Authenticator {
 public:
  explicit Authenticator(AuthenticatorSettings settings);

  // kUnauthorized when credentials are given and are not good.
  Result<Identity> Authenticate(const http::Request& request) const;
  // The identity behind a token. The time it takes does not tell how much of the token is right.
  Result<Identity> AuthenticateToken(std::string_view token) const;

 private:
  const AuthenticatorSettings settings_;
};

}  // namespace croft::server
