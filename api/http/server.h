#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/base/result.h"
#include "api/http/message.h"
#include "api/http/tls.h"

namespace croft::http {

// Where a server listens.
struct Listener {
  std::string address;  // "0.0.0.0:6443", "[::]:0", "unix:/run/croft.sock"
  int fd = -1;          // a listening socket to adopt instead; the server closes it
  bool plain = false;   // HTTP without TLS here, as unix sockets always are
};

struct ServerTls {
  TlsIdentity identity;       // the chain that is shown, and its key
  std::string client_ca_pem;  // who vouches for client certificates; empty: none are asked for
};

struct ServerSettings {
  std::vector<Listener> listeners;
  std::optional<ServerTls> tls;  // none: plain HTTP everywhere
  int io_threads = 2;
  int workers = 8;  // threads that the handler runs on
  // Of which requests the handler neither waits nor takes long: it is run by the I/O thread that read them, which saves
  // waking another. None unless set.
  std::function<bool(const Request&)> quick;

  size_t max_header_bytes = 64 * 1024;  // a field counts 32 more than its text
  size_t max_body_bytes = 3 * 1024 * 1024;
  // What requests of all connections hold together until they are answered; beyond, those that still come are refused.
  size_t max_request_bytes = 256 * 1024 * 1024;
  // What one HTTP/2 connection may leave unread of its replies; beyond, it is answered nothing more.
  size_t max_unsent_bytes = 64 * 1024 * 1024;
  size_t max_connections = 4096;  // at a time; and no more than half of the descriptors that the process may have
  uint32_t max_streams = 250;     // requests of one HTTP/2 connection at a time
  Duration handshake_limit = std::chrono::seconds(10);
  Duration header_limit = std::chrono::seconds(10);  // from a request's first byte
  Duration body_limit = std::chrono::seconds(60);
  Duration write_limit = std::chrono::seconds(60);  // for 64 KB of a reply, or all of it
  Duration idle_limit = std::chrono::minutes(5);    // without a request
  // The same for a client that has shown no certificate and was answered nothing but 401 and 403 yet.
  Duration stranger_limit = std::chrono::seconds(30);
};

// An HTTP server: a few I/O threads for all connections, and worker threads on which the handler runs. Clients that
// offer it in the TLS handshake are served HTTP/2, all others HTTP/1.1; the handler need not know. Of an HTTP/1.1
// connection one request is handled at a time, and pipelined ones wait their turn. What is malformed, too large or too
// slow is answered here, with a Status as body, and never reaches the handler.
//
//   Server server(settings, [](Request request, ResponderPtr responder) { responder->Send({200, {}, "ok"}); });
//   if (Status status = server.Start(); !status.ok()) return status;
//
// Started once, stopped once (the destructor stops with no patience). Start, Stop and the setters may be called from
// any thread but the handler's.
class Server {
 public:
  Server(ServerSettings settings, Handler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Listens, then serves. A failure names the address and what to do; nothing listens then.
  Status Start();

  // Refuses new connections, ends streams, lets requests that were begun finish for at most `patience`, then cuts them
  // off. Returns when no handler runs any more; a Responder or Stream that someone still holds does nothing from then.
  void Stop(Duration patience);

  // The addresses that are listened on, in the order of the settings, with the ports that the kernel chose.
  std::vector<std::string> addresses() const;

  // For connections from now on; open ones go on with what they have. Refused (and nothing changed) when the key does
  // not belong to the certificate.
  Status SetTls(const ServerTls& tls);

  size_t connection_count() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace croft::http
