#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace croft::http {

// Equal but for the case of ASCII letters, as names of header fields are.
bool SameIgnoringCase(std::string_view a, std::string_view b);

// Header fields in order; names compare without case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}
  void Add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  // The first value of that name; empty when absent.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// Who is at the other end of a connection.
struct Peer {
  std::string address;      // "10.0.0.7:51312", or "unix"
  bool verified = false;    // presented a client certificate that a trusted CA signed
  std::string common_name;  // of that certificate's subject
  std::vector<std::string> organizations;
};

inline constexpr std::string_view kHttp10 = "HTTP/1.0";
inline constexpr std::string_view kHttp11 = "HTTP/1.1";
inline constexpr std::string_view kHttp2 = "HTTP/2";

struct Request {
  std::string method;  // "GET"
  std::string target;  // path and query as sent: "/api/v1/pods?limit=5"
  Headers headers;
  std::string body;
  Peer peer;
  std::string_view protocol = kHttp11;  // that a server received it by: one of the constants above

  std::string_view path() const;   // "/api/v1/pods", still percent-encoded
  std::string_view query() const;  // "limit=5"
};

// A body of several pieces that others share, so that a LIST copies no object.
using SharedBytes = std::shared_ptr<const std::string>;

// Such a piece, or what follows its first bytes.
struct SharedSlice {
  SharedSlice(SharedBytes all, size_t from = 0) : bytes(std::move(all)), begin(from) {}  // NOLINT: a piece is a slice
  std::string_view view() const { return bytes ? std::string_view(*bytes).substr(begin) : std::string_view(); }

  SharedBytes bytes;  // null: nothing
  size_t begin;       // at most its size
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;  // sent when `pieces` is empty
  std::vector<SharedSlice> pieces;
};

// What follows from bytes that a client sent on an upgraded connection.
struct Received {
  std::string reply;  // sent at once
  bool end = false;   // the connection is closed after that
};

// An open reply body that is pushed to (a watch, a followed log). Thread-safe.
class Stream {
 public:
  virtual ~Stream() = default;
  // Queues bytes; never blocks. False once the peer is gone, the stream was closed, or more than the stream's limit of
  // unsent bytes is queued: then it is cut off, for a slow reader is never waited for.
  virtual bool Write(SharedBytes bytes) = 0;
  // All of them at once, which costs less.
  virtual bool WriteAll(std::span<const SharedBytes> pieces) {
    for (const SharedBytes& piece : pieces) {
      if (!Write(piece)) return false;
    }
    return true;
  }
  // Ends the body properly after what is queued.
  virtual void Close() = 0;
  // Called once, on any thread, when the peer goes away or the stream is cut off; at once if that was before.
  virtual void OnClosed(std::function<void()> callback) = 0;
  // After a reply of 101 alone: is given what the client sends, from the first byte after its request on. Called by one
  // thread at a time with the connection locked: it must not block, and not use the stream.
  virtual void OnReceived(const std::function<Received(std::string_view)>&) {}
};

// The one reply to one request; completed exactly once, from any thread. Dropped without a reply, it answers 500.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void Send(Response response) = 0;
  // Runs `task` on an I/O thread, where it answers and must not wait or throw: for a thread that has others to serve.
  virtual void Later(std::function<void()> task) = 0;
  // Begins a chunked body, or with status 101 a raw connection (HTTP/1.1 only). `max_queued` bounds the unsent bytes.
  virtual std::shared_ptr<Stream> StartStream(int status, Headers headers, size_t max_queued) = 0;
};
using ResponderPtr = std::shared_ptr<Responder>;

// Answers requests. Called on a worker thread; may block, must not throw.
using Handler = std::function<void(Request, ResponderPtr)>;

// Decodes %XX and, in a query, '+'. None when malformed.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space);
std::string PercentEncode(std::string_view text);

// The decoded pairs of "a=1&b=x%20y" in order; a pair with a malformed escape is left out.
std::vector<std::pair<std::string, std::string>> ParseQuery(std::string_view query);

}  // namespace croft::http
