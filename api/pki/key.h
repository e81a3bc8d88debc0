#pragma once

#include <string>

#include "api/base/result.h"

namespace croft::pki {

struct KeyAlgorithm {
  enum class Kind { kEcdsa, kRsa, kEd25519 };
  Kind kind = Kind::kEcdsa;
  int bits = 256;  // ECDSA: 256, 384, 521; RSA: 2048 to 8192; Ed25519: not looked at

  static KeyAlgorithm Ecdsa(int bits = 256) { return {Kind::kEcdsa, bits}; }
  static KeyAlgorithm Rsa(int bits = 2048) { return {Kind::kRsa, bits}; }
  static KeyAlgorithm Ed25519() { return {Kind::kEd25519, 0}; }
  bool operator==(const KeyAlgorithm&) const = default;
};

// A new private key as PKCS#8 PEM. kInvalid for a size that is not offered.
Result<std::string> GenerateKey(KeyAlgorithm algorithm = {});

// What kind of key it is; kInvalid when the PEM holds no private key that can be read without a passphrase.
Result<KeyAlgorithm> ReadKeyAlgorithm(const std::string& key_pem);

// The public half, as PEM.
Result<std::string> PublicKeyPem(const std::string& key_pem);

// The same key in the older form that names its kind ("BEGIN RSA PRIVATE KEY", "BEGIN EC PRIVATE KEY"); an Ed25519 key,
// which has none, stays as it is.
Result<std::string> ToTraditionalPem(const std::string& key_pem);

}  // namespace croft::pki
