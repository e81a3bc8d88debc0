#pragma once

#include <memory>

#include "api/base/executor.h"
#include "api/http/budget.h"
#include "api/http/connection_set.h"
#include "api/http/server.h"
#include "api/http/transport.h"

namespace boost::asio {
class io_context;
}

namespace croft::http {

// What all connections of one server share. Outlives the server while a Responder or Stream is held.
struct ConnectionHost {
  ConnectionHost(ServerSettings settings, Handler handler);
  const ServerSettings settings;
  Handler handler;  // constant until all connections are closed
  const std::shared_ptr<boost::asio::io_context> io;
  Executor* workers = nullptr;  // valid while a connection is open
  Budget budget;                // of requests that are not answered yet
  ConnectionSet connections;
};

// Does what the connections of `io` have to do, until nothing is left: the root of an I/O thread.
void RunIo(boost::asio::io_context& io);

// One client's connection: the socket, the TLS handshake, and the session that understands what is said. Each call of
// the network and of a Responder or Stream does its part under one mutex; whoever has bytes to send tries to send them
// at once, and the I/O threads go on with what the socket did not take. Closed exactly once; after that every call does
// nothing.
class Connection {
 public:
  // Begins to serve; the connection keeps itself alive in the host's set until it is closed.
  static void Start(const std::shared_ptr<ConnectionHost>& host, std::unique_ptr<Transport> transport);

  virtual ~Connection() = default;
  // Gives up when a time limit has passed.
  virtual void CheckTime(SteadyTime now) = 0;
  // Takes no further request; closes when those at hand are answered. Ends streams.
  virtual void Finish() = 0;
  // Closes now.
  virtual void Abort() = 0;
};

}  // namespace croft::http
