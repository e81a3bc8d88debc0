#include "api/http/parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <limits>
#include <string>

#include "api/http/budget.h"

namespace croft::http {
namespace {

namespace beast = boost::beast::http;
using boost::beast::string_view;
using ErrorCode = boost::beast::error_code;

std::string_view View(string_view text) {
  return {text.data(), text.size()};
}

std::string Text(string_view text) {
  return {text.data(), text.size()};
}

ParseError ErrorFrom(ErrorCode ec) {
  if (!ec || ec == beast::error::need_more) return ParseError::kNone;
  if (ec == beast::error::header_limit) return ParseError::kHeaderTooLarge;
  if (ec == beast::error::body_limit) return ParseError::kBodyTooLarge;
  return ParseError::kMalformed;
}

// Beast's parser calls back with each part of a message; this gathers what requests and responses have in common.
template <bool is_request>
class Parser : public beast::basic_parser<is_request> {
 public:
  explicit Parser(size_t max_header) : max_header_(max_header) {
    this->header_limit(static_cast<uint32_t>(max_header));
    this->eager(true);
  }

  size_t Feed(std::string_view bytes) {
    if (this->is_done() || error_ != ParseError::kNone) return 0;
    // Once it has seen the size of the last chunk, Beast asserts that there are as many bytes as that has at least.
    static constexpr size_t kLastChunk = std::string_view("0\r\n\r\n").size();
    if (in_chunk_head_ && bytes.size() < kLastChunk) return 0;
    ErrorCode ec;
    const bool in_header = !this->is_header_done();
    const size_t taken = this->put({bytes.data(), bytes.size()}, ec);
    error_ = ErrorFrom(ec);
    if (error_ != ParseError::kNone || this->is_done()) return taken;
    // Beast limits each part of a header that comes in parts; together they must keep to the limit too. A chunk's size
    // line, which it does not limit, is held to the same.
    if (in_header && !this->is_header_done()) header_bytes_ += taken;
    if (header_bytes_ + (bytes.size() - taken) > max_header_) {
      error_ = this->is_header_done() ? ParseError::kMalformed : ParseError::kHeaderTooLarge;
    }
    if (this->is_header_done()) header_bytes_ = 0;
    in_chunk_head_ = this->is_header_done() && taken < bytes.size();
    return taken;
  }

  ParseError error() const { return error_; }
  // Of the header's fields.
  size_t size() const { return text_ + fields_ * kFieldCost; }

 protected:
  // Takes a header field; trailers, which come after the body, are not for us.
  void on_field_impl(beast::field, string_view name, string_view value, ErrorCode& ec) override {
    if (this->is_header_done()) return;
    text_ += name.size() + value.size();
    // Fields without text cost as well: counted as HTTP/2 has it.
    if (text_ + ++fields_ * 32 > max_header_) {
      ec = beast::error::header_limit;
      return;
    }
    headers().Add(Text(name), Text(value));
  }
  void on_chunk_header_impl(uint64_t, string_view, ErrorCode&) override {}
  void on_finish_impl(ErrorCode&) override {}
  virtual Headers& headers() = 0;

 private:
  const size_t max_header_;
  size_t header_bytes_ = 0;
  size_t text_ = 0;
  size_t fields_ = 0;
  bool in_chunk_head_ = false;
  ParseError error_ = ParseError::kNone;
};

}  // namespace

struct RequestParser::Impl final : Parser<true> {
  Impl(size_t max_header, size_t max_body) : Parser(max_header) { body_limit(max_body); }

  void on_request_impl(beast::verb, string_view method, string_view target, int version, ErrorCode& ec) override {
    http_1_1 = version == 11;
    request.method = Text(method);
    request.target = Text(target);
    if (request.target[0] != '/' && request.target != "*") ec = beast::error::bad_target;
  }
  void on_response_impl(int, string_view, int, ErrorCode&) override {}
  void on_header_impl(ErrorCode& ec) override {
    // A coding that we don't know leaves open where the body ends, and what follows would be read as a request.
    if (request.headers.Has("Transfer-Encoding") && !chunked()) ec = beast::error::bad_transfer_encoding;
    if (http_1_1 && !request.headers.Has("Host")) ec = beast::error::bad_field;
  }
  void on_body_init_impl(const boost::optional<uint64_t>& length, ErrorCode&) override {
    if (length) request.body.reserve(*length);
  }
  size_t on_body_impl(string_view bytes, ErrorCode&) override {
    request.body.append(View(bytes));
    return bytes.size();
  }
  size_t on_chunk_body_impl(uint64_t, string_view bytes, ErrorCode&) override {
    request.body.append(View(bytes));
    return bytes.size();
  }
  Headers& headers() override { return request.headers; }

  Request request;
  bool http_1_1 = false;
};

RequestParser::RequestParser(size_t max_header, size_t max_body)
    : impl_(std::make_unique<Impl>(max_header, max_body)) {}
RequestParser::~RequestParser() = default;

size_t RequestParser::Feed(std::string_view bytes) {
  return impl_->Feed(bytes);
}

ParseError RequestParser::error() const {
  return impl_->error();
}

bool RequestParser::header_done() const {
  return impl_->is_header_done();
}

bool RequestParser::done() const {
  return impl_->is_done() && impl_->error() == ParseError::kNone;
}

bool RequestParser::keep_alive() const {
  return impl_->keep_alive();
}

bool RequestParser::http_1_1() const {
  return impl_->http_1_1;
}

bool RequestParser::expects_continue() const {
  return SameIgnoringCase(impl_->request.headers.Get("Expect"), "100-continue");
}

size_t RequestParser::size() const {
  const Request& request = impl_->request;
  return impl_->size() + request.target.size() + request.body.size();
}

Request RequestParser::Take() {
  return std::move(impl_->request);
}

struct ResponseParser::Impl final : Parser<false> {
  Impl(size_t max_header, bool no_body, BodySink to) : Parser(max_header), sink(std::move(to)) {
    // Not boost::none: Beast 1.74 compares every length as greater than that.
    body_limit(std::numeric_limits<uint64_t>::max());
    skip(no_body);
  }

  void on_request_impl(beast::verb, string_view, string_view, int, ErrorCode&) override {}
  void on_response_impl(int status, string_view, int, ErrorCode&) override { response.status = status; }
  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<uint64_t>&, ErrorCode&) override {}
  size_t on_body_impl(string_view bytes, ErrorCode&) override {
    sink(View(bytes));
    return bytes.size();
  }
  size_t on_chunk_body_impl(uint64_t, string_view bytes, ErrorCode&) override {
    sink(View(bytes));
    return bytes.size();
  }
  Headers& headers() override { return response.headers; }

  Response response;
  BodySink sink;
};

ResponseParser::ResponseParser(size_t max_header, bool no_body, BodySink sink)
    : impl_(std::make_unique<Impl>(max_header, no_body, std::move(sink))) {}
ResponseParser::~ResponseParser() = default;

size_t ResponseParser::Feed(std::string_view bytes) {
  return impl_->Feed(bytes);
}

bool ResponseParser::FeedEof() {
  if (impl_->is_done()) return true;
  if (!impl_->got_some() || impl_->error() != ParseError::kNone) return false;
  ErrorCode ec;
  impl_->put_eof(ec);
  return !ec;
}

ParseError ResponseParser::error() const {
  return impl_->error();
}

bool ResponseParser::header_done() const {
  return impl_->is_header_done();
}

bool ResponseParser::done() const {
  return impl_->is_done() && impl_->error() == ParseError::kNone;
}

bool ResponseParser::keep_alive() const {
  return impl_->keep_alive();
}

Response& ResponseParser::head() {
  return impl_->response;
}

}  // namespace croft::http
