#include "operator/ingress/servable.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <memory>

#include "api/pki/certificate.h"

namespace croft::ingress {
namespace {

// The block of a private key, without what stands around it.
std::string KeyBlock(const std::string& text) {
  size_t at = 0;
  while ((at = text.find("-----BEGIN ", at)) != std::string::npos) {
    const size_t name_end = text.find("-----", at + 11);
    if (name_end == std::string::npos) return {};
    const std::string name = text.substr(at + 11, name_end - at - 11);
    const std::string last = "-----END " + name + "-----";
    const size_t end = text.find(last, name_end);
    if (end == std::string::npos) return {};
    if (name.size() >= 11 && name.compare(name.size() - 11, 11, "PRIVATE KEY") == 0) {
      return text.substr(at, end + last.size() - at) + "\n";
    }
    at = end;
  }
  return {};
}

std::string Reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "unknown reason" : reason;
}

int NoPassphrase(char*, int, int, void*) {
  return 0;
}

// Why a TLS server could not load these; empty when it can.
std::string WhyNotLoadable(const std::string& certificate, const std::string& key) {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  const std::unique_ptr<BIO, void (*)(BIO*)> certificate_text(
      BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size())), BIO_free_all);
  const std::unique_ptr<BIO, void (*)(BIO*)> key_text(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())),
                                                      BIO_free_all);
  const std::unique_ptr<X509, void (*)(X509*)> leaf(
      PEM_read_bio_X509(certificate_text.get(), nullptr, NoPassphrase, nullptr), X509_free);
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> private_key(
      PEM_read_bio_PrivateKey(key_text.get(), nullptr, NoPassphrase, nullptr), EVP_PKEY_free);
  if (leaf == nullptr) return "tls.crt holds no valid certificate";
  if (private_key == nullptr) return "tls.key holds no private key that can be read without a passphrase";
  ERR_clear_error();
  if (X509_check_private_key(leaf.get(), private_key.get()) != 1) {
    ERR_clear_error();
    return "tls.key is not the key of tls.crt";
  }
  if (SSL_CTX_use_certificate(context.get(), leaf.get()) != 1) return "tls.crt can't be served: " + Reason();
  if (SSL_CTX_use_PrivateKey(context.get(), private_key.get()) != 1) return "tls.key can't be used: " + Reason();
  return {};
}

}  // namespace

ServablePem MakeServable(const std::string& certificate_pem, const std::string& key_pem) {
  Result<std::vector<std::string>> chain = pki::SplitBundle(certificate_pem);
  if (!chain.ok() || chain->empty()) return {{}, "tls.crt holds no valid certificate"};
  const std::string key = KeyBlock(key_pem);
  if (std::string why = WhyNotLoadable(chain->front(), key); !why.empty()) return {{}, std::move(why)};
  ServablePem out;
  for (const std::string& certificate : *chain) out.pem += certificate;
  out.pem += key;
  return out;
}

}  // namespace croft::ingress
