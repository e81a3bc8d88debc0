#include "unit/api/http/http2_client.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <algorithm>
#include <cstring>

#include "unit/api/http/fixture.h"

namespace croft::http {

struct Http2Client::Callbacks {
  static Http2Client& Self(void* user) { return *static_cast<Http2Client*>(user); }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_size,
                      const uint8_t* value, size_t value_size, uint8_t, void* user) {
    Reply& reply = Self(user).replies_[frame->hd.stream_id];
    const std::string field(reinterpret_cast<const char*>(name), name_size);
    const std::string text(reinterpret_cast<const char*>(value), value_size);
    if (field != ":status") {
      reply.headers.Add(field, text);
    } else if (const int status = std::stoi(text); status >= 200) {
      reply.status = status;
    } else {
      reply.informational.push_back(status);
    }
    return 0;
  }

  static int OnData(nghttp2_session* session, uint8_t, int32_t id, const uint8_t* data, size_t size, void* user) {
    Http2Client& self = Self(user);
    self.replies_[id].body.append(reinterpret_cast<const char*>(data), size);
    nghttp2_session_consume_connection(session, size);
    if (const auto held = self.held_.find(id); held != self.held_.end()) {
      held->second += size;
    } else {
      nghttp2_session_consume_stream(session, id, size);
    }
    return 0;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Client& self = Self(user);
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (frame->hd.type == NGHTTP2_PING && (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) ++self.pongs_;
    if (frame->hd.type == NGHTTP2_GOAWAY) {
      self.goaways_.push_back({frame->goaway.last_stream_id, frame->goaway.error_code});
    }
    if (frame->hd.type == NGHTTP2_RST_STREAM) self.replies_[frame->hd.stream_id].reset = frame->rst_stream.error_code;
    if ((frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) && ends) {
      self.replies_[frame->hd.stream_id].ended = true;
    }
    return 0;
  }

  static int OnClose(nghttp2_session*, int32_t id, uint32_t, void* user) {
    Self(user).replies_[id].closed_ = true;
    return 0;
  }

  static ssize_t ReadBody(nghttp2_session*, int32_t id, uint8_t* to, size_t room, uint32_t* flags, nghttp2_data_source*,
                          void* user) {
    Body& body = Self(user).bodies_[id];
    const size_t size = std::min(room, body.bytes.size() - body.sent);
    std::memcpy(to, body.bytes.data() + body.sent, size);
    body.sent += size;
    const bool all = body.sent == body.bytes.size();
    if (all && body.last) *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (all && !body.last && size == 0) return NGHTTP2_ERR_DEFERRED;
    return static_cast<ssize_t>(size);
  }
};

Http2Client::Http2Client(const std::string& address, const std::string& ca_pem, const TlsIdentity& identity,
                         const std::vector<std::string>& protocols) {
  const Result<int> fd = Connect(address, std::chrono::seconds(5));
  const Result<TlsContext> context = MakeClientContext(ca_pem, identity);
  EXPECT_TRUE(fd.ok() && context.ok()) << fd.status().message() << context.status().message();
  std::string offered;
  for (const std::string& name : protocols) offered.append(1, static_cast<char>(name.size())).append(name);
  SSL_CTX_set_alpn_protos(context->get(), reinterpret_cast<const unsigned char*>(offered.data()),
                          static_cast<unsigned>(offered.size()));
  transport_ = MakeTlsClientTransport(*fd, *context, "127.0.0.1");
  EXPECT_EQ(Drive([&] { return transport_->Handshake().state; }), Transport::State::kDone) << transport_->error();

  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::OnHeader);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::OnData);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::OnFrame);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::OnClose);
  nghttp2_option* options = nullptr;
  nghttp2_option_new(&options);
  nghttp2_option_set_no_auto_window_update(options, 1);
  nghttp2_option_set_max_send_header_block_length(options, 1 << 20);
  nghttp2_session_client_new2(&session_, callbacks, this, options);
  nghttp2_option_del(options);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, 1 << 30);
}

Http2Client::~Http2Client() {
  nghttp2_session_del(session_);
}

Transport::State Http2Client::Drive(const std::function<Transport::State()>& step) {
  for (;;) {
    const Transport::State state = step();
    const bool reads = state == Transport::State::kWantRead;
    if (!reads && state != Transport::State::kWantWrite) return state;
    if (!WaitFor(transport_->fd(), reads, Soon())) return Transport::State::kError;
  }
}

int32_t Http2Client::Send(const Ask& ask) {
  std::vector<std::pair<std::string, std::string>> fields = {
      {":method", ask.method}, {":scheme", "https"}, {":path", ask.path}, {":authority", "lab"}};
  fields.insert(fields.end(), ask.headers.begin(), ask.headers.end());
  if (ask.path.empty()) fields.erase(fields.begin() + 1, fields.begin() + 3);  // CONNECT has neither
  std::vector<nghttp2_nv> nv;
  for (auto& [name, value] : fields) {
    nv.push_back({reinterpret_cast<uint8_t*>(name.data()), reinterpret_cast<uint8_t*>(value.data()), name.size(),
                  value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  nghttp2_data_provider provider{};
  provider.read_callback = Callbacks::ReadBody;
  const bool has_body = !ask.body.empty() || ask.body_follows;
  const int32_t id =
      nghttp2_submit_request(session_, nullptr, nv.data(), nv.size(), has_body ? &provider : nullptr, nullptr);
  EXPECT_GT(id, 0) << nghttp2_strerror(id);
  if (has_body) bodies_[id] = {ask.body, 0, !ask.body_follows};
  if (ask.stalled) held_[id] = 0;
  Flush();
  return id;
}

void Http2Client::SendBody(int32_t stream, std::string bytes, bool last) {
  Body& body = bodies_[stream];
  body.bytes.append(bytes);
  body.last = last;
  nghttp2_session_resume_data(session_, stream);
  Flush();
}

void Http2Client::Reset(int32_t stream, uint32_t code) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, code);
  Flush();
}

void Http2Client::Ping() {
  nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr);
  Flush();
}

void Http2Client::Unstall(int32_t stream) {
  nghttp2_session_consume_stream(session_, stream, held_[stream]);
  held_.erase(stream);
  Flush();
}

void Http2Client::Widen(int32_t stream, int32_t bytes) {
  nghttp2_submit_window_update(session_, NGHTTP2_FLAG_NONE, stream, bytes);
  Flush();
}

bool Http2Client::SendRaw(std::string_view bytes) {
  Flush();
  while (!bytes.empty()) {
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    const Transport::Outcome outcome = transport_->Write(&piece, 1);
    if (outcome.state == Transport::State::kDone) {
      bytes.remove_prefix(outcome.bytes);
    } else if (outcome.state == Transport::State::kEnd || outcome.state == Transport::State::kError) {
      return false;
    } else if (!WaitFor(transport_->fd(), outcome.state == Transport::State::kWantRead, Soon(5))) {
      return false;
    }
  }
  return true;
}

std::string Http2Client::Frame(uint8_t type, uint8_t flags, int32_t stream, std::string_view payload) {
  const size_t size = payload.size();
  std::string frame = {static_cast<char>(size >> 16),   static_cast<char>(size >> 8),   static_cast<char>(size),
                       static_cast<char>(type),         static_cast<char>(flags),       static_cast<char>(stream >> 24),
                       static_cast<char>(stream >> 16), static_cast<char>(stream >> 8), static_cast<char>(stream)};
  return frame.append(payload);
}

// Sends what the socket takes.
void Http2Client::Flush() {
  want_write_ = false;
  for (;;) {
    if (out_.empty()) {
      const uint8_t* data = nullptr;
      const ssize_t size = nghttp2_session_mem_send(session_, &data);
      if (size <= 0) return;
      out_.assign(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
    }
    const iovec piece{out_.data(), out_.size()};
    const Transport::Outcome outcome = transport_->Write(&piece, 1);
    if (outcome.state != Transport::State::kDone) {
      want_write_ = outcome.state == Transport::State::kWantWrite;
      return;
    }
    out_.erase(0, outcome.bytes);
  }
}

void Http2Client::ReadSome() {
  char buffer[16 * 1024];
  const Transport::Outcome outcome = transport_->Read(buffer, sizeof buffer);
  if (outcome.state == Transport::State::kEnd || outcome.state == Transport::State::kError) ended_ = true;
  if (outcome.state != Transport::State::kDone) return;
  const ssize_t taken = nghttp2_session_mem_recv(session_, reinterpret_cast<const uint8_t*>(buffer), outcome.bytes);
  EXPECT_EQ(taken, static_cast<ssize_t>(outcome.bytes)) << nghttp2_strerror(static_cast<int>(taken));
}

bool Http2Client::Run(const std::function<bool()>& done) {
  const SteadyTime end = Soon();
  for (;;) {
    Flush();
    if (done()) return true;
    if (ended_ || std::chrono::steady_clock::now() > end) return false;
    pollfd wait{transport_->fd(), 0, 0};
    if (reading) wait.events |= POLLIN;
    if (want_write_) wait.events |= POLLOUT;
    // What the condition looks at may change on another thread.
    if (!(reading && transport_->Pending())) poll(&wait, 1, 5);
    if (reading) ReadSome();
  }
}

const Http2Client::Reply& Http2Client::Await(int32_t stream) {
  EXPECT_TRUE(Run([&] { return replies_[stream].closed(); })) << "stream " << stream << " did not end";
  return replies_[stream];
}

bool Http2Client::WaitForBytes() const {
  return WaitFor(transport_->fd(), true, Soon());
}

bool Http2Client::AwaitEnd() {
  return Run([&] { return ended_; });
}

}  // namespace croft::http
