#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

#include "api/base/clock.h"
#include "api/base/result.h"
#include "api/pki/certificate.h"

// OpenSSL's objects with owners, for .cc files only: those of api/pki, and who makes what api/pki does not offer.
namespace croft::pki {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using BioPtr = std::unique_ptr<BIO, Free<BIO_free_all>>;
using CertPtr = std::unique_ptr<X509, Free<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using RequestPtr = std::unique_ptr<X509_REQ, Free<X509_REQ_free>>;
using NamePtr = std::unique_ptr<X509_NAME, Free<X509_NAME_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;

// "what: OpenSSL's own reason", as kInvalid. Empties OpenSSL's queue of errors.
Status OpensslError(std::string_view what);

BioPtr OpenText(const std::string& text);
// What was written to a memory BIO.
std::string TextOf(BIO* bio);

Result<KeyPtr> ReadPrivateKey(const std::string& pem);
// Of a public key, or of a private key its public half.
Result<KeyPtr> ReadAnyKey(const std::string& pem);
Result<CertPtr> ReadCertificate(const std::string& pem);
Result<std::string> WriteCertificate(X509* certificate);

NamePtr MakeName(const Subject& subject);
Subject ReadName(const X509_NAME* name);
// Null when `names` is empty. kInvalid names an address that is none.
Result<GeneralNamesPtr> MakeGeneralNames(const AlternativeNames& names);
AlternativeNames ReadGeneralNames(const GENERAL_NAMES* names);

WallTime ReadTime(const ASN1_TIME* time);

// The digest that a key signs with: none for Ed25519.
const EVP_MD* DigestFor(const EVP_PKEY* key);

}  // namespace croft::pki
