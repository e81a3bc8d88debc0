#include "e2e/https.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

namespace croft::e2e {
namespace {

using Clock = std::chrono::steady_clock;

std::string LastError() {
  char text[256] = "connection closed";
  if (const unsigned long code = ERR_get_error(); code != 0) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return text;
}

void SetLimit(int fd, std::chrono::milliseconds limit) {
  const timeval time{limit.count() / 1000, limit.count() % 1000 * 1000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

}  // namespace

struct HttpsClient::Connection {
  int fd = -1;
  SSL_CTX* context = nullptr;
  SSL* ssl = nullptr;

  ~Connection() {
    SSL_free(ssl);
    SSL_CTX_free(context);
    if (fd >= 0) close(fd);
  }

  std::string Open(const Site& site, std::chrono::milliseconds limit) {
    context = SSL_CTX_new(TLS_client_method());
    BIO* bio = BIO_new_mem_buf(site.ca_pem.data(), static_cast<int>(site.ca_pem.size()));
    for (X509* ca; (ca = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)) != nullptr; X509_free(ca)) {
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca);
    }
    BIO_free(bio);
    ERR_clear_error();
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    SetLimit(fd, limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(site.port));
    inet_pton(AF_INET, site.address.c_str(), &address.sin_addr);
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return "cannot connect";
    ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    SSL_set_tlsext_host_name(ssl, site.host.c_str());
    SSL_set1_host(ssl, site.host.c_str());
    if (SSL_connect(ssl) != 1) {
      const long verified = SSL_get_verify_result(ssl);
      if (verified != X509_V_OK) return std::string("certificate: ") + X509_verify_cert_error_string(verified);
      return "handshake: " + LastError();
    }
    return {};
  }
};

HttpsClient::HttpsClient(Site site) : site_(std::move(site)) {}
HttpsClient::~HttpsClient() = default;
void HttpsClient::Disconnect() {
  connection_.reset();
}

Answer HttpsClient::Get(const std::string& path, std::chrono::milliseconds limit) {
  Answer answer;
  if (connection_ == nullptr) {
    connection_ = std::make_unique<Connection>();
    if (answer.error = connection_->Open(site_, limit); !answer.error.empty()) {
      connection_.reset();
      return answer;
    }
  }
  SSL* ssl = connection_->ssl;
  SetLimit(connection_->fd, limit);
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: " + site_.host + "\r\n\r\n";
  std::string text;
  size_t head = std::string::npos, length = 0;
  bool ok = SSL_write(ssl, request.data(), static_cast<int>(request.size())) > 0;
  while (ok && (head == std::string::npos || text.size() < head + 4 + length)) {
    char buffer[16384];
    const int n = SSL_read(ssl, buffer, sizeof buffer);
    if (n <= 0) {
      ok = false;
      break;
    }
    text.append(buffer, static_cast<size_t>(n));
    if (head != std::string::npos || (head = text.find("\r\n\r\n")) == std::string::npos) continue;
    std::string lower = text.substr(0, head);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return static_cast<char>(tolower(c)); });
    const size_t field = lower.find("\r\ncontent-length:");
    if (field != std::string::npos) length = std::strtoul(lower.c_str() + field + 17, nullptr, 10);
    if (lower.find("\r\nconnection: close") != std::string::npos) answer.error = "close";
  }
  if (!ok) {
    answer.error = "no answer: " + LastError();
    connection_.reset();
    return answer;
  }
  answer.code = std::atoi(text.c_str() + text.find(' ') + 1);
  answer.body = text.substr(head + 4);
  if (answer.error == "close") connection_.reset();
  answer.error.clear();
  return answer;
}

Load::Load(Site site, int threads, std::chrono::milliseconds pause, int per_connection)
    : site_(std::move(site)), last_ok_(Clock::now()) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([=, this] { Run(pause, per_connection); });
}

Load::~Load() {
  Stop();
}

void Load::Stop() {
  stop_ = true;
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Load::Run(std::chrono::milliseconds pause, int per_connection) {
  HttpsClient client(site_);
  const auto end = Clock::now() + std::chrono::minutes(5);
  for (int n = 1; !stop_ && Clock::now() < end; ++n) {
    Note(client.Get("/"));
    if (n % per_connection == 0) client.Disconnect();
    std::this_thread::sleep_for(pause);
  }
}

void Load::Note(const Answer& answer) {
  const auto now = Clock::now();
  const bool good = answer.code == 200;
  (good ? ok_ : failed_)++;
  std::lock_guard lock(mutex_);
  if (good) {
    gap_ = std::max(gap_, std::chrono::duration_cast<std::chrono::milliseconds>(now - last_ok_));
    last_ok_ = now;
    std::istringstream body(answer.body);
    for (std::string line; std::getline(body, line);) ++lines_[line];
  } else if (errors_.size() < 10) {
    errors_.push_back(answer.error.empty() ? std::to_string(answer.code) + " " + answer.body : answer.error);
  }
}

std::chrono::milliseconds Load::longest_gap() const {
  std::lock_guard lock(mutex_);
  return std::max(gap_, std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - last_ok_));
}

std::map<std::string, int> Load::lines() const {
  std::lock_guard lock(mutex_);
  return lines_;
}

std::vector<std::string> Load::errors() const {
  std::lock_guard lock(mutex_);
  return errors_;
}

}  // namespace croft::e2e
