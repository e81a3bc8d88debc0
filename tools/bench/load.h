#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/http/transport.h"

namespace croft::bench {

// One client with one kept connection, which asks again as soon as it is answered.
class Caller {
 public:
  enum class Got { kNothing, kAnswer, kFailure };

  virtual ~Caller() = default;
  virtual int fd() const = 0;
  // Sends its n-th request, n from 0. False: it could not.
  virtual bool Ask(int n) = 0;
  // Reads what has come, without waiting.
  virtual Got Take() = 0;
};
using Callers = std::vector<std::unique_ptr<Caller>>;

// Answers a second to all the callers together. One thread drives them, so that most of the machine is the server's.
// Ends the program when one fails.
double RateOf(const Callers& callers, std::chrono::steady_clock::duration slice);

// Over TLS, as far as a caller needs it: connects, and sends and receives without more copies than needed.
class CallerSocket {
 public:
  // `alpn`: as TLS writes it ("\x02h2"), or empty.
  static Result<CallerSocket> Connect(const std::string& address, const std::string& ca_pem,
                                      const http::TlsIdentity& identity, const std::string& alpn);

  int fd() const { return transport_->fd(); }
  // All of it; waits where the kernel's buffer is full.
  bool Write(std::string_view bytes);
  // What is there, to `take`. False when the connection is broken or has ended.
  bool Read(const std::function<bool(std::string_view)>& take);

 private:
  explicit CallerSocket(std::unique_ptr<http::Transport> transport) : transport_(std::move(transport)) {}
  std::unique_ptr<http::Transport> transport_;
};

// Reads from all sockets, on the calling thread, and hands on what comes, until it is told to stop. Ends the program
// when one breaks.
void Follow(std::vector<CallerSocket>& sockets, const std::function<void(size_t who, std::string_view bytes)>& take,
            const std::atomic<bool>& stop);

// Sends HTTP/1.1 requests and is content with the given status.
class HttpCaller final : public Caller {
 public:
  // `request`: the n-th one, whole.
  HttpCaller(CallerSocket socket, std::function<std::string(int n)> request, int status)
      : socket_(std::move(socket)), request_(std::move(request)), status_(status) {}

  int fd() const override { return socket_.fd(); }
  bool Ask(int n) override { return socket_.Write(request_(n)); }
  Got Take() override;

 private:
  CallerSocket socket_;
  const std::function<std::string(int n)> request_;
  const int status_;
  std::string reply_;  // as far as it has come
};

}  // namespace croft::bench
