#include "api/pki/authority.h"

#include <algorithm>

#include "api/pki/openssl.h"

namespace croft::pki {
namespace {

// Certificates begin a little before now: the clocks of a lab's machines differ.
constexpr auto kClockLeeway = std::chrono::hours(1);

void SetTime(ASN1_TIME* to, WallTime time) {
  ASN1_TIME_adj(to, std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count(), 0, 0);
}

bool SetRandomSerial(X509* certificate) {
  const std::unique_ptr<BIGNUM, Free<BN_free>> number(BN_new());
  // The top bit is clear: a serial number is positive, and 16 bytes then stay 16 bytes.
  return BN_rand(number.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool AddExtension(X509* certificate, X509V3_CTX* context, int nid, const std::string& value) {
  using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

std::string KeyUsage(const CertificateSpec& spec, const EVP_PKEY* key) {
  if (spec.is_ca) return "critical,digitalSignature,keyCertSign,cRLSign";
  // Only RSA keys can take part in TLS 1.2's key transport.
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? "critical,digitalSignature,keyEncipherment"
                                                   : "critical,digitalSignature";
}

std::string ExtendedUsage(const CertificateSpec& spec) {
  std::string usage;
  if (spec.server_auth) usage += "serverAuth";
  if (spec.client_auth) usage += usage.empty() ? "clientAuth" : ",clientAuth";
  return usage;
}

// Names are critical when they are all that says whom the certificate is for (RFC 5280, 4.2.1.6).
Status AddNames(X509* certificate, const CertificateSpec& spec) {
  const Result<GeneralNamesPtr> names = MakeGeneralNames(spec.names);
  if (!names.ok()) return names.status();
  if (!*names) return Status::Ok();
  const bool nameless = spec.subject.common_name.empty() && spec.subject.organizations.empty();
  if (X509_add1_ext_i2d(certificate, NID_subject_alt_name, names->get(), nameless ? 1 : 0, X509V3_ADD_DEFAULT) != 1) {
    return OpensslError("the names can't be put into the certificate");
  }
  return Status::Ok();
}

// A certificate for `key`, signed by `issuer_key`. `issuer` is null when it signs itself.
Result<std::string> Sign(const CertificateSpec& spec, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  ERR_clear_error();
  const WallTime end = issuer ? std::min(spec.not_after, ReadTime(X509_get0_notAfter(issuer))) : spec.not_after;
  if (end <= spec.not_before) return Status::Invalid("the certificate would end before it begins");
  const CertPtr certificate(X509_new());
  X509* const made = certificate.get();
  X509_set_version(made, X509_VERSION_3);
  const NamePtr subject = MakeName(spec.subject);
  X509_set_subject_name(made, subject.get());
  X509_set_issuer_name(made, issuer ? X509_get_subject_name(issuer) : subject.get());
  SetTime(X509_getm_notBefore(made), spec.not_before);
  SetTime(X509_getm_notAfter(made), end);
  X509_set_pubkey(made, key);

  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer ? issuer : made, made, nullptr, nullptr, 0);
  const std::string extended = ExtendedUsage(spec);
  const bool complete =
      SetRandomSerial(made) &&
      AddExtension(made, &context, NID_basic_constraints, spec.is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
      AddExtension(made, &context, NID_key_usage, KeyUsage(spec, key)) &&
      (extended.empty() || AddExtension(made, &context, NID_ext_key_usage, extended)) &&
      AddExtension(made, &context, NID_subject_key_identifier, "hash") &&
      AddExtension(made, &context, NID_authority_key_identifier, "keyid:always");
  if (!complete) return OpensslError("the certificate can't be made");
  CROFT_RETURN_IF_ERROR(AddNames(made, spec));
  if (X509_sign(made, issuer_key, DigestFor(issuer_key)) <= 0) return OpensslError("the certificate can't be signed");
  return WriteCertificate(made);
}

}  // namespace

Result<std::string> SelfSign(const CertificateSpec& spec, const std::string& key_pem) {
  const Result<KeyPtr> key = ReadPrivateKey(key_pem);
  if (!key.ok()) return key.status();
  return Sign(spec, key->get(), nullptr, key->get());
}

struct Authority::Impl {
  std::string certificate_pem;
  std::string key_pem;
  CertPtr certificate;
  KeyPtr key;
};

Result<Authority> Authority::Create(const std::string& name, WallTime now, Duration lifetime, KeyAlgorithm algorithm) {
  const Result<std::string> key = GenerateKey(algorithm);
  if (!key.ok()) return key.status();
  CertificateSpec spec;
  spec.subject.common_name = name;
  spec.not_before = now - kClockLeeway;
  spec.not_after = now + std::chrono::duration_cast<WallTime::duration>(lifetime);
  spec.is_ca = true;
  const Result<std::string> certificate = SelfSign(spec, *key);
  if (!certificate.ok()) return certificate.status();
  return Load(*certificate, *key);
}

Result<Authority> Authority::Load(const std::string& certificate_pem, const std::string& key_pem) {
  auto impl = std::make_shared<Impl>();
  Result<CertPtr> certificate = ReadCertificate(certificate_pem);
  if (!certificate.ok()) return certificate.status().Annotate("CA");
  Result<KeyPtr> key = ReadPrivateKey(key_pem);
  if (!key.ok()) return key.status().Annotate("CA");
  if (!KeyMatches(certificate_pem, key_pem)) return Status::Invalid("the CA's key does not belong to its certificate");
  if (!ParseCertificate(certificate_pem)->is_ca) return Status::Invalid("the certificate is not a CA's");
  impl->certificate_pem = certificate_pem;
  impl->key_pem = key_pem;
  impl->certificate = std::move(*certificate);
  impl->key = std::move(*key);
  return Authority(std::move(impl));
}

Result<std::string> Authority::Issue(const CertificateSpec& spec, const std::string& subject_key_pem) const {
  const Result<KeyPtr> key = ReadAnyKey(subject_key_pem);
  if (!key.ok()) return key.status();
  return Sign(spec, key->get(), impl_->certificate.get(), impl_->key.get());
}

Result<KeyPair> Authority::IssueWithNewKey(const CertificateSpec& spec, KeyAlgorithm algorithm) const {
  Result<std::string> key = GenerateKey(algorithm);
  if (!key.ok()) return key.status();
  Result<std::string> certificate = Issue(spec, *key);
  if (!certificate.ok()) return certificate.status();
  return KeyPair{std::move(*certificate), std::move(*key)};
}

Result<std::string> Authority::SignRequest(const std::string& request_pem, const CertificateSpec& spec) const {
  const Result<RequestInfo> request = ParseRequest(request_pem);
  if (!request.ok()) return request.status();
  return Issue(spec, request->public_key_pem);
}

const std::string& Authority::certificate_pem() const {
  return impl_->certificate_pem;
}

const std::string& Authority::key_pem() const {
  return impl_->key_pem;
}

}  // namespace croft::pki
