#include "api/client/rest_transport.h"

#include <cpprest/http_client.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <pplx/threadpool.h>

#include <mutex>

namespace croft::client {
namespace {

namespace rest = web::http;

// cpprestsdk starts 40 threads by default; two carry what a lab's client sends.
constexpr int kThreads = 2;

template <class T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* object) const { Free(object); }
};
using X509Ptr = std::unique_ptr<X509, Deleter<X509, X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY, EVP_PKEY_free>>;

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
std::unique_ptr<BIO, BioDeleter> Memory(const std::string& text) {
  return std::unique_ptr<BIO, BioDeleter>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::vector<X509Ptr> ReadCertificates(const std::string& pem) {
  std::vector<X509Ptr> certificates;
  const auto bio = Memory(pem);
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
    certificates.emplace_back(certificate);
  return certificates;
}

KeyPtr ReadKey(const std::string& pem) {
  const auto bio = Memory(pem);
  return KeyPtr(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

// Trusts the CA alone (the machine's own roots when there is none), and shows the client certificate if there is one.
// The PEMs were checked when the transport was made.
void SetUp(SSL_CTX* context, const Kubeconfig& config) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // cpprestsdk has put the machine's roots into the store by now: they must not vouch for a lab's server.
  if (!config.ca_pem.empty()) {
    SSL_CTX_set_cert_store(context, X509_STORE_new());
    // A CA that another one signed is trusted for what it is, without its root.
    X509_STORE_set_flags(SSL_CTX_get_cert_store(context), X509_V_FLAG_PARTIAL_CHAIN);
  }
  for (const X509Ptr& ca : ReadCertificates(config.ca_pem)) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get());
  }
  const auto chain = ReadCertificates(config.client_certificate_pem);
  if (chain.empty()) return;
  SSL_CTX_use_certificate(context, chain.front().get());
  for (size_t i = 1; i < chain.size(); ++i) SSL_CTX_add1_chain_cert(context, chain[i].get());
  if (const KeyPtr key = ReadKey(config.client_key_pem)) SSL_CTX_use_PrivateKey(context, key.get());
}

Status Check(const Kubeconfig& config) {
  if (!config.ca_pem.empty() && ReadCertificates(config.ca_pem).empty()) {
    return Status::BadRequest("certificate-authority holds no PEM certificate");
  }
  if (config.client_certificate_pem.empty()) return Status::Ok();
  const auto chain = ReadCertificates(config.client_certificate_pem);
  if (chain.empty()) return Status::BadRequest("client-certificate holds no PEM certificate");
  const KeyPtr key = ReadKey(config.client_key_pem);
  if (key == nullptr) return Status::BadRequest("client-key holds no PEM private key");
  if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
    return Status::BadRequest("client-key does not belong to client-certificate");
  }
  return Status::Ok();
}

class CppRestTransport final : public RestTransport {
 public:
  CppRestTransport(const Kubeconfig& config, Duration timeout)
      : server_(config.server), token_(config.token), client_(web::uri(config.server), Configure(config, timeout)) {}

  Result<RestClient::RawReply> Send(const RestClient::RawRequest& request) override {
    try {
      rest::http_request message(request.method);
      message.set_request_uri(web::uri(request.target));
      message.headers().add("Accept", request.accept);
      message.headers().add("User-Agent", "croft");
      if (!token_.empty()) message.headers().add("Authorization", "Bearer " + token_);
      if (!request.body.empty()) message.set_body(request.body, request.content_type);
      const rest::http_response response = client_.request(message).get();
      RestClient::RawReply reply;
      reply.code = response.status_code();
      const std::vector<unsigned char> bytes = response.extract_vector().get();
      reply.body.assign(bytes.begin(), bytes.end());
      const auto warnings = response.headers().find("Warning");
      if (warnings != response.headers().end()) reply.warnings = SplitWarnings(warnings->second);
      return reply;
    } catch (const web::uri_exception& error) {
      return Status::BadRequest("\"" + request.target + "\" can't be requested: " + error.what());
    } catch (const rest::http_exception& error) {
      if (error.error_code() == std::errc::timed_out) return Status::Timeout("no answer from " + server_ + " in time");
      return Status::Unavailable("cannot reach " + server_ + ": " + error.what());
    } catch (const std::exception& error) {
      return Status::Unavailable("cannot reach " + server_ + ": " + error.what());
    }
  }

 private:
  static rest::client::http_client_config Configure(const Kubeconfig& config, Duration timeout) {
    rest::client::http_client_config settings;
    settings.set_timeout(std::chrono::duration_cast<std::chrono::microseconds>(timeout));
    settings.set_ssl_context_callback([config](auto& context) { SetUp(context.native_handle(), config); });
    return settings;
  }

  // 299 - "text", 299 - "text" (RFC 7234, section 5.5): the texts, with \" and \\ undone.
  static std::vector<std::string> SplitWarnings(const std::string& header) {
    std::vector<std::string> texts;
    bool inside = false;
    for (size_t i = 0; i < header.size(); ++i) {
      const char c = header[i];
      if (c == '"') {
        if (!inside) texts.emplace_back();
        inside = !inside;
      } else if (inside) {
        texts.back() += c == '\\' && i + 1 < header.size() ? header[++i] : c;
      }
    }
    return texts;
  }

  const std::string server_;
  const std::string token_;
  rest::client::http_client client_;
};

void StartThreads() {
  static std::once_flag once;
  std::call_once(once, [] { crossplat::threadpool::initialize_with_threads(kThreads); });
}

}  // namespace

Result<std::unique_ptr<RestTransport>> MakeRestTransport(const Kubeconfig& config, Duration timeout) {
  CROFT_RETURN_IF_ERROR(Check(config));
  StartThreads();
  try {
    return std::unique_ptr<RestTransport>(std::make_unique<CppRestTransport>(config, timeout));
  } catch (const std::exception& error) {
    return Status::BadRequest("the server's address \"" + config.server + "\" is not a URL: " + error.what());
  }
}

Result<std::string> FetchUnverified(const std::string& url, Duration timeout) {
  StartThreads();
  try {
    rest::client::http_client_config settings;
    settings.set_timeout(std::chrono::duration_cast<std::chrono::microseconds>(timeout));
    settings.set_validate_certificates(false);
    rest::client::http_client client(web::uri(url), settings);
    const rest::http_response response = client.request("GET").get();
    const std::vector<unsigned char> bytes = response.extract_vector().get();
    std::string body(bytes.begin(), bytes.end());
    if (response.status_code() != 200) return FailureFrom(response.status_code(), body);
    return body;
  } catch (const std::exception& error) {
    return Status::Unavailable("cannot reach " + url + ": " + error.what());
  }
}

}  // namespace croft::client
