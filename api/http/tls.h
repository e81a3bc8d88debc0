#pragma once

#include <memory>
#include <string>

#include "api/base/result.h"
#include "api/http/message.h"

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;

namespace croft::http {

// Who one is: a certificate with its intermediates, and the private key. Both empty: anonymous.
struct TlsIdentity {
  std::string certificate_pem;
  std::string key_pem;
};

// OpenSSL contexts; connections keep theirs alive, so that a new one can take its place at run time. Internal.
using TlsContext = std::shared_ptr<SSL_CTX>;

// `client_ca_pem` may be empty: then no client certificate is asked for. A client without a certificate, or with one
// that does not verify, is let in unverified: the handler decides.
Result<TlsContext> MakeServerContext(const TlsIdentity& identity, const std::string& client_ca_pem);
// `ca_pem` empty: the machine's own trusted roots.
Result<TlsContext> MakeClientContext(const std::string& ca_pem, const TlsIdentity& identity);

// Sets verified, common_name and organizations from the handshake's client certificate.
void ReadPeer(SSL* ssl, Peer* peer);

// The text of OpenSSL's oldest queued error; empties the queue.
std::string TlsError();

}  // namespace croft::http
