#pragma once

#include <sys/uio.h>

#include <memory>
#include <string>
#include <string_view>

#include "api/http/tls.h"

namespace croft::http {

// A connected socket, plain or TLS, that never blocks: each call does what it can and says what to wait for. Whoever
// drives it waits with poll() or with Asio. Owns the descriptor. Not thread-safe. Internal to api/http.
class Transport {
 public:
  enum class State {
    kDone,       // `bytes` were moved (or the handshake is complete)
    kWantRead,   // nothing moved: call again once the descriptor is readable
    kWantWrite,  // ... writable
    kEnd,        // the peer ended its side in good order
    kError,      // the connection is broken; error() says how
  };
  struct Outcome {
    State state;
    size_t bytes = 0;
  };

  virtual ~Transport() = default;
  virtual Outcome Handshake() = 0;
  virtual Outcome Read(char* to, size_t size) = 0;
  // Writes a part of the pieces, in order. After kWant... the same bytes must be offered first again.
  virtual Outcome Write(const iovec* pieces, int count) = 0;
  // Bytes wait inside that no poll() would tell of.
  virtual bool Pending() const = 0;
  // Tells the peer that nothing more will be written.
  virtual void CloseWrite() = 0;
  virtual void Identify(Peer* peer) const = 0;
  // What the handshake agreed on with ALPN: "h2", "http/1.1"; empty when nothing.
  virtual std::string_view protocol() const = 0;
  virtual int fd() const = 0;
  virtual const std::string& error() const = 0;
};

std::unique_ptr<Transport> MakePlainTransport(int fd);
std::unique_ptr<Transport> MakeTlsServerTransport(int fd, const TlsContext& context);
// `host` is verified against the server's certificate and sent as SNI; an address is verified as such.
std::unique_ptr<Transport> MakeTlsClientTransport(int fd, const TlsContext& context, const std::string& host);

}  // namespace croft::http
