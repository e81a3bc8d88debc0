#include <algorithm>
#include <utility>
#include <vector>

#include "api/base/log.h"
#include "api/http/http2_session.h"

namespace croft::http {
namespace {

SteadyTime After(Duration duration) {
  return std::chrono::steady_clock::now() + std::chrono::duration_cast<SteadyTime::duration>(duration);
}

// Has no meaning in HTTP/2, where frames say it.
bool IsOfConnection(std::string_view name) {
  return IsFraming(name) || SameIgnoringCase(name, "Keep-Alive") || SameIgnoringCase(name, "Upgrade") ||
         SameIgnoringCase(name, "Proxy-Connection");
}

// Header fields as nghttp2 takes them: names in lower case, values that can't forge a field, all in one buffer.
class Fields {
 public:
  // Room for `count` fields of `bytes` together; there is none for more.
  Fields(size_t count, size_t bytes) {
    text_.reserve(bytes);
    fields_.reserve(count);
  }

  void Add(std::string_view name, std::string_view value) {
    nghttp2_nv field{};
    field.name = End();
    field.namelen = name.size();
    for (const char c : name) text_ += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    field.value = End();
    field.valuelen = value.size();
    for (const char c : value) text_ += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
    fields_.push_back(field);
  }

  const std::vector<nghttp2_nv>& all() const { return fields_; }

 private:
  uint8_t* End() { return reinterpret_cast<uint8_t*>(text_.data()) + text_.size(); }

  std::string text_;
  std::vector<nghttp2_nv> fields_;
};

// nghttp2 asks what the next DATA frame may hold; SendBody then writes it.
ssize_t ReadBody(nghttp2_session*, int32_t, uint8_t*, size_t room, uint32_t* flags, nghttp2_data_source* source,
                 void*) {
  const auto& stream = *static_cast<const Http2Stream*>(source->ptr);
  const bool complete = stream.phase == Http2Stream::Phase::kReplied;
  if (stream.body.empty() && !complete) return NGHTTP2_ERR_DEFERRED;
  const size_t size = std::min(room, stream.body.size());
  *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (complete && size == stream.body.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(size);
}

}  // namespace

int Http2Session::SendBody(nghttp2_session*, nghttp2_frame*, const uint8_t* head, size_t size,
                           nghttp2_data_source* source, void* user) {
  static constexpr size_t kFrameHead = 9;
  auto& self = *static_cast<Http2Session*>(user);
  auto& stream = *static_cast<Http2Stream*>(source->ptr);
  Output& out = self.link_.out();
  out.AppendSmall({reinterpret_cast<const char*>(head), kFrameHead});
  stream.body.MoveTo(&out, size);
  self.Sent(stream, size);
  return out.size() < kOutputAhead ? 0 : static_cast<int>(NGHTTP2_ERR_PAUSE);
}

void Http2Session::Append(Http2Stream& stream, SharedSlice piece) {
  unsent_ += piece.view().size();
  stream.body.Append(std::move(piece));
}

void Http2Session::Sent(Http2Stream& stream, size_t bytes) {
  unsent_ -= bytes;
  stream.progress += bytes;
  if (stream.body.empty()) {
    stream.deadline = SteadyTime::max();
  } else if (stream.progress < kLeastProgress) {
    return;
  } else {
    stream.deadline = After(link_.settings().write_limit);
  }
  stream.progress = 0;
}

void Http2Session::SubmitHead(Http2Stream& stream, int status, const Headers& headers, std::optional<size_t> length,
                              bool has_body) {
  size_t bytes = 128;
  for (const auto& [name, value] : headers.fields()) bytes += name.size() + value.size();
  Fields fields(headers.fields().size() + 3, bytes);
  fields.Add(":status", std::to_string(status));
  for (const auto& [name, value] : headers.fields()) {
    if (!IsOfConnection(name)) fields.Add(name, value);
  }
  fields.Add("date", DateNow());
  if (length) fields.Add("content-length", std::to_string(*length));
  nghttp2_data_provider body{};
  body.source.ptr = &stream;
  body.read_callback = ReadBody;
  nghttp2_submit_response(session_.get(), stream.id, fields.all().data(), fields.all().size(),
                          has_body ? &body : nullptr);
}

void Http2Session::SubmitContinue(Http2Stream& stream) {
  Fields fields(1, 32);
  fields.Add(":status", "100");
  nghttp2_submit_headers(session_.get(), NGHTTP2_FLAG_NONE, stream.id, nullptr, fields.all().data(), 1, nullptr);
}

void Http2Session::Answer(Http2Stream& stream, Response response) {
  const size_t length = response.pieces.empty() ? response.body.size() : TotalSize(response.pieces);
  const bool allows_body = response.status != 204 && response.status != 304;
  const bool has_body = allows_body && !stream.head_only && length > 0;
  if (has_body) {
    if (response.pieces.empty()) Append(stream, std::make_shared<const std::string>(std::move(response.body)));
    for (SharedSlice& piece : response.pieces) Append(stream, std::move(piece));
    stream.deadline = After(link_.settings().write_limit);
  } else {
    stream.deadline = SteadyTime::max();
  }
  stream.phase = Phase::kReplied;
  SubmitHead(stream, response.status, response.headers, allows_body ? std::optional(length) : std::nullopt, has_body);
}

void Http2Session::Reply(uint64_t request, Response response) {
  std::lock_guard lock(link_.mutex());
  Answered(request);
  Http2Stream* stream = Find(request);
  if (stream == nullptr || stream->phase != Phase::kHandling) return;
  known_ |= IsWelcome(response.status);
  Answer(*stream, std::move(response));
  // An I/O thread may have the replies of many streams at hand, which are sent together.
  link_.OnIoThread() ? link_.FlushSoon() : Send();
}

void Http2Session::Later(std::function<void()> task) {
  {
    std::lock_guard lock(link_.mutex());
    if (session_ != nullptr) return link_.Call(std::move(task));
  }
  task();
}

void Http2Session::BeginStream(uint64_t request, int status, Headers headers, size_t max_queued) {
  std::lock_guard lock(link_.mutex());
  Answered(request);
  Http2Stream* stream = Find(request);
  if (stream == nullptr || stream->phase != Phase::kHandling) return;
  known_ |= IsWelcome(status);
  stream->limit = max_queued;
  stream->phase = stream->head_only ? Phase::kReplied : Phase::kStreaming;
  SubmitHead(*stream, status, headers, std::nullopt, !stream->head_only);
  // Who follows something would keep the connection from its end.
  if (leaving_) EndStream(*stream, true);
  Send();
}

bool Http2Session::WriteStream(uint64_t request, std::span<const SharedBytes> pieces) {
  std::lock_guard lock(link_.mutex());
  Http2Stream* stream = Find(request);
  if (stream == nullptr || stream->phase != Phase::kStreaming) return false;
  if (TotalSize(pieces) == 0) return true;
  if (stream->body.size() > stream->limit) {
    log::Info("a slow reader was cut off", {{"peer", link_.peer().address}, {"queued", stream->body.size()}});
    Reset(*stream, NGHTTP2_CANCEL);
    link_.FlushSoon();
    return false;
  }
  if (stream->body.empty()) stream->deadline = After(link_.settings().write_limit);
  for (const SharedBytes& piece : pieces) {
    if (piece) Append(*stream, piece);
  }
  nghttp2_session_resume_data(session_.get(), stream->id);
  // Sent by an I/O thread: the writer, who may have a thousand streams to feed, is not held up by any one's socket.
  link_.FlushSoon();
  return true;
}

void Http2Session::CloseStream(uint64_t request) {
  std::function<void()> dropped;  // released outside the lock, for what it holds may end in here
  std::lock_guard lock(link_.mutex());
  Http2Stream* stream = Find(request);
  if (stream == nullptr || stream->phase != Phase::kStreaming) return;
  dropped.swap(stream->on_closed);
  EndStream(*stream, false);
  link_.FlushSoon();
}

void Http2Session::OnStreamClosed(uint64_t request, std::function<void()> callback) {
  {
    std::lock_guard lock(link_.mutex());
    Http2Stream* stream = Find(request);
    if (stream != nullptr && stream->phase == Phase::kStreaming) {
      stream->on_closed = std::move(callback);
      return;
    }
  }
  callback();
}

bool Http2Session::MayHandle(uint64_t request) {
  std::lock_guard lock(link_.mutex());
  Http2Stream* stream = Find(request);
  if (stream == nullptr || stream->phase != Phase::kHandling) return false;
  if (unsent_ <= link_.settings().max_unsent_bytes) return true;
  Reset(*stream, NGHTTP2_REFUSED_STREAM);
  link_.FlushSoon();
  return false;
}

// Completes the stream's body; `tell`: it was not its owner who ended it.
void Http2Session::EndStream(Http2Stream& stream, bool tell) {
  stream.phase = Phase::kReplied;
  nghttp2_session_resume_data(session_.get(), stream.id);
  if (tell && stream.on_closed) link_.Call(std::exchange(stream.on_closed, nullptr));
}

// Gives the stream up, and all that was queued for it at once: the frame that says so may have to wait for the socket.
void Http2Session::Reset(Http2Stream& stream, uint32_t code) {
  stream.phase = Phase::kReset;
  stream.deadline = SteadyTime::max();
  TakeRequest(stream);
  stream.held.Resize(0);
  unsent_ -= stream.body.size();
  stream.body = {};
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream.id, code);
  if (stream.on_closed) link_.Call(std::exchange(stream.on_closed, nullptr));
}

void Http2Session::Answered(uint64_t request) {
  const auto found = unanswered_.find(request);
  if (found == unanswered_.end()) return;
  const size_t reserved = found->second;
  unanswered_.erase(found);
  Release(reserved);
}

}  // namespace croft::http
