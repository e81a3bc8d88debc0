#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/base/clock.h"
#include "api/base/result.h"
#include "api/http/duplex.h"
#include "api/http/message.h"
#include "api/http/tls.h"

namespace croft::http {

struct ClientSettings {
  std::string address;  // "10.0.0.1:6443", "[::1]:80" or "unix:/run/podman.sock"
  bool tls = false;
  std::string host;      // whom the server's certificate must name; empty: the address' host
  std::string ca_pem;    // whom to trust; empty: the machine's own roots
  TlsIdentity identity;  // shown to the server when it asks
  Headers headers;       // added to every request, such as Authorization
  Duration connect_timeout = std::chrono::seconds(5);
  size_t max_idle_connections = 4;
  size_t max_response_bytes = 256 * 1024 * 1024;  // of one Do; streams have no limit
};

// What a stream tells its owner; called one at a time on the I/O thread that all streams of the process share, so none
// may block for long, nor destroy the stream.
struct StreamCallbacks {
  std::function<void(const Response& head)> on_headers;  // status and headers; whatever the status, a body may follow
  std::function<void(std::string_view bytes)> on_data;
  // The last call. Ok: the body came to its proper end; kServiceUnavailable: no connection, or it was lost.
  std::function<void(const Status& why)> on_end;
};

// An open response body. Its destructor cancels it and waits for a callback that runs; none begins after.
class ResponseStream {
 public:
  virtual ~ResponseStream() = default;
};

// An HTTP/1.1 client of one server. Idle connections are kept and used again. Calls fail with kServiceUnavailable when
// no connection can be had or it breaks, kTimeout when the answer takes too long; an answer of any status code is a
// Response. Host, Content-Length and User-Agent are added to requests. Thread-safe; outlives its streams.
class Client {
 public:
  // kInvalid when CA or identity can't be used.
  static Result<std::unique_ptr<Client>> Create(ClientSettings settings);
  ~Client();

  // A GET or HEAD whose kept connection the server had given up is sent once more on a new one.
  Result<Response> Do(const Request& request, Duration timeout);

  // Hands the body on as it comes, on the calling thread, for as long as it takes; a callback that returns false ends
  // it. Ok when the body came to its proper end or a callback had enough.
  Status Follow(const Request& request, const std::function<bool(const Response& head)>& on_headers,
                const std::function<bool(std::string_view bytes)>& on_data);

  // Connects and sends before it returns (up to twice the connect timeout); everything else, failures too, comes
  // through the callbacks.
  std::unique_ptr<ResponseStream> OpenStream(const Request& request, StreamCallbacks callbacks);

  // For a request with "Connection: Upgrade": the raw stream after "101 Switching Protocols". Another answer is a
  // failure with its code's reason and its body as message.
  struct Upgraded {
    Response head;
    std::unique_ptr<Duplex> stream;
  };
  Result<Upgraded> Upgrade(const Request& request, Duration timeout);

 private:
  struct Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace croft::http
