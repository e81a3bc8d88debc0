#include "api/http/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <vector>

namespace croft::http {
namespace {

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

BioPtr Open(const std::string& pem) {
  return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// A key file with a passphrase is refused rather than asked about on the terminal.
int NoPassphrase(char*, int, int, void*) {
  return 0;
}

Status Refuse(std::string_view what) {
  const std::string why = TlsError();
  return Status::Invalid(std::string(what) + (why.empty() ? "" : ": " + why));
}

Status UseIdentity(SSL_CTX* context, const TlsIdentity& identity) {
  const BioPtr chain = Open(identity.certificate_pem);
  const CertPtr leaf(PEM_read_bio_X509(chain.get(), nullptr, NoPassphrase, nullptr));
  if (!leaf) return Refuse("the certificate is not PEM");
  if (SSL_CTX_use_certificate(context, leaf.get()) != 1) return Refuse("the certificate can't be used for TLS");
  while (CertPtr more{PEM_read_bio_X509(chain.get(), nullptr, NoPassphrase, nullptr)}) {
    if (SSL_CTX_add1_chain_cert(context, more.get()) != 1) return Refuse("an intermediate certificate can't be used");
  }
  ERR_clear_error();
  const KeyPtr key(PEM_read_bio_PrivateKey(Open(identity.key_pem).get(), nullptr, NoPassphrase, nullptr));
  if (!key) return Refuse("the private key is not PEM, or is encrypted");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return Refuse("the private key does not belong to the certificate");
  }
  return Status::Ok();
}

// Trusts the certificates of `pem`; tells clients their names when `announce`.
Status TrustAuthorities(SSL_CTX* context, const std::string& pem, bool announce) {
  const BioPtr bio = Open(pem);
  int count = 0;
  while (CertPtr ca{PEM_read_bio_X509(bio.get(), nullptr, NoPassphrase, nullptr)}) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get());
    if (announce) SSL_CTX_add_client_CA(context, ca.get());
    ++count;
  }
  ERR_clear_error();
  if (count == 0) return Status::Invalid("the CA bundle holds no PEM certificate");
  // A CA that another one signed is trusted for what it is, without its root.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  return Status::Ok();
}

// HTTP/2 with those who offer it, else HTTP/1.1; a client that offers other protocols only goes on without ALPN, as it
// would with a server that knows none.
int SelectProtocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* offered,
                   unsigned int offered_length, void*) {
  static constexpr unsigned char kProtocols[] = "\x02h2\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, kProtocols, sizeof kProtocols - 1, offered, offered_length) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

// Lets the handshake go on whatever the verdict, which stays readable as SSL_get_verify_result.
int AcceptAnyCertificate(int, X509_STORE_CTX*) {
  return 1;
}

TlsContext NewContext(const SSL_METHOD* method) {
  TlsContext context(SSL_CTX_new(method), SSL_CTX_free);
  if (!context) return context;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context.get(), 1);
  // A resumed session would keep a client's identity past a change of the trusted CAs. Handshakes with the keys that we
  // issue are cheap.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_num_tickets(context.get(), 0);
  return context;
}

std::vector<std::string> SubjectValues(X509_NAME* subject, int nid) {
  std::vector<std::string> values;
  int at = -1;
  while ((at = X509_NAME_get_index_by_NID(subject, nid, at)) >= 0) {
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    if (size >= 0) values.emplace_back(reinterpret_cast<char*>(text), static_cast<size_t>(size));
    OPENSSL_free(text);
  }
  return values;
}

}  // namespace

Result<TlsContext> MakeServerContext(const TlsIdentity& identity, const std::string& client_ca_pem) {
  ERR_clear_error();
  TlsContext context = NewContext(TLS_server_method());
  if (!context) return Refuse("no TLS context");
  CROFT_RETURN_IF_ERROR(UseIdentity(context.get(), identity));
  SSL_CTX_set_alpn_select_cb(context.get(), SelectProtocol, nullptr);
  if (client_ca_pem.empty()) return context;
  CROFT_RETURN_IF_ERROR(TrustAuthorities(context.get(), client_ca_pem, true));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, AcceptAnyCertificate);
  return context;
}

Result<TlsContext> MakeClientContext(const std::string& ca_pem, const TlsIdentity& identity) {
  ERR_clear_error();
  TlsContext context = NewContext(TLS_client_method());
  if (!context) return Refuse("no TLS context");
  if (ca_pem.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
  } else {
    CROFT_RETURN_IF_ERROR(TrustAuthorities(context.get(), ca_pem, false));
  }
  if (!identity.certificate_pem.empty()) CROFT_RETURN_IF_ERROR(UseIdentity(context.get(), identity));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return context;
}

void ReadPeer(SSL* ssl, Peer* peer) {
  X509* certificate = SSL_get0_peer_certificate(ssl);
  if (!certificate || SSL_get_verify_result(ssl) != X509_V_OK) return;
  X509_NAME* subject = X509_get_subject_name(certificate);
  const std::vector<std::string> names = SubjectValues(subject, NID_commonName);
  peer->verified = true;
  if (!names.empty()) peer->common_name = names.front();
  peer->organizations = SubjectValues(subject, NID_organizationName);
}

std::string TlsError() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return {};
  const char* reason = ERR_reason_error_string(code);
  return reason ? reason : "error " + std::to_string(code);
}

}  // namespace croft::http
