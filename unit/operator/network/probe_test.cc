#include "operator/network/probe.h"

#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <future>
#include <memory>
#include <thread>

#include "unit/operator/network/namespaces.h"

namespace croft::network {
namespace {

using ::testing::HasSubstr;

// Serves one connection on loopback: takes in a request, gives `reply`, or holds the connection when that is empty.
class OneShotServer {
 public:
  explicit OneShotServer(std::string reply, SSL_CTX* tls = nullptr) : reply_(std::move(reply)), tls_(tls) {
    socket_.Reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = testing::SocketAddress("127.0.0.1", 0);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(socket_.get(), 1), 0);
    getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~OneShotServer() {
    shutdown(socket_.get(), SHUT_RDWR);  // wakes an accept that nobody came to
    thread_.join();
  }

  std::string Url(const std::string& path, const std::string& scheme = "http") const {
    return scheme + "://127.0.0.1:" + std::to_string(port_) + path;
  }
  int port() const { return port_; }
  // What the client sent.
  std::string request() { return request_.get_future().get(); }

 private:
  void Serve() {
    UniqueFd client(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!client.valid()) return request_.set_value("");
    std::unique_ptr<SSL, void (*)(SSL*)> ssl(nullptr, SSL_free);
    if (tls_ != nullptr) {
      ssl.reset(SSL_new(tls_));
      SSL_set_fd(ssl.get(), client.get());
      if (SSL_accept(ssl.get()) != 1) return request_.set_value("");
    }
    std::string text;
    char buffer[4096];
    while (text.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ssl ? SSL_read(ssl.get(), buffer, sizeof buffer) : read(client.get(), buffer, sizeof buffer);
      if (got <= 0) break;
      text.append(buffer, static_cast<size_t>(got));
      if (!reply_.empty() && text.size() > 100'000) break;
    }
    request_.set_value(text);
    const int size = static_cast<int>(reply_.size());
    if (size == 0) {
      (void)(read(client.get(), buffer, 1) > 0);  // until the client gives up
    } else if (ssl) {
      SSL_write(ssl.get(), reply_.data(), size);
    } else {
      (void)(send(client.get(), reply_.data(), reply_.size(), MSG_NOSIGNAL) > 0);
    }
  }

  const std::string reply_;
  SSL_CTX* const tls_;
  UniqueFd socket_;
  int port_ = 0;
  std::promise<std::string> request_;
  std::thread thread_;
};

// A context with a certificate that nobody would trust.
std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> SelfSigned() {
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), X509_free);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), -60);  // and expired
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  SSL_CTX_use_certificate(context.get(), certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  return context;
}

TEST(ProbeHttp, JudgesByTheStatusCode) {
  const struct {
    const char* name;
    const char* reply;
    const char* message;  // empty: the probe succeeds
  } cases[] = {
      {"200 is well", "HTTP/1.1 200 OK\r\n\r\n", ""},
      {"the body is not waited for", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx", ""},
      {"a redirect is well", "HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", ""},
      {"HTTP/1.0 without a reason is well", "HTTP/1.0 204\r\n\r\n", ""},
      {"404 is not", "HTTP/1.1 404 Not Found\r\n\r\n", "answered 404"},
      {"503 is not", "HTTP/1.1 503 Busy\r\n\r\n", "answered 503"},
      {"neither is another protocol", "220 mail ready\r\n", "not HTTP"},
      {"nor an empty line", "\r\n", "not HTTP"},
  };
  for (const auto& c : cases) {
    OneShotServer server(c.reply);
    const Status status = ProbeHttp(server.Url("/healthz"), {}, 2000);
    EXPECT_EQ(status.ok(), *c.message == '\0') << c.name << ": " << status.message();
    EXPECT_THAT(status.message(), HasSubstr(c.message)) << c.name;
  }
}

TEST(ProbeHttp, SendsPathQueryAndHeaders) {
  OneShotServer server("HTTP/1.1 200 OK\r\n\r\n");
  ASSERT_TRUE(ProbeHttp(server.Url("/live?full=1"), {{"host", "web.lab"}, {"X-Probe", "yes"}}, 2000).ok());
  const std::string request = server.request();
  EXPECT_THAT(request, ::testing::StartsWith("GET /live?full=1 HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("host: web.lab\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Probe: yes\r\n"));
  EXPECT_THAT(request, ::testing::Not(HasSubstr("Host: 127.0.0.1")));
}

TEST(ProbeHttp, RefusesAHeaderThatWouldBreakOut) {
  EXPECT_TRUE(ProbeHttp("http://127.0.0.1:1/", {{"A", "b\r\nC: d"}}, 100).IsInvalid());
}

TEST(ProbeHttp, AcceptsAnyCertificateOverHttps) {
  const auto context = SelfSigned();
  OneShotServer server("HTTP/1.1 200 OK\r\n\r\n", context.get());
  const Status status = ProbeHttp(server.Url("/", "https"), {}, 2000);
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST(ProbeHttp, EndsInTimeWhenNobodyAnswers) {
  for (const char* scheme : {"http", "https"}) {
    OneShotServer server("");
    const auto begin = std::chrono::steady_clock::now();
    const Status status = ProbeHttp(server.Url("/", scheme), {}, 150);
    EXPECT_EQ(status.reason(), Reason::kTimeout) << scheme << ": " << status.message();
    EXPECT_THAT(status.message(), HasSubstr("within 150 ms"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1500));
  }
}

TEST(ProbeTcp, TellsAnOpenPortFromAClosedOne) {
  int port = 0;
  {
    OneShotServer server("x");
    port = server.port();
    EXPECT_TRUE(ProbeTcp("127.0.0.1", port, 1000).ok());
  }
  EXPECT_THAT(ProbeTcp("127.0.0.1", port, 1000).message(), HasSubstr("Connection refused"));
}

TEST(ParseProbeUrl, ReadsHostPortAndTarget) {
  const struct {
    const char* url;
    bool tls;
    const char* host;
    int port;
    const char* target;
  } cases[] = {
      {"http://10.244.1.7:8080/healthz?x=1", false, "10.244.1.7", 8080, "/healthz?x=1"},
      {"https://10.244.1.7", true, "10.244.1.7", 443, "/"},
      {"http://web?x=1", false, "web", 80, "/?x=1"},
      {"http://[fd00::7]:81/", false, "fd00::7", 81, "/"},
      {"http://[fd00::7]/", false, "fd00::7", 80, "/"},
  };
  for (const auto& c : cases) {
    const Result<ProbeUrl> url = ParseProbeUrl(c.url);
    ASSERT_TRUE(url.ok()) << c.url;
    EXPECT_EQ(url->tls, c.tls) << c.url;
    EXPECT_EQ(url->host, c.host) << c.url;
    EXPECT_EQ(url->port, c.port) << c.url;
    EXPECT_EQ(url->target, c.target) << c.url;
  }
  for (const char* url :
       {"", "ftp://a/", "http://", "http://:80/", "http://a:0/", "http://a:x/", "http://a/b c", "http://a:70000/"}) {
    EXPECT_TRUE(ParseProbeUrl(url).status().IsInvalid()) << url;
  }
}

}  // namespace
}  // namespace croft::network
