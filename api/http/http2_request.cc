#include <algorithm>
#include <charconv>
#include <utility>

#include "api/http/http2_session.h"

namespace croft::http {
namespace {

// The window that a stream has by the protocol's own default: bodies up to this need no leave.
constexpr size_t kFirstWindow = 65'535;
// What the larger bodies of one connection may hold together until they are answered; at least two of the largest.
constexpr size_t kBodyBudget = 16 * 1024 * 1024;
// What the headers of requests that one connection has begun may take in memory; at least two of the largest.
constexpr size_t kHeaderBudget = 2 * 1024 * 1024;

SteadyTime After(Duration duration) {
  return std::chrono::steady_clock::now() + std::chrono::duration_cast<SteadyTime::duration>(duration);
}

// nghttp2 has refused what is not a number, or more than one.
std::optional<uint64_t> ContentLength(const Headers& headers) {
  const std::string_view text = headers.Get("Content-Length");
  uint64_t length = 0;
  if (text.empty() || std::from_chars(text.data(), text.data() + text.size(), length).ec != std::errc()) {
    return std::nullopt;
  }
  return length;
}

std::string_view View(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

// nghttp2's callbacks. None may send: they leave what they want in nghttp2's queue, and Take sends it.
struct Http2Session::Callbacks {
  static Http2Session& Self(void* user) { return *static_cast<Http2Session*>(user); }
  static bool IsRequest(const nghttp2_frame* frame) {
    return frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST;
  }

  static int OnBeginFrame(nghttp2_session*, const nghttp2_frame_hd* frame, void* user) {
    switch (frame->type) {
      case NGHTTP2_HEADERS:
      case NGHTTP2_CONTINUATION:
      case NGHTTP2_RST_STREAM:     // has a limit of its own
      case NGHTTP2_WINDOW_UPDATE:  // comes as often as we send
        return 0;
      case NGHTTP2_DATA:
        if (frame->length > 0 || (frame->flags & NGHTTP2_FLAG_END_STREAM) != 0) return 0;
        break;
    }
    Self(user).CountIdleFrame();
    return 0;
  }

  static int OnBeginHeaders(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Session& self = Self(user);
    self.header_deadline_ = After(self.link_.settings().header_limit);
    self.header_stream_ = frame->hd.stream_id;
    if (IsRequest(frame)) self.OnBegin(frame->hd.stream_id);
    return 0;
  }

  // Trailers, which come after the body, are not for us.
  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_size,
                      const uint8_t* value, size_t value_size, uint8_t, void* user) {
    Http2Session& self = Self(user);
    Http2Stream* stream = IsRequest(frame) ? self.Find(frame->hd.stream_id) : nullptr;
    if (stream != nullptr && stream->request) self.OnHeader(*stream, View(name, name_size), View(value, value_size));
    return 0;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Session& self = Self(user);
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_SETTINGS:
        if (!std::exchange(self.begun_, true)) self.header_deadline_ = SteadyTime::max();
        return 0;
      case NGHTTP2_PING:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0 && self.leaving_) self.SayGoodbye();
        return 0;
      case NGHTTP2_HEADERS:
        self.header_deadline_ = SteadyTime::max();
        break;
      case NGHTTP2_DATA:
        break;
      default:
        return 0;
    }
    Http2Stream* stream = self.Find(frame->hd.stream_id);
    if (stream == nullptr || stream->phase != Phase::kReceiving) return 0;
    if (IsRequest(frame)) {
      self.OnHeadersEnd(*stream, !ends);
    } else if (ends) {
      self.OnRequestEnd(*stream);
    }
    return 0;
  }

  static int OnData(nghttp2_session* session, uint8_t, int32_t id, const uint8_t* data, size_t size, void* user) {
    Http2Session& self = Self(user);
    nghttp2_session_consume_connection(session, size);
    Http2Stream* stream = self.Find(static_cast<uint64_t>(id));
    if (stream != nullptr && stream->phase == Phase::kReceiving) self.OnBody(*stream, View(data, size));
    return 0;
  }

  // A client that is still sending what was answered already is told that it need not.
  static int OnFrameSent(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    const bool reply = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (!reply || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
    const Http2Stream* stream = Self(user).Find(static_cast<uint64_t>(frame->hd.stream_id));
    if (stream != nullptr && stream->cut_short) {
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_NO_ERROR);
    }
    return 0;
  }

  static int OnStreamClose(nghttp2_session*, int32_t id, uint32_t, void* user) {
    Self(user).OnStreamEnd(id);
    return 0;
  }
};

const nghttp2_session_callbacks* Http2Session::CallbackTable() {
  static const nghttp2_session_callbacks* const table = [] {
    nghttp2_session_callbacks* made = nullptr;
    nghttp2_session_callbacks_new(&made);
    nghttp2_session_callbacks_set_on_begin_frame_callback(made, Callbacks::OnBeginFrame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, Callbacks::OnBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(made, Callbacks::OnHeader);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, Callbacks::OnFrame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, Callbacks::OnData);
    nghttp2_session_callbacks_set_on_frame_send_callback(made, Callbacks::OnFrameSent);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, Callbacks::OnStreamClose);
    nghttp2_session_callbacks_set_send_data_callback(made, SendBody);
    return made;
  }();
  return table;
}

void Http2Session::OnBegin(int32_t id) {
  auto stream = std::make_unique<Http2Stream>(link_.budget());
  stream->id = id;
  stream->request = std::make_unique<Request>();
  stream->request->protocol = kHttp2;
  streams_[id] = std::move(stream);
  idle_deadline_ = SteadyTime::max();
  // Replies take turns, so that a watch need not wait for the end of a large list.
  nghttp2_extpri turns{NGHTTP2_EXTPRI_DEFAULT_URGENCY, 1};
  nghttp2_session_change_extpri_stream_priority(session_.get(), id, &turns, 1);
}

void Http2Session::OnHeader(Http2Stream& stream, std::string_view name, std::string_view value) {
  stream.header_bytes += name.size() + value.size() + 32;
  if (stream.header_bytes > link_.settings().max_header_bytes) return;  // refused when it has all come
  const size_t bytes = name.size() + value.size() + kFieldCost;
  stream.held_header += bytes;
  held_header_ += bytes;
  const bool crowded = held_header_ > std::max(kHeaderBudget, 2 * link_.settings().max_header_bytes);
  if (crowded || !Hold(stream, bytes)) return Reset(stream, NGHTTP2_REFUSED_STREAM);
  Request& request = *stream.request;
  if (name == ":method") {
    request.method = value;
  } else if (name == ":path") {
    request.target = value;
  } else if (name == ":authority") {
    request.headers.Add("Host", std::string(value));
  } else if (name[0] != ':' && !(name == "host" && request.headers.Has("Host"))) {
    request.headers.Add(std::string(name), std::string(value));
  }
}

void Http2Session::OnHeadersEnd(Http2Stream& stream, bool body_follows) {
  const ServerSettings& limits = link_.settings();
  const Request& request = *stream.request;
  stream.head_only = request.method == "HEAD";
  if (stream.header_bytes > limits.max_header_bytes) {
    return Refuse(stream, 431,
                  Status::BadRequest("the request's header is larger than " + std::to_string(limits.max_header_bytes) +
                                     " bytes"));
  }
  if (request.target.empty() || (request.target[0] != '/' && request.target != "*")) {
    return Refuse(stream, 400, Status::BadRequest("the request's target is not a path"));
  }
  if (!body_follows) return OnRequestEnd(stream);
  stream.deadline = After(limits.body_limit);
  const std::optional<uint64_t> length = ContentLength(request.headers);
  if (length.value_or(0) > limits.max_body_bytes) return RefuseBody(stream);
  if (SameIgnoringCase(request.headers.Get("Expect"), "100-continue")) SubmitContinue(stream);
  stream.wanted = length ? *length : limits.max_body_bytes + 1;  // one more, to see that it is too much
  if (length && *length > kFirstWindow) Reserve(stream);
}

void Http2Session::OnBody(Http2Stream& stream, std::string_view bytes) {
  if (!Hold(stream, bytes.size())) return Reset(stream, NGHTTP2_REFUSED_STREAM);
  std::string& body = stream.request->body;
  body.append(bytes);
  if (body.size() > link_.settings().max_body_bytes) return RefuseBody(stream);
  // Of unknown length, and no small one.
  if (stream.wanted > kFirstWindow && !stream.waits && body.size() > kFirstWindow / 2) Reserve(stream);
}

// Counts what came. False when that is too much for the server as a whole: the client may send it again another time.
bool Http2Session::Hold(Http2Stream& stream, size_t bytes) {
  stream.held_bytes += bytes;
  return stream.held.Resize(stream.held_bytes);
}

// The request is received no more, be it whole or given up. What it holds of the server's budget stays with the stream.
std::unique_ptr<Request> Http2Session::TakeRequest(Http2Stream& stream) {
  held_header_ -= std::exchange(stream.held_header, 0);
  return std::move(stream.request);
}

// A body beyond the first window needs its share of the budget before the client may send it all. Those that find none
// left wait in turn: each that has its share can come to its end, so none waits for ever.
void Http2Session::Reserve(Http2Stream& stream) {
  stream.waits = true;
  waiting_.push_back(stream.id);
  GrantBodies();
}

void Http2Session::GrantBodies() {
  const size_t budget = std::max(kBodyBudget, 2 * (link_.settings().max_body_bytes + 1));
  while (!waiting_.empty()) {
    Http2Stream* stream = Find(static_cast<uint64_t>(waiting_.front()));
    if (stream != nullptr && stream->phase == Phase::kReceiving) {
      if (reserved_ + stream->wanted > budget) return;
      reserved_ += stream->wanted;
      stream->reserved = stream->wanted;
      stream->request->body.reserve(std::min(stream->wanted, link_.settings().max_body_bytes));
      nghttp2_session_set_local_window_size(session_.get(), NGHTTP2_FLAG_NONE, stream->id,
                                            static_cast<int32_t>(stream->wanted));
    }
    waiting_.pop_front();
  }
}

void Http2Session::Release(size_t reserved) {
  if (reserved == 0) return;
  reserved_ -= reserved;
  if (waiting_.empty()) return;
  GrantBodies();
  link_.FlushSoon();
}

void Http2Session::OnRequestEnd(Http2Stream& stream) {
  if (unanswered_.size() >= link_.settings().max_streams) return Reset(stream, NGHTTP2_REFUSED_STREAM);
  const auto number = static_cast<uint64_t>(stream.id);
  unanswered_[number] = std::exchange(stream.reserved, 0);
  stream.phase = Phase::kHandling;
  stream.deadline = SteadyTime::max();
  const std::unique_ptr<Request> request = TakeRequest(stream);
  link_.Dispatch(std::move(*request), number, std::move(stream.held));
}

void Http2Session::OnStreamEnd(int32_t id) {
  if (id == header_stream_) header_deadline_ = begun_ ? SteadyTime::max() : header_deadline_;
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  const std::unique_ptr<Http2Stream> stream = std::move(found->second);
  streams_.erase(found);
  if (stream->on_closed) link_.Call(std::exchange(stream->on_closed, nullptr));
  TakeRequest(*stream);
  unsent_ -= stream->body.size();
  Release(stream->reserved);
  if (streams_.empty() && !leaving_) idle_deadline_ = After(IdleLimit(link_.settings(), known_));
}

void Http2Session::RefuseBody(Http2Stream& stream) {
  Refuse(stream, 413,
         {Reason::kRequestEntityTooLarge,
          "Request entity too large: limit is " + std::to_string(link_.settings().max_body_bytes)});
}

void Http2Session::Refuse(Http2Stream& stream, int code, const Status& why) {
  TakeRequest(stream);
  stream.held.Resize(0);
  stream.cut_short = nghttp2_session_get_stream_remote_close(session_.get(), stream.id) == 0;
  Release(std::exchange(stream.reserved, 0));
  Answer(stream, StatusResponse(code, why));
}

}  // namespace croft::http
