#include "api/pki/certificate.h"

#include <cstdio>

#include "api/pki/openssl.h"

namespace croft::pki {
namespace {

using StorePtr = std::unique_ptr<X509_STORE, Free<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, Free<X509_STORE_CTX_free>>;

void FreeStack(STACK_OF(X509) * stack) {
  sk_X509_free(stack);
}

std::string ReadSerial(const X509* certificate) {
  const std::unique_ptr<BIGNUM, Free<BN_free>> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  char* text = BN_bn2hex(number.get());
  std::string serial = text;
  OPENSSL_free(text);
  return serial;
}

std::string Fingerprint(const X509* certificate) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  X509_digest(certificate, EVP_sha256(), digest, &size);
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    char byte[3];
    std::snprintf(byte, sizeof byte, "%02x", digest[i]);
    text += byte;
  }
  return text;
}

CertificateInfo Describe(X509* certificate) {
  CertificateInfo info;
  info.subject = ReadName(X509_get_subject_name(certificate));
  info.issuer = ReadName(X509_get_issuer_name(certificate));
  const GeneralNamesPtr names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  info.names = ReadGeneralNames(names.get());
  info.not_before = ReadTime(X509_get0_notBefore(certificate));
  info.not_after = ReadTime(X509_get0_notAfter(certificate));
  info.serial = ReadSerial(certificate);
  info.is_ca = (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0;
  const uint32_t usage = X509_get_extended_key_usage(certificate);  // all bits when there is none
  info.server_auth = (usage & XKU_SSL_SERVER) != 0;
  info.client_auth = (usage & XKU_SSL_CLIENT) != 0;
  info.fingerprint = Fingerprint(certificate);
  return info;
}

Result<std::vector<CertPtr>> ReadBundle(const std::string& pem) {
  std::vector<CertPtr> all;
  const BioPtr text = OpenText(pem);
  while (CertPtr next{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)}) all.push_back(std::move(next));
  // The end of the text shows as "no start line"; anything else is a damaged certificate.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!at_end) return OpensslError("certificate " + std::to_string(all.size() + 1) + " of the bundle is damaged");
  ERR_clear_error();
  if (all.empty()) return Status::Invalid("there is no certificate in PEM form");
  return all;
}

int PurposeId(Purpose purpose) {
  switch (purpose) {
    case Purpose::kServer:
      return X509_PURPOSE_SSL_SERVER;
    case Purpose::kClient:
      return X509_PURPOSE_SSL_CLIENT;
    case Purpose::kAny:
      break;
  }
  return X509_PURPOSE_ANY;
}

}  // namespace

Result<std::vector<CertificateInfo>> ParseCertificates(const std::string& pem) {
  const Result<std::vector<CertPtr>> bundle = ReadBundle(pem);
  if (!bundle.ok()) return bundle.status();
  std::vector<CertificateInfo> all;
  for (const CertPtr& certificate : *bundle) all.push_back(Describe(certificate.get()));
  return all;
}

Result<CertificateInfo> ParseCertificate(const std::string& pem) {
  const Result<CertPtr> certificate = ReadCertificate(pem);
  if (!certificate.ok()) return certificate.status();
  return Describe(certificate->get());
}

Result<std::vector<std::string>> SplitBundle(const std::string& pem) {
  const Result<std::vector<CertPtr>> bundle = ReadBundle(pem);
  if (!bundle.ok()) return bundle.status();
  std::vector<std::string> all;
  for (const CertPtr& certificate : *bundle) {
    Result<std::string> one = WriteCertificate(certificate.get());
    if (!one.ok()) return one.status();
    all.push_back(std::move(*one));
  }
  return all;
}

bool KeyMatches(const std::string& certificate_pem, const std::string& key_pem) {
  const Result<CertPtr> certificate = ReadCertificate(certificate_pem);
  const Result<KeyPtr> key = ReadPrivateKey(key_pem);
  if (!certificate.ok() || !key.ok()) return false;
  const bool matches = X509_check_private_key(certificate->get(), key->get()) == 1;
  ERR_clear_error();
  return matches;
}

bool CoversHost(const std::string& certificate_pem, const std::string& host) {
  const Result<CertPtr> certificate = ReadCertificate(certificate_pem);
  if (!certificate.ok()) return false;
  if (X509_check_ip_asc(certificate->get(), host.c_str(), 0) == 1) return true;
  return X509_check_host(certificate->get(), host.data(), host.size(), 0, nullptr) == 1;
}

Status VerifyChain(const std::string& chain_pem, const std::string& ca_pem, WallTime now, Purpose purpose) {
  const Result<std::vector<CertPtr>> chain = ReadBundle(chain_pem);
  if (!chain.ok()) return chain.status();
  const Result<std::vector<CertPtr>> roots = ReadBundle(ca_pem);
  if (!roots.ok()) return roots.status().Annotate("CA");
  const StorePtr store(X509_STORE_new());
  for (const CertPtr& root : *roots) X509_STORE_add_cert(store.get(), root.get());
  const std::unique_ptr<STACK_OF(X509), Free<FreeStack>> between(sk_X509_new_null());
  for (const CertPtr& certificate : *chain) sk_X509_push(between.get(), certificate.get());

  const StoreContextPtr context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), chain->front().get(), between.get());
  X509_STORE_CTX_set_time(context.get(), 0, std::chrono::system_clock::to_time_t(now));
  // A CA that is itself signed by another is trusted for what it is.
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_PARTIAL_CHAIN);
  if (purpose != Purpose::kAny) X509_STORE_CTX_set_purpose(context.get(), PurposeId(purpose));
  const bool good = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  if (good) return Status::Ok();
  return Status::Invalid(X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
}

Result<std::string> MakeRequest(const Subject& subject, const AlternativeNames& names, const std::string& key_pem) {
  const Result<KeyPtr> key = ReadPrivateKey(key_pem);
  if (!key.ok()) return key.status();
  const Result<GeneralNamesPtr> general = MakeGeneralNames(names);
  if (!general.ok()) return general.status();
  const RequestPtr request(X509_REQ_new());
  X509_REQ_set_version(request.get(), X509_REQ_VERSION_1);
  X509_REQ_set_subject_name(request.get(), MakeName(subject).get());
  X509_REQ_set_pubkey(request.get(), key->get());
  if (*general) {
    X509_EXTENSIONS* extensions = nullptr;
    X509V3_add1_i2d(&extensions, NID_subject_alt_name, general->get(), 0, X509V3_ADD_DEFAULT);
    X509_REQ_add_extensions(request.get(), extensions);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  }
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (X509_REQ_sign(request.get(), key->get(), DigestFor(key->get())) <= 0 ||
      PEM_write_bio_X509_REQ(out.get(), request.get()) != 1) {
    return OpensslError("the signing request can't be made");
  }
  return TextOf(out.get());
}

Result<RequestInfo> ParseRequest(const std::string& request_pem) {
  const RequestPtr request(PEM_read_bio_X509_REQ(OpenText(request_pem).get(), nullptr, nullptr, nullptr));
  if (!request) return OpensslError("the signing request is not PEM");
  EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
  if (!key) return OpensslError("the signing request has no public key that can be used");
  if (X509_REQ_verify(request.get(), key) != 1) {
    return OpensslError("the signing request is not signed with its own key");
  }
  RequestInfo info;
  info.subject = ReadName(X509_REQ_get_subject_name(request.get()));
  STACK_OF(X509_EXTENSION)* extensions = X509_REQ_get_extensions(request.get());
  const GeneralNamesPtr names(
      static_cast<GENERAL_NAMES*>(X509V3_get_d2i(extensions, NID_subject_alt_name, nullptr, nullptr)));
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  info.names = ReadGeneralNames(names.get());
  const BioPtr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PUBKEY(out.get(), key);
  info.public_key_pem = TextOf(out.get());
  ERR_clear_error();
  return info;
}

}  // namespace croft::pki
