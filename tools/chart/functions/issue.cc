#include "tools/chart/functions/issue.h"

#include <openssl/dsa.h>
#include <openssl/sha.h>

#include "api/pki/openssl.h"
#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/random_bytes.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

using pki::CertPtr;
using pki::KeyPtr;
using pki::OpensslError;

template <auto free>
using Freed = pki::Free<free>;
using NumberPtr = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using IntegerPtr = std::unique_ptr<ASN1_INTEGER, Freed<ASN1_INTEGER_free>>;
using StringPtr = std::unique_ptr<ASN1_STRING, Freed<ASN1_STRING_free>>;

const unsigned char* Bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Whether ASN.1's PrintableString holds it; UTF8String does otherwise.
bool IsPrintableString(const std::string& text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 '()+,-./:=?") ==
         std::string::npos;
}

// A name of any length: OpenSSL's own limit of 64 holds for types that it is to choose alone.
void SetSubject(X509* certificate, const std::string& common_name) {
  const pki::NamePtr name(X509_NAME_new());
  if (!common_name.empty()) {
    const int type = IsPrintableString(common_name) ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
    X509_NAME_add_entry_by_NID(name.get(), NID_commonName, type, Bytes(common_name),
                               static_cast<int>(common_name.size()), -1, 0);
  }
  X509_set_subject_name(certificate, name.get());
}

void SetSerial(X509* certificate, Random& random) {
  const std::string bytes = RandomBytes(random, 16);
  const NumberPtr number(BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr));
  const IntegerPtr serial(BN_to_ASN1_INTEGER(number.get(), nullptr));
  X509_set_serialNumber(certificate, serial.get());
}

Status SetTimes(X509* certificate, WallTime now, int64_t days) {
  constexpr int64_t kDay = 86400;
  constexpr int64_t kMaxDays = 106751;  // what a Go duration holds: 292 years
  if (days > kMaxDays || days < -kMaxDays) return Wrong("error creating certificate: too many days");
  const time_t start = std::chrono::system_clock::to_time_t(now);
  if (ASN1_TIME_set(X509_getm_notBefore(certificate), start) == nullptr ||
      ASN1_TIME_set(X509_getm_notAfter(certificate), start + days * kDay) == nullptr) {
    return OpensslError("error creating certificate");
  }
  return Status::Ok();
}

bool AddExtension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  const bool added = extension != nullptr && X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

bool AddKeyId(X509* certificate, EVP_PKEY* key) {
  X509_PUBKEY* public_key = nullptr;
  if (X509_PUBKEY_set(&public_key, key) != 1) return false;
  const unsigned char* bits = nullptr;
  int size = 0;
  X509_PUBKEY_get0_param(nullptr, &bits, &size, nullptr, public_key);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(bits, static_cast<size_t>(size), digest);
  X509_PUBKEY_free(public_key);
  // RFC 7093, method 1: the first 160 bits.
  const StringPtr id(ASN1_OCTET_STRING_new());
  ASN1_STRING_set(id.get(), digest, 20);
  return X509_add1_ext_i2d(certificate, NID_subject_key_identifier, id.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

bool AddAuthorityKeyId(X509* certificate, X509* issuer) {
  const ASN1_OCTET_STRING* id = X509_get0_subject_key_id(issuer);
  if (id == nullptr || X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_subject_name(issuer)) == 0) {
    return true;
  }
  const std::unique_ptr<AUTHORITY_KEYID, Freed<AUTHORITY_KEYID_free>> authority(AUTHORITY_KEYID_new());
  authority->keyid = ASN1_OCTET_STRING_dup(id);
  return X509_add1_ext_i2d(certificate, NID_authority_key_identifier, authority.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

Status AddNames(X509* certificate, const CertificateRequest& request) {
  for (const std::string& name : request.dns) {
    for (const char c : name) {
      if (static_cast<unsigned char>(c) >= 0x80) {
        return Wrong("error creating certificate: x509: " + GoQuote(name) + " cannot be encoded as an IA5String");
      }
    }
  }
  const Result<pki::GeneralNamesPtr> names = pki::MakeGeneralNames({request.dns, request.ips, {}, {}});
  if (!names.ok()) return names.status();
  if (!*names) return Status::Ok();
  const int critical = request.common_name.empty() ? 1 : 0;
  if (X509_add1_ext_i2d(certificate, NID_subject_alt_name, names->get(), critical, X509V3_ADD_DEFAULT) != 1) {
    return OpensslError("error creating certificate");
  }
  return Status::Ok();
}

Status AddExtensions(X509* certificate, EVP_PKEY* key, X509* issuer, const CertificateRequest& request) {
  const bool added =
      AddExtension(certificate, NID_key_usage,
                   request.is_ca ? "critical,digitalSignature,keyEncipherment,keyCertSign"
                                 : "critical,digitalSignature,keyEncipherment") &&
      AddExtension(certificate, NID_ext_key_usage, "serverAuth,clientAuth") &&
      AddExtension(certificate, NID_basic_constraints, request.is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
      (!request.is_ca || AddKeyId(certificate, key)) && AddAuthorityKeyId(certificate, issuer);
  if (!added) return OpensslError("error creating certificate");
  return AddNames(certificate, request);
}

}  // namespace

Result<std::string> IssueCertificate(const CertificateRequest& request, const std::string& key_pem,
                                     const std::optional<Issuer>& issuer, WallTime now, Random& random) {
  const Result<KeyPtr> key = pki::ReadPrivateKey(key_pem);
  if (!key.ok()) return Wrong("parsing private key: " + key.status().message());
  const CertPtr certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  SetSerial(certificate.get(), random);
  SetSubject(certificate.get(), request.common_name);
  X509_set_pubkey(certificate.get(), key->get());
  CROFT_RETURN_IF_ERROR(SetTimes(certificate.get(), now, request.days));

  X509* parent = certificate.get();
  EVP_PKEY* signer = key->get();
  CertPtr issuer_certificate;
  KeyPtr issuer_key;
  if (issuer) {
    Result<CertPtr> read = pki::ReadCertificate(issuer->certificate_pem);
    if (!read.ok()) return Wrong("unable to decode certificate: " + read.status().message());
    Result<KeyPtr> read_key = pki::ReadPrivateKey(issuer->key_pem);
    if (!read_key.ok()) return Wrong("error parsing private key: " + read_key.status().message());
    issuer_certificate = std::move(*read);
    issuer_key = std::move(*read_key);
    parent = issuer_certificate.get();
    signer = issuer_key.get();
    if (X509_check_private_key(parent, signer) != 1) {
      ERR_clear_error();
      return Wrong("error creating certificate: x509: provided PrivateKey doesn't match parent's PublicKey");
    }
  }
  if (EVP_PKEY_get_base_id(signer) == EVP_PKEY_DSA || EVP_PKEY_get_base_id(key->get()) == EVP_PKEY_DSA) {
    return Wrong("error creating certificate: x509: only RSA, ECDSA and Ed25519 keys supported");
  }
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(parent));
  CROFT_RETURN_IF_ERROR(AddExtensions(certificate.get(), key->get(), parent, request));
  if (X509_sign(certificate.get(), signer, pki::DigestFor(signer)) == 0)
    return OpensslError("error creating certificate");
  return pki::WriteCertificate(certificate.get());
}

Result<std::string> GenerateDsaKey() {
  using ContextPtr = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
  const ContextPtr context(EVP_PKEY_CTX_new_id(EVP_PKEY_DSA, nullptr));
  EVP_PKEY* made = nullptr;
  if (EVP_PKEY_paramgen_init(context.get()) != 1 || EVP_PKEY_CTX_set_dsa_paramgen_bits(context.get(), 2048) != 1 ||
      EVP_PKEY_CTX_set_dsa_paramgen_q_bits(context.get(), 256) != 1 || EVP_PKEY_paramgen(context.get(), &made) != 1) {
    return OpensslError("failed to generate dsa params");
  }
  const KeyPtr parameters(made);
  const ContextPtr generator(EVP_PKEY_CTX_new(parameters.get(), nullptr));
  made = nullptr;
  if (EVP_PKEY_keygen_init(generator.get()) != 1 || EVP_PKEY_keygen(generator.get(), &made) != 1) {
    return OpensslError("failed to generate private key");
  }
  const KeyPtr key(made);
  const pki::BioPtr out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PrivateKey_traditional(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return OpensslError("failed to generate private key");
  }
  return pki::TextOf(out.get());
}

Status CheckCertificate(const std::string& certificate_pem) {
  return pki::ReadCertificate(certificate_pem).status();
}
Status CheckPrivateKey(const std::string& key_pem) {
  return pki::ReadPrivateKey(key_pem).status();
}

}  // namespace croft::chart
