#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "api/base/executor.h"
#include "api/http/server.h"
#include "api/http/transport.h"

namespace boost::asio {
class io_context;
}

namespace croft::http {

class Connection;

// The open connections of a server. Thread-safe.
class ConnectionSet {
 public:
  void Add(std::shared_ptr<Connection> connection);
  void Remove(Connection* connection);
  std::vector<std::shared_ptr<Connection>> All() const;
  size_t size() const;
  // False when some are still open at `deadline`.
  bool WaitUntilEmpty(SteadyTime deadline);

 private:
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> open_;  // guarded by mutex_
};

// What all connections of one server share. Outlives the server while a Responder or Stream is held.
struct ConnectionHost {
  ServerSettings settings;  // constant
  Handler handler;          // constant until all connections are closed
  std::shared_ptr<boost::asio::io_context> io;
  Executor* workers = nullptr;  // valid while a connection is open
  ConnectionSet connections;
};

// One client's connection: reads a request, has it handled, writes the reply, and so on. Each call of the network and
// of a Responder or Stream does its part under one mutex; whoever has bytes to send tries to send them at once, and the
// I/O threads go on with what the socket did not take. Closed exactly once; after that every call does nothing.
class Connection {
 public:
  // Begins to serve; the connection keeps itself alive in the host's set until it is closed.
  static void Start(const std::shared_ptr<ConnectionHost>& host, std::unique_ptr<Transport> transport);

  virtual ~Connection() = default;
  // Gives up when a time limit has passed.
  virtual void CheckTime(SteadyTime now) = 0;
  // Takes no further request; closes when the present one is answered. Ends a stream.
  virtual void Finish() = 0;
  // Closes now.
  virtual void Abort() = 0;
};

// The bytes of a response up to its body. `length`: the body's, none when it is chunked.
std::string EncodeHead(const Response& response, std::optional<size_t> length, bool http_1_1, bool keep_alive);
// A meta/v1 Status as the body of a failure that the server itself answers. `code` may be one that no Reason has.
Response StatusResponse(int code, const Status& status);

}  // namespace croft::http
