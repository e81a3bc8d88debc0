#pragma once

#include <nghttp2/nghttp2.h>

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "api/http/response.h"
#include "api/http/session.h"

namespace croft::http {

// A request over HTTP/2, and its reply.
struct Http2Stream {
  enum class Phase {
    kReceiving,  // the request
    kHandling,   // the handler has it
    kStreaming,  // the reply is an open stream
    kReplied,    // the reply is complete, though not all sent
    kReset,      // given up; its end is on its way
  };

  explicit Http2Stream(Budget& budget) : held(budget) {}

  int32_t id = 0;
  Phase phase = Phase::kReceiving;
  std::unique_ptr<Request> request;         // while it is received
  Share held;                               // ... and by it; see held_bytes
  size_t held_bytes = 0;                    // about, in memory
  size_t held_header = 0;                   // ... of which are the header's
  size_t header_bytes = 0;                  // as SETTINGS_MAX_HEADER_LIST_SIZE counts them
  size_t wanted = 0;                        // the largest body that it may have
  bool waits = false;                       // ... or waited for that much of the session's budget
  size_t reserved = 0;                      // of that budget, until it is handled
  SteadyTime deadline = SteadyTime::max();  // for the request to be whole, or for kLeastProgress of the reply
  size_t progress = 0;                      // ... of which came so much
  Output body;                              // of the reply, not yet in frames
  size_t limit = 0;                         // of unsent bytes, while kStreaming
  bool head_only = false;
  bool cut_short = false;  // replied before the request was whole: it need not be sent any more
  std::function<void()> on_closed;
};

// HTTP/2: many requests of one connection at a time, each a stream with flow control of its own. nghttp2 speaks the
// protocol; what is here keeps a client's claims within bounds: the streams, the bytes that are held for it, its time.
// A stream that goes wrong ends alone; a connection that does is left with a GOAWAY that says so. Internal to api/http.
class Http2Session final : public Session {
 public:
  explicit Http2Session(Link& link);
  ~Http2Session() override;

  bool WantsToRead() const override { return true; }
  void Take(std::string_view bytes) override;
  void OnPeerGone(bool in_order) override;
  void OnFlushed() override;
  void CheckTime(SteadyTime now) override;
  void Finish() override;
  void OnClosed() override;

  // http2_reply.cc
  void Reply(uint64_t request, Response response) override;
  void Later(std::function<void()> task) override;
  void BeginStream(uint64_t request, int status, Headers headers, size_t max_queued) override;
  bool WriteStream(uint64_t request, std::span<const SharedBytes> pieces) override;
  void CloseStream(uint64_t request) override;
  void OnStreamClosed(uint64_t request, std::function<void()> callback) override;
  bool MayHandle(uint64_t request) override;

 private:
  // How much is put into frames before the socket takes it: beyond, nghttp2's turns between streams decide.
  static constexpr size_t kOutputAhead = 128 * 1024;

  using Phase = Http2Stream::Phase;
  struct Callbacks;  // what nghttp2 calls
  struct Free {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };
  static const nghttp2_session_callbacks* CallbackTable();

  // All below: the link's mutex held.
  void Produce();
  void Send();
  void Leave();
  void SayGoodbye();
  void Terminate(uint32_t code, std::string_view why);
  Http2Stream* Find(uint64_t request);
  void OnLate(Http2Stream& stream);
  // Counts a frame that asks for work and brings nothing.
  void CountIdleFrame();

  // http2_request.cc
  void OnBegin(int32_t id);
  void OnHeader(Http2Stream& stream, std::string_view name, std::string_view value);
  void OnHeadersEnd(Http2Stream& stream, bool body_follows);
  void OnBody(Http2Stream& stream, std::string_view bytes);
  void OnRequestEnd(Http2Stream& stream);
  void OnStreamEnd(int32_t id);
  bool Hold(Http2Stream& stream, size_t bytes);
  std::unique_ptr<Request> TakeRequest(Http2Stream& stream);
  void Reserve(Http2Stream& stream);
  void GrantBodies();
  void Release(size_t reserved);
  void RefuseBody(Http2Stream& stream);
  void Refuse(Http2Stream& stream, int code, const Status& why);

  // http2_reply.cc
  static int SendBody(nghttp2_session*, nghttp2_frame*, const uint8_t* head, size_t size, nghttp2_data_source* source,
                      void* user);
  void Answer(Http2Stream& stream, Response response);
  void SubmitContinue(Http2Stream& stream);
  void SubmitHead(Http2Stream& stream, int status, const Headers& headers, std::optional<size_t> length, bool has_body);
  void Append(Http2Stream& stream, SharedSlice piece);
  void Sent(Http2Stream& stream, size_t bytes);
  void Reset(Http2Stream& stream, uint32_t code);
  void EndStream(Http2Stream& stream, bool tell);
  void Answered(uint64_t request);

  Link& link_;
  std::unique_ptr<nghttp2_session, Free> session_;  // none once closed
  std::unordered_map<int32_t, std::unique_ptr<Http2Stream>> streams_;
  // Requests that the handler has not answered, also those whose stream is gone, with what their bodies hold of the
  // budget: taking requests back as fast as they are sent must not pile up work.
  std::unordered_map<uint64_t, size_t> unanswered_;
  size_t held_header_ = 0;       // by the headers of requests that are still received
  size_t unsent_ = 0;            // of replies: the bodies of all streams
  size_t reserved_ = 0;          // of the budget for bodies
  std::deque<int32_t> waiting_;  // streams that wait for their share of it

  bool known_;               // see IdleLimit
  bool begun_ = false;       // the client's first frame came
  bool finishing_ = false;   // the server stops
  bool leaving_ = false;     // the client is told to send no more
  bool goodbye_ = false;     // ... and how far it was heard
  bool terminated_ = false;  // it is told what it did wrong
  bool lingering_ = false;   // all is said; reading away what the client still sends
  size_t lingered_ = 0;
  double idle_frames_ = 0;  // of late; see CountIdleFrame
  SteadyTime idle_frames_at_{};
  SteadyTime header_deadline_;  // for the first frame, and for the header that is being read
  int32_t header_stream_ = 0;   // whose it is
  SteadyTime idle_deadline_;    // while there is no stream
  SteadyTime leave_deadline_ = SteadyTime::max();
};

}  // namespace croft::http
