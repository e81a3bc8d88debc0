#include "api/pki/openssl.h"

#include <arpa/inet.h>

#include <ctime>

namespace croft::pki {
namespace {

// A key with a passphrase is refused rather than asked about on the terminal.
int NoPassphrase(char*, int, int, void*) {
  return 0;
}

std::string Text(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), static_cast<size_t>(ASN1_STRING_length(text))};
}

bool AddText(GENERAL_NAMES* to, int type, const std::string& text) {
  ASN1_IA5STRING* value = ASN1_IA5STRING_new();
  GENERAL_NAME* name = GENERAL_NAME_new();
  ASN1_STRING_set(value, text.data(), static_cast<int>(text.size()));
  GENERAL_NAME_set0_value(name, type, value);
  return sk_GENERAL_NAME_push(to, name) > 0;
}

bool AddAddress(GENERAL_NAMES* to, const std::string& text) {
  ASN1_OCTET_STRING* value = a2i_IPADDRESS(text.c_str());
  if (!value) return false;
  GENERAL_NAME* name = GENERAL_NAME_new();
  GENERAL_NAME_set0_value(name, GEN_IPADD, value);
  return sk_GENERAL_NAME_push(to, name) > 0;
}

std::string AddressText(const ASN1_OCTET_STRING* address) {
  char text[INET6_ADDRSTRLEN] = {};
  const int size = ASN1_STRING_length(address);
  if (size != 4 && size != 16) return {};
  inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof text);
  return text;
}

}  // namespace

Status OpensslError(std::string_view what) {
  std::string text(what);
  if (const unsigned long code = ERR_get_error()) {
    const char* reason = ERR_reason_error_string(code);
    text.append(": ").append(reason ? reason : "error " + std::to_string(code));
  }
  ERR_clear_error();
  return Status::Invalid(std::move(text));
}

BioPtr OpenText(const std::string& text) {
  ERR_clear_error();
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

Result<KeyPtr> ReadPrivateKey(const std::string& pem) {
  KeyPtr key(PEM_read_bio_PrivateKey(OpenText(pem).get(), nullptr, NoPassphrase, nullptr));
  if (!key) return OpensslError("the private key is not PEM, or is encrypted");
  return key;
}

Result<KeyPtr> ReadAnyKey(const std::string& pem) {
  KeyPtr key(PEM_read_bio_PUBKEY(OpenText(pem).get(), nullptr, NoPassphrase, nullptr));
  if (!key) key.reset(PEM_read_bio_PrivateKey(OpenText(pem).get(), nullptr, NoPassphrase, nullptr));
  if (!key) return OpensslError("the key is not PEM, or is encrypted");
  ERR_clear_error();
  return key;
}

Result<CertPtr> ReadCertificate(const std::string& pem) {
  CertPtr certificate(PEM_read_bio_X509(OpenText(pem).get(), nullptr, NoPassphrase, nullptr));
  if (!certificate) return OpensslError("the certificate is not PEM");
  return certificate;
}

Result<std::string> WriteCertificate(X509* certificate) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(out.get(), certificate) != 1) return OpensslError("the certificate can't be written");
  return TextOf(out.get());
}

NamePtr MakeName(const Subject& subject) {
  NamePtr name(X509_NAME_new());
  const auto add = [&](int nid, const std::string& text) {
    X509_NAME_add_entry_by_NID(name.get(), nid, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                               static_cast<int>(text.size()), -1, 0);
  };
  for (const std::string& organization : subject.organizations) add(NID_organizationName, organization);
  if (!subject.common_name.empty()) add(NID_commonName, subject.common_name);
  return name;
}

Subject ReadName(const X509_NAME* name) {
  Subject subject;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    const int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
    if (nid != NID_commonName && nid != NID_organizationName) continue;
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
    std::string text(reinterpret_cast<char*>(utf8), size > 0 ? static_cast<size_t>(size) : 0);
    OPENSSL_free(utf8);
    if (nid == NID_organizationName) {
      subject.organizations.push_back(std::move(text));
    } else if (subject.common_name.empty()) {
      subject.common_name = std::move(text);
    }
  }
  return subject;
}

Result<GeneralNamesPtr> MakeGeneralNames(const AlternativeNames& names) {
  GeneralNamesPtr out(GENERAL_NAMES_new());
  for (const std::string& dns : names.dns) AddText(out.get(), GEN_DNS, dns);
  for (const std::string& uri : names.uris) AddText(out.get(), GEN_URI, uri);
  for (const std::string& email : names.emails) AddText(out.get(), GEN_EMAIL, email);
  for (const std::string& ip : names.ips) {
    if (!AddAddress(out.get(), ip)) return OpensslError("\"" + ip + "\" is not an IP address");
  }
  if (sk_GENERAL_NAME_num(out.get()) == 0) out.reset();
  return out;
}

AlternativeNames ReadGeneralNames(const GENERAL_NAMES* names) {
  AlternativeNames out;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names); ++i) {
    int type = 0;
    const auto* value =
        static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type));
    if (type == GEN_DNS) out.dns.push_back(Text(value));
    if (type == GEN_URI) out.uris.push_back(Text(value));
    if (type == GEN_EMAIL) out.emails.push_back(Text(value));
    if (type == GEN_IPADD) out.ips.push_back(AddressText(value));
  }
  return out;
}

WallTime ReadTime(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return WallTime(std::chrono::seconds(timegm(&parts)));
}

const EVP_MD* DigestFor(const EVP_PKEY* key) {
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
}

}  // namespace croft::pki
