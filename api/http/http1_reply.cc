#include <charconv>
#include <utility>

#include "api/base/log.h"
#include "api/http/http1_session.h"

namespace croft::http {
namespace {

std::string ChunkHead(size_t size) {
  char buffer[20];
  char* end = std::to_chars(buffer, buffer + 16, size, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  return {buffer, end};
}

}  // namespace

void Http1Session::Queue(Response response, bool keep_alive) {
  const size_t length = response.pieces.empty() ? response.body.size() : TotalSize(response.pieces);
  Output& out = link_.out();
  out.Append(EncodeHead(response, length, http_1_1_, keep_alive));
  if (head_only_ || response.status == 204 || response.status == 304) return;
  if (response.pieces.empty()) out.Append(std::move(response.body));
  for (SharedSlice& piece : response.pieces) out.Append(std::move(piece));
}

void Http1Session::Reply(uint64_t request, Response response) {
  std::lock_guard lock(link_.mutex());
  if (phase_ != Phase::kHandling || request != request_ || replied_) return;
  replied_ = true;
  known_ |= IsWelcome(response.status);
  Queue(std::move(response), !close_after_);
  link_.Flush();
}

void Http1Session::Later(std::function<void()> task) {
  {
    std::lock_guard lock(link_.mutex());
    if (phase_ != Phase::kClosed) return link_.Call(std::move(task));
  }
  task();
}

void Http1Session::BeginStream(uint64_t request, int status, Headers headers, size_t max_queued) {
  std::lock_guard lock(link_.mutex());
  if (phase_ != Phase::kHandling || request != request_ || replied_) return;
  if (peer_ended_ || finishing_) return link_.Close();
  // Without chunks only the connection's end tells where the body ends.
  upgraded_ = status == 101;
  if (!http_1_1_) close_after_ = true;
  Response head;
  head.status = status;
  head.headers = std::move(headers);
  link_.out().Append(EncodeHead(head, std::nullopt, http_1_1_, !close_after_));
  close_after_ |= upgraded_;
  phase_ = Phase::kStreaming;
  known_ |= IsWelcome(status);
  stream_limit_ = max_queued;
  if (head_only_) EndStream(false);
  link_.Flush();
  if (phase_ == Phase::kStreaming) Receive();
}

bool Http1Session::WriteStream(uint64_t request, std::span<const SharedBytes> pieces) {
  std::lock_guard lock(link_.mutex());
  if (phase_ != Phase::kStreaming || request != request_) return false;
  const size_t size = TotalSize(pieces);
  if (size == 0) return true;  // an empty chunk would end the body
  Output& out = link_.out();
  if (out.size() > stream_limit_) {
    log::Info("a slow reader was cut off", {{"peer", link_.peer().address}, {"queued", out.size()}});
    link_.Close();
    return false;
  }
  const bool chunked = http_1_1_ && !upgraded_;
  if (chunked) out.Append(ChunkHead(size));
  for (const SharedBytes& piece : pieces) out.Append(piece);
  if (chunked) out.Append(std::string("\r\n"));
  // Sent by an I/O thread: the writer, who may have a thousand streams to feed, is not held up by any one's socket.
  link_.FlushSoon();
  return true;
}

void Http1Session::CloseStream(uint64_t request) {
  std::function<void()> dropped;  // released outside the lock, for what it holds may end in here
  std::lock_guard lock(link_.mutex());
  if (phase_ != Phase::kStreaming || request != request_) return;
  dropped.swap(on_stream_closed_);
  EndStream(false);
  link_.FlushSoon();
}

void Http1Session::OnStreamClosed(uint64_t request, std::function<void()> callback) {
  {
    std::lock_guard lock(link_.mutex());
    if (phase_ == Phase::kStreaming && request == request_) {
      on_stream_closed_ = std::move(callback);
      return;
    }
  }
  callback();
}

void Http1Session::OnStreamReceived(uint64_t request, const std::function<Received(std::string_view)>& callback) {
  std::lock_guard lock(link_.mutex());
  if (phase_ != Phase::kStreaming || request != request_ || !upgraded_) return;
  on_received_ = callback;
  Receive();
}

// What the client sends while it follows a stream.
void Http1Session::Receive() {
  const bool paused = !WantsToRead();
  if (!upgraded_) {
    // Only who reads on learns that the client has left.
    if (!paused) return;
    log::Info("a client that sent much behind a stream was cut off", {{"peer", link_.peer().address}});
    return link_.Close();
  }
  if (!on_received_ || in_.empty()) return;
  Received received = on_received_(in_);
  in_ = {};
  if (paused) link_.ReadSoon();
  if (!received.reply.empty()) {
    if (link_.out().size() > stream_limit_) {
      log::Info("a slow reader was cut off", {{"peer", link_.peer().address}, {"queued", link_.out().size()}});
      return link_.Close();
    }
    link_.out().Append(std::move(received.reply));
  }
  if (received.end) EndStream(true);
  if (received.end || !link_.out().empty()) link_.FlushSoon();
}

// Completes the stream's body; `tell`: it was not its owner who ended it.
void Http1Session::EndStream(bool tell) {
  if (http_1_1_ && !head_only_ && !upgraded_) link_.out().Append(std::string("0\r\n\r\n"));
  phase_ = Phase::kHandling;
  replied_ = true;
  if (tell && on_stream_closed_) link_.Call(std::exchange(on_stream_closed_, nullptr));
}

}  // namespace croft::http
