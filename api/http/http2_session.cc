#include "api/http/http2_session.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/base/log.h"

namespace croft::http {
namespace {

// Frames that nghttp2 holds back from a client that does not read. Replies take one each; anything near this is a
// flood.
constexpr size_t kMaxHeldFrames = 10'000;
// The connection's receive window. A stream's own window is what bounds the bytes that are held.
constexpr int32_t kConnectionWindow = 1024 * 1024;
// Resets by the client: as many at once, then so many a second.
constexpr uint64_t kResetBurst = 1000;
constexpr uint64_t kResetRate = 100;
// Pings, settings and the like: the same.
constexpr double kIdleFrameBurst = 1000;
constexpr double kIdleFrameRate = 50;
// How long a client may take to answer the ping that follows the notice of leaving.
constexpr Duration kNoticeLimit = std::chrono::seconds(1);
// How long, and how much, a client may go on sending after the last word, so that it gets to read it. A server that
// stops has less time.
constexpr Duration kLingerLimit = std::chrono::seconds(2);
constexpr Duration kStopLingerLimit = std::chrono::milliseconds(500);
constexpr size_t kLingerBytes = 16 * 1024 * 1024;

constexpr std::array<uint8_t, 8> kLeavePing = {'l', 'e', 'a', 'v', 'i', 'n', 'g', '.'};

SteadyTime After(Duration duration) {
  return std::chrono::steady_clock::now() + std::chrono::duration_cast<SteadyTime::duration>(duration);
}

const nghttp2_option* Options() {
  static const nghttp2_option* const options = [] {
    nghttp2_option* made = nullptr;
    nghttp2_option_new(&made);
    nghttp2_option_set_no_auto_window_update(made, 1);
    nghttp2_option_set_stream_reset_rate_limit(made, kResetBurst, kResetRate);
    return made;
  }();
  return options;
}

}  // namespace

Http2Session::Http2Session(Link& link)
    : link_(link),
      known_(link.peer().verified),
      header_deadline_(After(link.settings().header_limit)),
      idle_deadline_(After(IdleLimit(link.settings(), known_))) {
  nghttp2_session* made = nullptr;
  nghttp2_session_server_new2(&made, CallbackTable(), this, Options());
  session_.reset(made);
  const ServerSettings& limits = link_.settings();
  const std::array<nghttp2_settings_entry, 3> entries = {{
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.max_streams},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<uint32_t>(limits.max_header_bytes)},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  }};
  nghttp2_submit_settings(made, NGHTTP2_FLAG_NONE, entries.data(), entries.size());
  nghttp2_session_set_local_window_size(made, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
  link_.FlushSoon();
}

Http2Session::~Http2Session() = default;

std::unique_ptr<Session> MakeHttp2Session(Link& link) {
  return std::make_unique<Http2Session>(link);
}

void Http2Session::Take(std::string_view bytes) {
  if (lingering_) {
    lingered_ += bytes.size();
    if (lingered_ > kLingerBytes) link_.Close();
    return;
  }
  const ssize_t taken =
      nghttp2_session_mem_recv(session_.get(), reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  if (taken < 0) {
    log::Debug("an HTTP/2 connection is given up",
               {{"peer", link_.peer().address}, {"error", nghttp2_strerror(static_cast<int>(taken))}});
    return link_.Close();
  }
  if (nghttp2_session_get_outbound_queue_size(session_.get()) > kMaxHeldFrames) {
    log::Info("an HTTP/2 client that does not read was cut off", {{"peer", link_.peer().address}});
    return link_.Close();
  }
  if (idle_frames_ > kIdleFrameBurst) Terminate(NGHTTP2_ENHANCE_YOUR_CALM, "too many frames that bring nothing");
  Send();
}

// Puts into frames what may go out now. Not to be called from within nghttp2's callbacks.
void Http2Session::Produce() {
  Output& out = link_.out();
  while (out.size() < kOutputAhead) {
    const uint8_t* frame = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_.get(), &frame);
    if (size < 0) return link_.Close();
    if (size == 0) return;
    out.AppendSmall({reinterpret_cast<const char*>(frame), static_cast<size_t>(size)});
  }
}

void Http2Session::Send() {
  Produce();
  link_.Flush();
}

void Http2Session::OnFlushed() {
  if (lingering_) return;
  Produce();
  if (!session_ || !link_.out().empty()) return;
  if (nghttp2_session_want_read(session_.get()) != 0 || nghttp2_session_want_write(session_.get()) != 0) return;
  link_.CloseWrite();
  lingering_ = true;
  leave_deadline_ = After(finishing_ ? kStopLingerLimit : kLingerLimit);
}

void Http2Session::OnPeerGone(bool) {
  link_.Close();
}

// Leaving so that nothing is lost takes two steps: a notice that no more should be sent, and, when a ping has gone
// there and back, what the last request was that is answered. Whatever the client sent before it had the notice is
// served.
void Http2Session::Leave() {
  if (leaving_) return;
  leaving_ = true;
  idle_deadline_ = SteadyTime::max();
  leave_deadline_ = After(kNoticeLimit);
  nghttp2_submit_shutdown_notice(session_.get());
  nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, kLeavePing.data());
}

void Http2Session::SayGoodbye() {
  if (goodbye_) return;
  goodbye_ = true;
  leave_deadline_ = SteadyTime::max();
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_.get()),
                        NGHTTP2_NO_ERROR, nullptr, 0);
}

void Http2Session::Terminate(uint32_t code, std::string_view why) {
  if (std::exchange(terminated_, true)) return;
  log::Info("an HTTP/2 connection is ended", {{"peer", link_.peer().address}, {"why", why}});
  nghttp2_session_terminate_session(session_.get(), code);
}

Http2Stream* Http2Session::Find(uint64_t request) {
  const auto found = streams_.find(static_cast<int32_t>(request));
  return found == streams_.end() ? nullptr : found->second.get();
}

void Http2Session::CountIdleFrame() {
  const SteadyTime now = std::chrono::steady_clock::now();
  const double passed = std::chrono::duration<double>(now - idle_frames_at_).count();
  idle_frames_ = std::max(0.0, idle_frames_ - passed * kIdleFrameRate) + 1;
  idle_frames_at_ = now;
}

void Http2Session::CheckTime(SteadyTime now) {
  if (lingering_) {
    if (now >= leave_deadline_) link_.Close();
    return;
  }
  if (now >= header_deadline_ && !begun_) return link_.Close();
  if (now >= header_deadline_) {
    header_deadline_ = SteadyTime::max();
    Terminate(NGHTTP2_ENHANCE_YOUR_CALM, "a request's header did not arrive in time");
    return Send();
  }
  bool acted = now >= idle_deadline_ || now >= leave_deadline_;
  if (now >= idle_deadline_) Leave();
  if (now >= leave_deadline_) SayGoodbye();
  for (const auto& [id, stream] : streams_) {
    if (now < stream->deadline) continue;
    OnLate(*stream);
    acted = true;
  }
  if (acted) Send();
}

void Http2Session::OnLate(Http2Stream& stream) {
  stream.deadline = SteadyTime::max();
  if (stream.phase == Phase::kReceiving) {
    return Refuse(stream, 408, {Reason::kTimeout, "the request did not arrive in time"});
  }
  log::Info("a reader that took too little was cut off",
            {{"peer", link_.peer().address}, {"queued", stream.body.size()}});
  Reset(stream, NGHTTP2_CANCEL);
}

void Http2Session::Finish() {
  if (lingering_) return link_.Close();
  finishing_ = true;
  Leave();
  for (const auto& [id, stream] : streams_) {
    if (stream->phase == Phase::kStreaming) EndStream(*stream, true);
  }
  Send();
}

void Http2Session::OnClosed() {
  for (const auto& [id, stream] : streams_) {
    if (stream->on_closed) link_.Call(std::exchange(stream->on_closed, nullptr));
  }
  streams_.clear();
  waiting_.clear();
  session_.reset();
}

}  // namespace croft::http
