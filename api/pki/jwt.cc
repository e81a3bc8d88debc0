#include "api/pki/jwt.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/sha.h>

#include "api/base/base64.h"
#include "api/pki/key.h"
#include "api/pki/openssl.h"

namespace croft::pki {
namespace {

constexpr int kNumberBytes = 32;  // of r, of s, and of a coordinate on P-256
constexpr const char* kCurve = "prime256v1";

using BigPtr = std::unique_ptr<BIGNUM, Free<BN_free>>;
using SignaturePtr = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;
using DigestPtr = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// In the fixed length that JSON Web Signatures and Keys have; empty when it doesn't fit.
std::string Fixed(const BIGNUM* number) {
  std::string bytes(kNumberBytes, '\0');
  const int size = BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), kNumberBytes);
  return size == kNumberBytes ? bytes : std::string();
}

std::string Coordinate(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return {};
  return Fixed(BigPtr(number).get());
}

std::string IdOf(const EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) return {};
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(der, static_cast<size_t>(size), digest);
  OPENSSL_free(der);
  return Base64UrlEncode({reinterpret_cast<const char*>(digest), sizeof digest});
}

bool IsP256(const EVP_PKEY* key) {
  char curve[32] = {};
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, curve, sizeof curve, nullptr) == 1 &&
         std::string_view(curve) == kCurve;
}

}  // namespace

struct TokenKey::Impl {
  KeyPtr key;
  std::string id;
  std::string header;  // of every token, encoded
};

Result<TokenKey> TokenKey::Load(const std::string& key_pem) {
  Result<KeyPtr> key = ReadPrivateKey(key_pem);
  if (!key.ok()) return key.status();
  if (!IsP256(key->get())) return Status::Invalid("a key that signs tokens must be ECDSA with 256 bits (P-256)");
  std::string id = IdOf(key->get());
  if (id.empty()) return OpensslError("the key's public half can't be written");
  const std::string header = R"({"alg":"ES256","kid":")" + id + R"("})";
  return TokenKey(std::make_shared<const Impl>(Impl{std::move(*key), std::move(id), Base64UrlEncode(header)}));
}

const std::string& TokenKey::id() const {
  return impl_->id;
}

std::string TokenKey::PublicJwk() const {
  const auto coordinate = [&](const char* name) { return Base64UrlEncode(Coordinate(impl_->key.get(), name)); };
  return R"({"use":"sig","kty":"EC","kid":")" + impl_->id + R"(","crv":"P-256","alg":"ES256","x":")" +
         coordinate(OSSL_PKEY_PARAM_EC_PUB_X) + R"(","y":")" + coordinate(OSSL_PKEY_PARAM_EC_PUB_Y) + R"("})";
}

Result<std::string> TokenKey::Sign(std::string_view claims) const {
  std::string token = impl_->header + "." + Base64UrlEncode(claims);
  const Result<std::string> signature = SignBytes(token);
  if (!signature.ok()) return signature.status();
  return token + "." + Base64UrlEncode(*signature);
}

Result<std::string> TokenKey::Verify(std::string_view token) const {
  const size_t first = token.find('.');
  const size_t last = token.rfind('.');
  if (first == last || token.find('.', first + 1) != last)
    return Status::Invalid("the token does not have three parts");
  if (token.substr(0, first) != impl_->header) return Status::Invalid("the token is not signed by this key");
  const std::optional<std::string> claims = Base64UrlDecode(token.substr(first + 1, last - first - 1));
  const std::optional<std::string> signature = Base64UrlDecode(token.substr(last + 1));
  if (!claims || !signature) return Status::Invalid("the token is not base64url");
  if (!IsSignatureOf(token.substr(0, last), *signature)) return Status::Invalid("the token's signature is wrong");
  return *claims;
}

// OpenSSL has signatures as ASN.1, JSON Web Signatures have the two numbers side by side.
Result<std::string> TokenKey::SignBytes(std::string_view bytes) const {
  ERR_clear_error();
  const DigestPtr context(EVP_MD_CTX_new());
  unsigned char der[2 * kNumberBytes + 16];
  size_t size = sizeof der;
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, impl_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), der, &size, Bytes(bytes), bytes.size()) != 1) {
    return OpensslError("the token can't be signed");
  }
  const unsigned char* at = der;
  const SignaturePtr signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  if (!signature) return OpensslError("the token can't be signed");
  return Fixed(ECDSA_SIG_get0_r(signature.get())) + Fixed(ECDSA_SIG_get0_s(signature.get()));
}

bool TokenKey::IsSignatureOf(std::string_view bytes, std::string_view raw) const {
  if (raw.size() != 2 * kNumberBytes) return false;
  BIGNUM* r = BN_bin2bn(Bytes(raw), kNumberBytes, nullptr);
  BIGNUM* s = BN_bin2bn(Bytes(raw) + kNumberBytes, kNumberBytes, nullptr);
  const SignaturePtr signature(ECDSA_SIG_new());
  ECDSA_SIG_set0(signature.get(), r, s);
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  const DigestPtr context(EVP_MD_CTX_new());
  const bool good = size > 0 &&
                    EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, impl_->key.get()) == 1 &&
                    EVP_DigestVerify(context.get(), der, static_cast<size_t>(size), Bytes(bytes), bytes.size()) == 1;
  OPENSSL_free(der);
  ERR_clear_error();
  return good;
}

}  // namespace croft::pki
