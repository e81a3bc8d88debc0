#include "api/http/transport.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace croft::http {
namespace {

using State = Transport::State;
using Outcome = Transport::Outcome;

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(int fd) : fd_(fd) {}
  ~PlainTransport() override { close(fd_); }

  Outcome Handshake() override { return {State::kDone}; }

  Outcome Read(char* to, size_t size) override {
    const ssize_t n = recv(fd_, to, size, MSG_DONTWAIT);
    if (n > 0) return {State::kDone, static_cast<size_t>(n)};
    if (n == 0) return {State::kEnd};
    return Failed(State::kWantRead);
  }

  Outcome Write(const iovec* pieces, int count) override {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces);
    message.msg_iovlen = static_cast<size_t>(count);
    const ssize_t n = sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) return {State::kDone, static_cast<size_t>(n)};
    return Failed(State::kWantWrite);
  }

  bool Pending() const override { return false; }
  void CloseWrite() override { shutdown(fd_, SHUT_WR); }
  void Identify(Peer*) const override {}
  std::string_view protocol() const override { return {}; }
  int fd() const override { return fd_; }
  const std::string& error() const override { return error_; }

 private:
  Outcome Failed(State wait_for) {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {wait_for};
    error_ = std::strerror(errno);
    return {State::kError};
  }

  const int fd_;
  std::string error_;
};

// OpenSSL reads on by itself until there is data for us, and answers each change of keys on its way: a peer that sends
// nothing else must not keep a thread busy. So many bytes may come that bring no data; each byte of data makes up for a
// few of them.
constexpr size_t kEmptyBytes = 128 * 1024;
constexpr size_t kEmptyBytesPerByte = 32;

struct TlsSocket {
  int fd;
  size_t allowance = kEmptyBytes;  // bytes that may still be read
};

// OpenSSL's own socket BIO writes with write(), which raises SIGPIPE when the peer is gone; this one does not.
int BioWrite(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const int fd = static_cast<const TlsSocket*>(BIO_get_data(bio))->fd;
  const ssize_t n = send(fd, data, static_cast<size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(n);
}

int BioRead(BIO* bio, char* to, int size) {
  BIO_clear_retry_flags(bio);
  auto& socket = *static_cast<TlsSocket*>(BIO_get_data(bio));
  if (socket.allowance == 0) return -1;
  const ssize_t n = recv(socket.fd, to, std::min(static_cast<size_t>(size), socket.allowance), MSG_DONTWAIT);
  if (n > 0) socket.allowance -= static_cast<size_t>(n);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) BIO_set_retry_read(bio);
  return static_cast<int>(n);
}

long BioControl(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

// `socket` must outlive the BIO.
BIO* NewSocketBio(TlsSocket* socket) {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without signals");
    BIO_meth_set_write(made, BioWrite);
    BIO_meth_set_read(made, BioRead);
    BIO_meth_set_ctrl(made, BioControl);
    return made;
  }();
  BIO* bio = BIO_new(method);
  BIO_set_data(bio, socket);
  BIO_set_init(bio, 1);
  return bio;
}

class TlsTransport final : public Transport {
 public:
  TlsTransport(int fd, const TlsContext& context) : socket_{fd}, context_(context), ssl_(SSL_new(context.get())) {
    BIO* bio = NewSocketBio(&socket_);
    SSL_set_bio(ssl_, bio, bio);
  }
  ~TlsTransport() override {
    SSL_free(ssl_);
    close(socket_.fd);
  }

  void Accept() { SSL_set_accept_state(ssl_); }

  void Connect(const std::string& host) {
    SSL_set_connect_state(ssl_);
    unsigned char address[sizeof(in6_addr)];
    if (inet_pton(AF_INET, host.c_str(), address) == 1 || inet_pton(AF_INET6, host.c_str(), address) == 1) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), host.c_str());
      return;
    }
    SSL_set_tlsext_host_name(ssl_, host.c_str());
    SSL_set1_host(ssl_, host.c_str());
  }

  Outcome Handshake() override {
    ERR_clear_error();
    const int n = SSL_do_handshake(ssl_);
    if (n != 1) return Failed(n);
    socket_.allowance = kEmptyBytes;
    return {State::kDone};
  }

  Outcome Read(char* to, size_t size) override {
    ERR_clear_error();
    const int n = SSL_read(ssl_, to, static_cast<int>(std::min<size_t>(size, 1 << 30)));
    if (n <= 0) return Failed(n);
    const auto bytes = static_cast<size_t>(n);
    socket_.allowance = std::min(kEmptyBytes, socket_.allowance + bytes * kEmptyBytesPerByte);
    return {State::kDone, bytes};
  }

  // Small pieces are put together into one record: a record each would cost more than the copy.
  Outcome Write(const iovec* pieces, int count) override {
    if (count == 0) return {State::kDone};
    ERR_clear_error();
    if (count == 1 || pieces[0].iov_len >= kRecord) return WriteOne(pieces[0].iov_base, pieces[0].iov_len);
    char record[kRecord];
    size_t size = 0;
    for (int i = 0; i < count && size < kRecord; ++i) {
      const size_t part = std::min(pieces[i].iov_len, kRecord - size);
      if (part > 0) std::memcpy(record + size, pieces[i].iov_base, part);
      size += part;
    }
    return WriteOne(record, size);
  }

  bool Pending() const override { return SSL_has_pending(ssl_) == 1; }

  void CloseWrite() override {
    ERR_clear_error();
    if (SSL_is_init_finished(ssl_)) SSL_shutdown(ssl_);
    ERR_clear_error();
    shutdown(socket_.fd, SHUT_WR);
  }

  void Identify(Peer* peer) const override { ReadPeer(ssl_, peer); }
  std::string_view protocol() const override {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_, &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }
  int fd() const override { return socket_.fd; }
  const std::string& error() const override { return error_; }

 private:
  static constexpr size_t kRecord = 16 * 1024;  // TLS' largest

  Outcome WriteOne(const void* data, size_t size) {
    if (size == 0) return {State::kDone};
    const int n = SSL_write(ssl_, data, static_cast<int>(std::min<size_t>(size, 1 << 30)));
    return n > 0 ? Outcome{State::kDone, static_cast<size_t>(n)} : Failed(n);
  }

  Outcome Failed(int result) {
    const int saved_errno = errno;
    switch (SSL_get_error(ssl_, result)) {
      case SSL_ERROR_WANT_READ:
        return {State::kWantRead};
      case SSL_ERROR_WANT_WRITE:
        return {State::kWantWrite};
      case SSL_ERROR_ZERO_RETURN:
        return {State::kEnd};
      case SSL_ERROR_SYSCALL:
        if (socket_.allowance == 0) {
          error_ = "the peer sends much that is no data";
          break;
        }
        error_ = saved_errno != 0 ? std::strerror(saved_errno) : "the peer closed the connection without notice";
        break;
      default:
        error_ = Explain();
        break;
    }
    ERR_clear_error();
    return {State::kError};
  }

  // A refused certificate says why it was refused.
  std::string Explain() {
    const long verdict = SSL_get_verify_result(ssl_);
    std::string why = TlsError();
    if (!SSL_is_server(ssl_) && verdict != X509_V_OK) {
      why.append(": ").append(X509_verify_cert_error_string(verdict));
    }
    return why;
  }

  TlsSocket socket_;
  const TlsContext context_;
  SSL* const ssl_;
  std::string error_;
};

}  // namespace

std::unique_ptr<Transport> MakePlainTransport(int fd) {
  return std::make_unique<PlainTransport>(fd);
}

std::unique_ptr<Transport> MakeTlsServerTransport(int fd, const TlsContext& context) {
  auto transport = std::make_unique<TlsTransport>(fd, context);
  transport->Accept();
  return transport;
}

std::unique_ptr<Transport> MakeTlsClientTransport(int fd, const TlsContext& context, const std::string& host) {
  auto transport = std::make_unique<TlsTransport>(fd, context);
  transport->Connect(host);
  return transport;
}

}  // namespace croft::http
