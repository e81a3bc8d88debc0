#include "api/http/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>
// <utility> must come before Asio 1.74.
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <charconv>

#include "api/base/log.h"
#include "api/http/output.h"
#include "api/http/parser.h"
#include "api/http/socket.h"

namespace croft::http {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;
using State = Transport::State;

// How far ahead of the request in hand its pipelined successors are read.
constexpr size_t kMaxReadAhead = 64 * 1024;
// What one connection may read before others have their turn.
constexpr size_t kReadTurn = 256 * 1024;
// How long, and how much, a client may go on sending after a refusal, so that it gets to read it.
constexpr Duration kLingerLimit = std::chrono::seconds(2);
constexpr size_t kLingerBytes = 16 * 1024 * 1024;

SteadyTime After(Duration duration) {
  return std::chrono::steady_clock::now() + std::chrono::duration_cast<SteadyTime::duration>(duration);
}

std::string ChunkHead(size_t size) {
  char buffer[20];
  char* end = std::to_chars(buffer, buffer + 16, size, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  return {buffer, end};
}

}  // namespace

class HttpConnection final : public Connection, public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(std::shared_ptr<ConnectionHost> host, std::unique_ptr<Transport> transport)
      : host_(std::move(host)), transport_(std::move(transport)), descriptor_(*host_->io, transport_->fd()) {
    peer_.address = RemoteAddress(transport_->fd());
  }
  ~HttpConnection() override {
    if (descriptor_.is_open()) descriptor_.release();
  }

  void Begin() {
    std::lock_guard lock(mutex_);
    deadline_ = After(host_->settings.handshake_limit);
    Handshake();
  }

  void CheckTime(SteadyTime now) override;
  void Finish() override;
  void Abort() override {
    std::lock_guard lock(mutex_);
    Close();
  }

  // For Responder and Stream. `request` is the number of the request they answer: late calls for an earlier one do
  // nothing.
  bool Reply(uint64_t request, Response response);
  bool BeginStream(uint64_t request, int status, Headers headers, size_t max_queued);
  bool WriteStream(uint64_t request, SharedBytes bytes);
  void CloseStream(uint64_t request);
  void OnStreamClosed(uint64_t request, std::function<void()> callback);

 private:
  enum class Phase {
    kHandshake,
    kReading,    // a request, or waiting for one
    kHandling,   // the handler has it, or its reply is being written
    kStreaming,  // the reply is an open stream
    kLingering,  // all is said; reading away what the client still sends
    kClosed,
  };

  // All below: mutex_ held.
  void Handshake();
  void Wait(bool readable);
  void OnReady(bool readable);
  void Read();
  bool WantsToRead() const;
  void Take(std::string_view bytes);
  void Parse();
  void Dispatch();
  void Refuse(int code, const Status& why);
  void Queue(Response response, bool keep_alive);
  void OnPeerGone(State how);
  void Flush();
  void OnFlushed();
  void NextRequest();
  void Linger();
  void Close();
  void EndStream(bool tell);
  template <class F>
  void Post(F function) {
    asio::post(*host_->io, [self = shared_from_this(), function = std::move(function)] {
      std::lock_guard lock(self->mutex_);
      function(*self);
    });
  }

  const std::shared_ptr<ConnectionHost> host_;

  std::mutex mutex_;  // guards all below
  std::unique_ptr<Transport> transport_;
  Descriptor descriptor_;  // waits for the transport's descriptor, without owning it
  bool read_armed_ = false;
  bool write_armed_ = false;
  bool read_wants_write_ = false;  // TLS must write before it can read on
  bool flush_posted_ = false;

  Phase phase_ = Phase::kHandshake;
  Peer peer_;
  SteadyTime deadline_ = SteadyTime::max();        // of the phase
  SteadyTime write_deadline_ = SteadyTime::max();  // for some progress
  std::string in_;                                 // read, not yet parsed
  size_t lingered_ = 0;
  std::unique_ptr<RequestParser> parser_;  // of the request that is being read
  bool header_seen_ = false;
  Output out_;

  // The request in hand.
  uint64_t request_ = 0;
  bool replied_ = false;  // the reply is complete, though perhaps not sent
  bool close_after_ = false;
  bool peer_ended_ = false;  // the client sends nothing more
  bool finishing_ = false;   // the server stops
  bool head_only_ = false;
  bool http_1_1_ = true;
  size_t stream_limit_ = 0;
  std::function<void()> on_stream_closed_;
};

namespace {

class ConnectionStream final : public Stream {
 public:
  ConnectionStream(std::shared_ptr<HttpConnection> connection, uint64_t request)
      : connection_(std::move(connection)), request_(request) {}
  ~ConnectionStream() override { connection_->CloseStream(request_); }
  bool Write(SharedBytes bytes) override { return connection_->WriteStream(request_, std::move(bytes)); }
  void Close() override { connection_->CloseStream(request_); }
  void OnClosed(std::function<void()> callback) override { connection_->OnStreamClosed(request_, std::move(callback)); }

 private:
  const std::shared_ptr<HttpConnection> connection_;
  const uint64_t request_;
};

class ConnectionResponder final : public Responder {
 public:
  ConnectionResponder(std::shared_ptr<HttpConnection> connection, uint64_t request)
      : connection_(std::move(connection)), request_(request) {}
  ~ConnectionResponder() override {
    if (!used_) connection_->Reply(request_, StatusResponse(500, Status::Internal("the request was not answered")));
  }
  void Send(Response response) override {
    used_ = true;
    connection_->Reply(request_, std::move(response));
  }
  std::shared_ptr<Stream> StartStream(int status, Headers headers, size_t max_queued) override {
    used_ = true;
    connection_->BeginStream(request_, status, std::move(headers), max_queued);
    return std::make_shared<ConnectionStream>(connection_, request_);
  }

 private:
  const std::shared_ptr<HttpConnection> connection_;
  const uint64_t request_;
  std::atomic<bool> used_{false};
};

}  // namespace

void Connection::Start(const std::shared_ptr<ConnectionHost>& host, std::unique_ptr<Transport> transport) {
  auto connection = std::make_shared<HttpConnection>(host, std::move(transport));
  host->connections.Add(connection);
  connection->Begin();
}

void HttpConnection::Handshake() {
  const Transport::Outcome outcome = transport_->Handshake();
  switch (outcome.state) {
    case State::kWantRead:
      return Wait(true);
    case State::kWantWrite:
      return Wait(false);
    case State::kDone:
      transport_->Identify(&peer_);
      phase_ = Phase::kReading;
      deadline_ = After(host_->settings.idle_limit);
      return Read();
    case State::kEnd:
    case State::kError:
      break;
  }
  if (transport_->error() == "http request") {
    static constexpr std::string_view kHint =
        "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain\r\n\r\nThis port speaks HTTPS; the request was HTTP.\n";
    send(transport_->fd(), kHint.data(), kHint.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  log::Debug("TLS handshake failed", {{"peer", peer_.address}, {"error", transport_->error()}});
  Close();
}

void HttpConnection::Wait(bool readable) {
  bool& armed = readable ? read_armed_ : write_armed_;
  if (armed) return;
  armed = true;
  descriptor_.async_wait(readable ? Descriptor::wait_read : Descriptor::wait_write,
                         [self = shared_from_this(), readable](const boost::system::error_code&) {
                           std::lock_guard lock(self->mutex_);
                           (readable ? self->read_armed_ : self->write_armed_) = false;
                           self->OnReady(readable);
                         });
}

void HttpConnection::OnReady(bool readable) {
  if (phase_ == Phase::kClosed) return;
  if (phase_ == Phase::kHandshake) return Handshake();
  if (readable || std::exchange(read_wants_write_, false)) Read();
  // After a read too: what TLS could not write may have waited for it.
  if (phase_ != Phase::kClosed && !out_.empty() && !(readable && write_armed_)) Flush();
}

bool HttpConnection::WantsToRead() const {
  if (phase_ == Phase::kReading || phase_ == Phase::kLingering) return true;
  return (phase_ == Phase::kHandling || phase_ == Phase::kStreaming) && in_.size() < kMaxReadAhead;
}

void HttpConnection::Read() {
  thread_local std::array<char, 16 * 1024> buffer;
  size_t taken = 0;
  while (WantsToRead()) {
    if (taken > kReadTurn) return Post([](HttpConnection& self) { self.Read(); });
    const Transport::Outcome outcome = transport_->Read(buffer.data(), buffer.size());
    switch (outcome.state) {
      case State::kDone:
        taken += outcome.bytes;
        Take({buffer.data(), outcome.bytes});
        if (phase_ == Phase::kClosed) return;
        // The socket is almost surely empty now: ask the kernel to tell instead of asking in vain.
        if (outcome.bytes < buffer.size() && !transport_->Pending() && WantsToRead()) return Wait(true);
        break;
      case State::kWantRead:
        return Wait(true);
      case State::kWantWrite:
        read_wants_write_ = true;
        return Wait(false);
      case State::kEnd:
      case State::kError:
        return OnPeerGone(outcome.state);
    }
  }
}

void HttpConnection::Take(std::string_view bytes) {
  if (phase_ == Phase::kLingering) {
    lingered_ += bytes.size();
    if (lingered_ > kLingerBytes) Close();
    return;
  }
  in_.append(bytes);
  if (phase_ == Phase::kReading) Parse();
}

void HttpConnection::Parse() {
  if (in_.empty()) return;
  const ServerSettings& limits = host_->settings;
  if (!parser_) {
    parser_ = std::make_unique<RequestParser>(limits.max_header_bytes, limits.max_body_bytes);
    header_seen_ = false;
    deadline_ = After(limits.header_limit);
  }
  in_.erase(0, parser_->Feed(in_));
  if (in_.empty() && in_.capacity() > 4096) in_ = {};
  switch (parser_->error()) {
    case ParseError::kNone:
      break;
    case ParseError::kMalformed:
      return Refuse(400, Status::BadRequest("the request is not well-formed HTTP"));
    case ParseError::kHeaderTooLarge:
      return Refuse(431, Status::BadRequest("the request's header is larger than " +
                                            std::to_string(limits.max_header_bytes) + " bytes"));
    case ParseError::kBodyTooLarge:
      return Refuse(413, {Reason::kRequestEntityTooLarge,
                          "Request entity too large: limit is " + std::to_string(limits.max_body_bytes)});
  }
  if (parser_->done()) return Dispatch();
  if (parser_->header_done() && !header_seen_) {
    header_seen_ = true;
    deadline_ = After(limits.body_limit);
    if (parser_->http_1_1() && parser_->expects_continue()) {
      out_.Append(std::string("HTTP/1.1 100 Continue\r\n\r\n"));
      Flush();
    }
  }
}

void HttpConnection::Dispatch() {
  if (!parser_->keep_alive()) close_after_ = true;
  http_1_1_ = parser_->http_1_1();
  Request request = parser_->Take();
  parser_.reset();
  request.peer = peer_;
  head_only_ = request.method == "HEAD";
  ++request_;
  replied_ = false;
  phase_ = Phase::kHandling;
  deadline_ = SteadyTime::max();
  auto responder = std::make_shared<ConnectionResponder>(shared_from_this(), request_);
  host_->workers->Post([host = host_, request = std::move(request), responder = std::move(responder)]() mutable {
    try {
      host->handler(std::move(request), std::move(responder));
    } catch (const std::exception& error) {
      log::Error("a request's handler failed", {{"error", error.what()}});
    }
  });
}

// What came so far can't be understood or is too much; nothing after it can be either.
void HttpConnection::Refuse(int code, const Status& why) {
  parser_.reset();
  in_ = {};
  close_after_ = true;
  head_only_ = false;
  http_1_1_ = true;
  replied_ = true;
  ++request_;
  phase_ = Phase::kHandling;
  deadline_ = SteadyTime::max();
  Queue(StatusResponse(code, why), false);
  Flush();
}

void HttpConnection::Queue(Response response, bool keep_alive) {
  size_t length = response.body.size();
  if (!response.pieces.empty()) {
    length = 0;
    for (const SharedBytes& piece : response.pieces) length += piece ? piece->size() : 0;
  }
  out_.Append(EncodeHead(response, length, http_1_1_, keep_alive));
  if (head_only_ || response.status == 204 || response.status == 304) return;
  if (response.pieces.empty()) out_.Append(std::move(response.body));
  for (SharedBytes& piece : response.pieces) out_.Append(std::move(piece));
}

bool HttpConnection::Reply(uint64_t request, Response response) {
  std::lock_guard lock(mutex_);
  if (phase_ != Phase::kHandling || request != request_ || replied_) return false;
  replied_ = true;
  Queue(std::move(response), !close_after_);
  Flush();
  return true;
}

bool HttpConnection::BeginStream(uint64_t request, int status, Headers headers, size_t max_queued) {
  std::lock_guard lock(mutex_);
  if (phase_ != Phase::kHandling || request != request_ || replied_) return false;
  if (peer_ended_ || finishing_) {
    Close();
    return false;
  }
  // Without chunks only the connection's end tells where the body ends.
  if (!http_1_1_) close_after_ = true;
  Response head;
  head.status = status;
  head.headers = std::move(headers);
  out_.Append(EncodeHead(head, std::nullopt, http_1_1_, !close_after_));
  phase_ = Phase::kStreaming;
  stream_limit_ = max_queued;
  if (head_only_) EndStream(false);
  Flush();
  return true;
}

bool HttpConnection::WriteStream(uint64_t request, SharedBytes bytes) {
  std::lock_guard lock(mutex_);
  if (phase_ != Phase::kStreaming || request != request_) return false;
  if (!bytes || bytes->empty()) return true;  // an empty chunk would end the body
  if (out_.size() > stream_limit_) {
    log::Info("a slow reader was cut off", {{"peer", peer_.address}, {"queued", out_.size()}});
    Close();
    return false;
  }
  if (http_1_1_) out_.Append(ChunkHead(bytes->size()));
  out_.Append(std::move(bytes));
  if (http_1_1_) out_.Append(std::string("\r\n"));
  // Sent by an I/O thread: the writer, who may have a thousand streams to feed, is not held up by any one's socket.
  if (!flush_posted_ && !write_armed_) {
    flush_posted_ = true;
    Post([](HttpConnection& self) {
      self.flush_posted_ = false;
      if (self.phase_ != Phase::kClosed && !self.write_armed_) self.Flush();
    });
  }
  return true;
}

void HttpConnection::CloseStream(uint64_t request) {
  std::function<void()> dropped;  // released outside the lock, for what it holds may end in here
  std::lock_guard lock(mutex_);
  if (phase_ != Phase::kStreaming || request != request_) return;
  dropped.swap(on_stream_closed_);
  EndStream(false);
  if (!write_armed_) Post([](HttpConnection& self) { self.Flush(); });
}

void HttpConnection::OnStreamClosed(uint64_t request, std::function<void()> callback) {
  {
    std::lock_guard lock(mutex_);
    if (phase_ == Phase::kStreaming && request == request_) {
      on_stream_closed_ = std::move(callback);
      return;
    }
  }
  callback();
}

// Completes the stream's body; `tell`: it was not its owner who ended it.
void HttpConnection::EndStream(bool tell) {
  if (http_1_1_ && !head_only_) out_.Append(std::string("0\r\n\r\n"));
  phase_ = Phase::kHandling;
  replied_ = true;
  if (tell && on_stream_closed_) asio::post(*host_->io, std::exchange(on_stream_closed_, nullptr));
}

void HttpConnection::OnPeerGone(State how) {
  // A client may end its side and still wait for the reply; one that watches would not, and is taken to have left.
  const bool half_closed = how == State::kEnd && phase_ == Phase::kHandling;
  if (!half_closed) return Close();
  peer_ended_ = true;
  close_after_ = true;
}

void HttpConnection::Flush() {
  if (phase_ == Phase::kClosed) return;
  const Transport::Outcome outcome = out_.Flush(*transport_);
  switch (outcome.state) {
    case State::kDone:
      write_deadline_ = SteadyTime::max();
      return OnFlushed();
    case State::kWantRead:
    case State::kWantWrite:
      if (outcome.bytes > 0 || write_deadline_ == SteadyTime::max()) {
        write_deadline_ = After(host_->settings.write_limit);
      }
      return Wait(outcome.state == State::kWantRead);
    case State::kEnd:
    case State::kError:
      return Close();
  }
}

void HttpConnection::OnFlushed() {
  if (phase_ != Phase::kHandling || !replied_) return;
  if (close_after_) return Linger();
  NextRequest();
}

void HttpConnection::NextRequest() {
  phase_ = Phase::kReading;
  deadline_ = After(host_->settings.idle_limit);
  if (in_.empty()) {
    if (!read_armed_) Post([](HttpConnection& self) { self.Read(); });
    return;
  }
  Post([](HttpConnection& self) {
    if (self.phase_ != Phase::kReading) return;
    self.Parse();
    if (!self.read_armed_) self.Read();
  });
}

void HttpConnection::Linger() {
  transport_->CloseWrite();
  if (finishing_) return Close();
  phase_ = Phase::kLingering;
  deadline_ = After(kLingerLimit);
  in_ = {};
  if (!read_armed_) Post([](HttpConnection& self) { self.Read(); });
}

void HttpConnection::Close() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  if (on_stream_closed_) asio::post(*host_->io, std::exchange(on_stream_closed_, nullptr));
  descriptor_.release();
  transport_.reset();
  parser_.reset();
  in_ = {};
  out_ = {};
  host_->connections.Remove(this);
}

void HttpConnection::CheckTime(SteadyTime now) {
  std::lock_guard lock(mutex_);
  if (phase_ == Phase::kClosed || now < std::min(deadline_, write_deadline_)) return;
  if (phase_ == Phase::kReading && parser_ && out_.empty()) {
    return Refuse(408, {Reason::kTimeout, "the request did not arrive in time"});
  }
  if (phase_ == Phase::kReading && !parser_) transport_->CloseWrite();
  Close();
}

void HttpConnection::Finish() {
  std::lock_guard lock(mutex_);
  finishing_ = true;
  close_after_ = true;
  switch (phase_) {
    case Phase::kReading:
      if (parser_) return;  // a request that was begun is still answered
      transport_->CloseWrite();
      return Close();
    case Phase::kHandshake:
    case Phase::kLingering:
      return Close();
    case Phase::kStreaming:
      EndStream(true);
      return Flush();
    case Phase::kHandling:
    case Phase::kClosed:
      return;
  }
}

void ConnectionSet::Add(std::shared_ptr<Connection> connection) {
  std::lock_guard lock(mutex_);
  Connection* key = connection.get();
  open_.emplace(key, std::move(connection));
}

void ConnectionSet::Remove(Connection* connection) {
  std::lock_guard lock(mutex_);
  open_.erase(connection);
  if (open_.empty()) emptied_.notify_all();
}

std::vector<std::shared_ptr<Connection>> ConnectionSet::All() const {
  std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(open_.size());
  for (const auto& [key, connection] : open_) all.push_back(connection);
  return all;
}

size_t ConnectionSet::size() const {
  std::lock_guard lock(mutex_);
  return open_.size();
}

bool ConnectionSet::WaitUntilEmpty(SteadyTime deadline) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_until(lock, deadline, [this] { return open_.empty(); });
}

}  // namespace croft::http
