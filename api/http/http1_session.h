#pragma once

#include <memory>
#include <string>

#include "api/http/parser.h"
#include "api/http/response.h"
#include "api/http/session.h"

namespace croft::http {

// HTTP/1.1 and 1.0: reads a request, has it handled, sends the reply, and so on. Internal to api/http.
class Http1Session final : public Session {
 public:
  explicit Http1Session(Link& link);

  bool WantsToRead() const override;
  void Take(std::string_view bytes) override;
  void OnPeerGone(bool in_order) override;
  void OnFlushed() override;
  void CheckTime(SteadyTime now) override;
  void Finish() override;
  void OnClosed() override;

  // http1_reply.cc
  void Reply(uint64_t request, Response response) override;
  void Later(std::function<void()> task) override;
  void BeginStream(uint64_t request, int status, Headers headers, size_t max_queued) override;
  bool WriteStream(uint64_t request, std::span<const SharedBytes> pieces) override;
  void CloseStream(uint64_t request) override;
  void OnStreamClosed(uint64_t request, std::function<void()> callback) override;
  void OnStreamReceived(uint64_t request, const std::function<Received(std::string_view)>& callback) override;

 private:
  enum class Phase {
    kReading,    // a request, or waiting for one
    kHandling,   // the handler has it, or its reply is being written
    kStreaming,  // the reply is an open stream
    kLingering,  // all is said; reading away what the client still sends
    kClosed,
  };

  // All below: the link's mutex held.
  void Parse();
  void Hold();
  void Dispatch();
  void Refuse(int code, const Status& why);
  void NextRequest();
  void Linger();
  void Queue(Response response, bool keep_alive);
  void EndStream(bool tell);
  void Receive();

  Link& link_;
  Phase phase_ = Phase::kReading;
  SteadyTime deadline_;  // of the phase
  std::string in_;       // read, not yet parsed
  Share held_;           // by that, and by the request that is being read
  bool known_;           // see IdleLimit
  size_t lingered_ = 0;
  std::unique_ptr<RequestParser> parser_;  // of the request that is being read
  bool header_seen_ = false;

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
  bool upgraded_ = false;  // the stream is raw, and the connection's last
  std::function<Received(std::string_view)> on_received_;
};

}  // namespace croft::http
