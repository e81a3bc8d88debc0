#include "api/pki/key.h"

#include "api/pki/openssl.h"

namespace croft::pki {
namespace {

EVP_PKEY* Generate(KeyAlgorithm algorithm) {
  switch (algorithm.kind) {
    case KeyAlgorithm::Kind::kEcdsa:
      if (algorithm.bits == 256) return EVP_EC_gen("P-256");
      if (algorithm.bits == 384) return EVP_EC_gen("P-384");
      if (algorithm.bits == 521) return EVP_EC_gen("P-521");
      return nullptr;
    case KeyAlgorithm::Kind::kRsa:
      if (algorithm.bits < 2048 || algorithm.bits > 8192) return nullptr;
      return EVP_RSA_gen(static_cast<unsigned>(algorithm.bits));
    case KeyAlgorithm::Kind::kEd25519:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  }
  return nullptr;
}

}  // namespace

Result<std::string> GenerateKey(KeyAlgorithm algorithm) {
  ERR_clear_error();
  const KeyPtr key(Generate(algorithm));
  if (!key) {
    return OpensslError("no key of " + std::to_string(algorithm.bits) +
                        " bits is offered: ECDSA has 256, 384 and 521, RSA 2048 to 8192");
  }
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return OpensslError("the key can't be written");
  }
  return TextOf(out.get());
}

Result<KeyAlgorithm> ReadKeyAlgorithm(const std::string& key_pem) {
  const Result<KeyPtr> key = ReadPrivateKey(key_pem);
  if (!key.ok()) return key.status();
  switch (EVP_PKEY_get_base_id(key->get())) {
    case EVP_PKEY_EC:
      return KeyAlgorithm::Ecdsa(EVP_PKEY_get_bits(key->get()));
    case EVP_PKEY_RSA:
      return KeyAlgorithm::Rsa(EVP_PKEY_get_bits(key->get()));
    case EVP_PKEY_ED25519:
      return KeyAlgorithm::Ed25519();
    default:
      return Status::Invalid("the private key is neither ECDSA, RSA nor Ed25519");
  }
}

Result<std::string> PublicKeyPem(const std::string& key_pem) {
  const Result<KeyPtr> key = ReadAnyKey(key_pem);
  if (!key.ok()) return key.status();
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PUBKEY(out.get(), key->get()) != 1) return OpensslError("the public key can't be written");
  return TextOf(out.get());
}

Result<std::string> ToTraditionalPem(const std::string& key_pem) {
  const Result<KeyPtr> key = ReadPrivateKey(key_pem);
  if (!key.ok()) return key.status();
  if (EVP_PKEY_get_base_id(key->get()) == EVP_PKEY_ED25519) return key_pem;
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PrivateKey_traditional(out.get(), key->get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return OpensslError("the key can't be written");
  }
  return TextOf(out.get());
}

}  // namespace croft::pki
