#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "api/http/message.h"

namespace croft::http {

enum class ParseError { kNone, kMalformed, kHeaderTooLarge, kBodyTooLarge };

// One HTTP/1 request, fed as its bytes arrive. Not thread-safe. Internal to api/http.
class RequestParser {
 public:
  RequestParser(size_t max_header, size_t max_body);
  ~RequestParser();

  // Returns how many bytes it took; the others must be offered again, with what follows them.
  size_t Feed(std::string_view bytes);

  ParseError error() const;
  bool header_done() const;
  bool done() const;
  // After header_done():
  bool keep_alive() const;
  bool http_1_1() const;
  bool expects_continue() const;
  // What the request takes in memory so far, about.
  size_t size() const;
  // After done(): moves the request out (its peer is not set).
  Request Take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// One HTTP/1 response. The body is handed on in pieces. Not thread-safe. Internal to api/http.
class ResponseParser {
 public:
  using BodySink = std::function<void(std::string_view)>;

  // `no_body`: the response answers a HEAD request.
  ResponseParser(size_t max_header, bool no_body, BodySink sink);
  ~ResponseParser();

  size_t Feed(std::string_view bytes);
  // The connection ended. True when that was a proper end of this response.
  bool FeedEof();

  ParseError error() const;
  bool header_done() const;
  bool done() const;
  bool keep_alive() const;
  // After header_done(): status and headers, no body.
  Response& head();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace croft::http
