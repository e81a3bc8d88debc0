#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/base/result.h"

namespace croft::pki {

// A key that signs JSON Web Tokens and knows its own again: ES256 (RFC 7518), which is ECDSA on P-256 with SHA-256.
// Thread-safe, being constant. Keeping the key file secret is its owner's part.
//
//   Result<TokenKey> key = TokenKey::Load(pem);
//   Result<std::string> token = key->Sign(R"({"sub":"web"})");
//   Result<std::string> claims = key->Verify(*token);
class TokenKey {
 public:
  // kInvalid when the PEM is not a private ECDSA key of 256 bits.
  static Result<TokenKey> Load(const std::string& key_pem);

  // Tells keys apart: base64url of the SHA-256 of the public key in DER. The `kid` in a token's header.
  const std::string& id() const;
  // The public half as a JSON Web Key (RFC 7517).
  std::string PublicJwk() const;

  // `claims`, a JSON text, in the compact form of RFC 7515: "header.claims.signature".
  Result<std::string> Sign(std::string_view claims) const;
  // The claims of a token that this key signed; kInvalid says why it is none. The header must be the very one that Sign
  // writes: nothing that a stranger wrote is interpreted, and no algorithm is taken from it.
  Result<std::string> Verify(std::string_view token) const;

  // The bare signature of any bytes, r and s of 32 bytes each.
  Result<std::string> SignBytes(std::string_view bytes) const;
  bool IsSignatureOf(std::string_view bytes, std::string_view signature) const;

 private:
  struct Impl;
  explicit TokenKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace croft::pki
