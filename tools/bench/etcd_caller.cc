#include "tools/bench/etcd_caller.h"

#include <algorithm>
#include <array>

namespace croft::bench {
namespace {

// A field of wire type 2, as protobuf writes it.
void AppendField(std::string& to, int number, std::string_view value) {
  to += static_cast<char>(number << 3 | 2);
  size_t size = value.size();
  for (; size >= 128; size >>= 7) to += static_cast<char>((size & 127) | 128);
  to += static_cast<char>(size);
  to += value;
}

nghttp2_nv Field(std::string_view name, std::string_view value) {
  return {reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
          reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

}  // namespace

struct EtcdCaller::Callbacks {
  static EtcdCaller& Self(void* user) { return *static_cast<EtcdCaller*>(user); }

  static int OnHeader(nghttp2_session*, const nghttp2_frame*, const uint8_t* name, size_t name_size,
                      const uint8_t* value, size_t value_size, uint8_t, void* user) {
    const std::string_view field(reinterpret_cast<const char*>(name), name_size);
    if (field == "grpc-status") {
      Self(user).ok_ = std::string_view(reinterpret_cast<const char*>(value), value_size) == "0";
    }
    return 0;
  }
  static int OnClose(nghttp2_session*, int32_t, uint32_t, void* user) {
    Self(user).closed_ = true;
    return 0;
  }
  static ssize_t ReadBody(nghttp2_session*, int32_t, uint8_t* to, size_t room, uint32_t* flags, nghttp2_data_source*,
                          void* user) {
    EtcdCaller& self = Self(user);
    const size_t size = std::min(room, self.body_.size() - self.sent_);
    self.body_.copy(reinterpret_cast<char*>(to), size, self.sent_);
    self.sent_ += size;
    if (self.sent_ == self.body_.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(size);
  }
};

Result<std::unique_ptr<EtcdCaller>> EtcdCaller::Connect(const std::string& address, const std::string& ca_pem,
                                                        std::function<KeyValue(int n)> put) {
  Result<CallerSocket> socket = CallerSocket::Connect(address, ca_pem, {}, "\x02h2");
  if (!socket.ok()) return socket.status();
  return std::unique_ptr<EtcdCaller>(new EtcdCaller(std::move(*socket), address, std::move(put)));
}

EtcdCaller::EtcdCaller(CallerSocket socket, std::string address, std::function<KeyValue(int n)> put)
    : socket_(std::move(socket)), address_(std::move(address)), put_(std::move(put)) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::OnHeader);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::OnClose);
  nghttp2_session_client_new(&session_, callbacks, this);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
}

EtcdCaller::~EtcdCaller() {
  nghttp2_session_del(session_);
}

// What the session has to say, in one write: each would be a record, a packet and a wake-up of its own.
bool EtcdCaller::Flush() {
  std::string frames;
  for (;;) {
    const uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &data);
    if (size < 0) return false;
    if (size == 0) return frames.empty() || socket_.Write(frames);
    frames.append(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
  }
}

bool EtcdCaller::Ask(int n) {
  const auto [key, value] = put_(n);
  std::string message;
  AppendField(message, 1, key);
  AppendField(message, 2, value);
  const auto size = static_cast<uint32_t>(message.size());
  body_.assign(1, '\0');  // not compressed
  for (int shift = 24; shift >= 0; shift -= 8) body_ += static_cast<char>(size >> shift & 255);
  body_ += message;
  sent_ = 0;
  closed_ = ok_ = false;

  const std::array<nghttp2_nv, 6> fields = {Field(":method", "POST"),
                                            Field(":scheme", "https"),
                                            Field(":path", "/etcdserverpb.KV/Put"),
                                            Field(":authority", address_),
                                            Field("content-type", "application/grpc"),
                                            Field("te", "trailers")};
  nghttp2_data_provider provider{};
  provider.read_callback = Callbacks::ReadBody;
  return nghttp2_submit_request(session_, nullptr, fields.data(), fields.size(), &provider, nullptr) >= 0 && Flush();
}

Caller::Got EtcdCaller::Take() {
  const bool sound = socket_.Read([&](std::string_view bytes) {
    return nghttp2_session_mem_recv(session_, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()) >= 0;
  });
  if (!sound || (closed_ && !ok_)) return Got::kFailure;
  if (closed_) return std::exchange(closed_, false) ? Got::kAnswer : Got::kNothing;
  return Flush() ? Got::kNothing : Got::kFailure;
}

}  // namespace croft::bench
