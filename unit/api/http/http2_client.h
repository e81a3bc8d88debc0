#pragma once

#include <nghttp2/nghttp2.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/tls.h"
#include "api/http/transport.h"

namespace croft::http {

// An HTTP/2 client over TLS for tests, driven by the test's thread: nothing is read or sent but within its calls.
// Streams may be stalled (what they receive is never given back to the server's window), and raw frames sent past
// nghttp2.
class Http2Client {
 public:
  struct Reply {
    int status = 0;
    Headers headers;
    std::vector<int> informational;  // statuses before it
    std::string body;
    bool ended = false;                      // in good order
    std::optional<uint32_t> reset;           // the code of RST_STREAM
    bool closed() const { return closed_; }  // nothing more comes
    bool closed_ = false;
  };

  struct Ask {
    std::string method = "GET";
    std::string path = "/";
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    bool body_follows = false;  // keeps the request open; see SendBody
    bool stalled = false;
  };

  // `protocols`: what ALPN offers, as "h2" and "http/1.1".
  Http2Client(const std::string& address, const std::string& ca_pem, const TlsIdentity& identity = {},
              const std::vector<std::string>& protocols = {"h2"});
  ~Http2Client();

  std::string_view protocol() const { return transport_->protocol(); }

  int32_t Send(const Ask& ask);
  int32_t Get(const std::string& path) { return Send({.path = path}); }
  void SendBody(int32_t stream, std::string bytes, bool last);
  void Reset(int32_t stream, uint32_t code = NGHTTP2_CANCEL);
  void Ping();
  // Gives back what a stalled stream received, and lets it go on.
  void Unstall(int32_t stream);
  // Lets a stalled stream receive so many bytes more.
  void Widen(int32_t stream, int32_t bytes);
  // Bytes that nghttp2 knows nothing of. False when the connection is gone.
  bool SendRaw(std::string_view bytes);
  static std::string Frame(uint8_t type, uint8_t flags, int32_t stream, std::string_view payload);

  // Reads and sends until `done`, the connection's end, or 20 s have passed. Returns done().
  bool Run(const std::function<bool()>& done);
  // ... until the stream has come to its end, which is returned.
  const Reply& Await(int32_t stream);
  // ... until the connection has ended.
  bool AwaitEnd();
  // Until the server has sent something, which is not read yet. False after 20 s.
  bool WaitForBytes() const;
  Reply& reply(int32_t stream) { return replies_[stream]; }

  int pongs() const { return pongs_; }
  bool ended() const { return ended_; }
  uint32_t max_streams() const {
    return nghttp2_session_get_remote_settings(session_, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
  }
  // The GOAWAYs that came: how far the server says that it heard, and why it goes.
  struct Goaway {
    int32_t last = 0;
    uint32_t code = 0;
  };
  const std::vector<Goaway>& goaways() const { return goaways_; }
  // Nothing is read from the connection while false.
  bool reading = true;

 private:
  struct Callbacks;
  struct Body {
    std::string bytes;
    size_t sent = 0;
    bool last = false;
  };

  Transport::State Drive(const std::function<Transport::State()>& step);
  void Flush();
  void ReadSome();

  std::unique_ptr<Transport> transport_;
  nghttp2_session* session_ = nullptr;
  std::map<int32_t, Reply> replies_;
  std::map<int32_t, Body> bodies_;
  std::map<int32_t, size_t> held_;  // by stalled stream: what was not given back
  std::vector<Goaway> goaways_;
  std::string out_;
  int pongs_ = 0;
  bool ended_ = false;
  bool want_write_ = false;
};

}  // namespace croft::http
