#include "api/http/http1_session.h"

#include <utility>

#include "api/base/log.h"

namespace croft::http {
namespace {

// How far ahead of the request in hand its pipelined successors are read.
constexpr size_t kMaxReadAhead = 64 * 1024;
// How long, and how much, a client may go on sending after a refusal, so that it gets to read it.
constexpr Duration kLingerLimit = std::chrono::seconds(2);
constexpr size_t kLingerBytes = 16 * 1024 * 1024;

SteadyTime After(Duration duration) {
  return std::chrono::steady_clock::now() + std::chrono::duration_cast<SteadyTime::duration>(duration);
}

Status Overloaded() {
  return Status::Unavailable("the server holds as many requests as it can, please try again later");
}

}  // namespace

Http1Session::Http1Session(Link& link)
    : link_(link),
      deadline_(After(IdleLimit(link.settings(), link.peer().verified))),
      held_(link.budget()),
      known_(link.peer().verified) {}

std::unique_ptr<Session> MakeHttp1Session(Link& link) {
  return std::make_unique<Http1Session>(link);
}

bool Http1Session::WantsToRead() const {
  if (phase_ == Phase::kReading || phase_ == Phase::kLingering) return true;
  return (phase_ == Phase::kHandling || phase_ == Phase::kStreaming) && in_.size() < kMaxReadAhead;
}

void Http1Session::Take(std::string_view bytes) {
  if (phase_ == Phase::kLingering) {
    lingered_ += bytes.size();
    if (lingered_ > kLingerBytes) link_.Close();
    return;
  }
  in_.append(bytes);
  if (phase_ == Phase::kReading) Parse();
  if (phase_ == Phase::kStreaming) Receive();
  Hold();
}

// Counts what is held for the client.
void Http1Session::Hold() {
  if (held_.Resize(in_.size() + (parser_ ? parser_->size() : 0))) return;
  if (phase_ == Phase::kReading) return Refuse(503, Overloaded());
  log::Info("a client that sent ahead of its replies was cut off", {{"peer", link_.peer().address}});
  link_.Close();
}

void Http1Session::Parse() {
  if (in_.empty()) return;
  const ServerSettings& limits = link_.settings();
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
      link_.out().Append(std::string("HTTP/1.1 100 Continue\r\n\r\n"));
      link_.Flush();
    }
  }
}

void Http1Session::Dispatch() {
  Share held = std::move(held_);
  if (!held.Resize(parser_->size())) return Refuse(503, Overloaded());
  if (!parser_->keep_alive()) close_after_ = true;
  http_1_1_ = parser_->http_1_1();
  Request request = parser_->Take();
  parser_.reset();
  request.protocol = http_1_1_ ? kHttp11 : kHttp10;
  head_only_ = request.method == "HEAD";
  ++request_;
  replied_ = false;
  phase_ = Phase::kHandling;
  deadline_ = SteadyTime::max();
  link_.Dispatch(std::move(request), request_, std::move(held));
}

// What came so far can't be understood or is too much; nothing after it can be either.
void Http1Session::Refuse(int code, const Status& why) {
  parser_.reset();
  in_ = {};
  held_.Resize(0);
  close_after_ = true;
  head_only_ = false;
  http_1_1_ = true;
  replied_ = true;
  ++request_;
  phase_ = Phase::kHandling;
  deadline_ = SteadyTime::max();
  Response response = StatusResponse(code, why);
  if (code == 503) response.headers.Add("Retry-After", "1");
  Queue(std::move(response), false);
  link_.Flush();
}

void Http1Session::OnPeerGone(bool in_order) {
  // A client may end its side and still wait for the reply; one that watches would not, and is taken to have left.
  const bool half_closed = in_order && phase_ == Phase::kHandling;
  if (!half_closed) return link_.Close();
  peer_ended_ = true;
  close_after_ = true;
}

void Http1Session::OnFlushed() {
  if (phase_ != Phase::kHandling || !replied_) return;
  if (close_after_) return Linger();
  NextRequest();
}

void Http1Session::NextRequest() {
  phase_ = Phase::kReading;
  deadline_ = After(IdleLimit(link_.settings(), known_));
  if (in_.empty()) return link_.ReadSoon();
  link_.Post([this] {
    if (phase_ != Phase::kReading) return;
    Parse();
    Hold();
    link_.ReadSoon();
  });
}

void Http1Session::Linger() {
  link_.CloseWrite();
  if (finishing_) return link_.Close();
  phase_ = Phase::kLingering;
  deadline_ = After(kLingerLimit);
  in_ = {};
  held_.Resize(0);
  link_.ReadSoon();
}

void Http1Session::OnClosed() {
  phase_ = Phase::kClosed;
  if (on_stream_closed_) link_.Call(std::exchange(on_stream_closed_, nullptr));
  on_received_ = nullptr;
  parser_.reset();
  in_ = {};
  held_.Resize(0);
}

void Http1Session::CheckTime(SteadyTime now) {
  if (now < deadline_) return;
  if (phase_ == Phase::kReading && parser_ && link_.out().empty()) {
    return Refuse(408, {Reason::kTimeout, "the request did not arrive in time"});
  }
  if (phase_ == Phase::kReading && !parser_) link_.CloseWrite();
  link_.Close();
}

void Http1Session::Finish() {
  finishing_ = true;
  close_after_ = true;
  switch (phase_) {
    case Phase::kReading:
      if (parser_) return;  // a request that was begun is still answered
      link_.CloseWrite();
      return link_.Close();
    case Phase::kLingering:
      return link_.Close();
    case Phase::kStreaming:
      EndStream(true);
      return link_.Flush();
    case Phase::kHandling:
    case Phase::kClosed:
      return;
  }
}

}  // namespace croft::http
