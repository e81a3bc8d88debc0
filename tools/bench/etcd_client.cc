#include "tools/bench/etcd_client.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "api/http/socket.h"
#include "api/http/wire.h"

namespace croft::bench {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);

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

// Repeats what would block until it is done, broken or late.
bool Drive(http::Transport& transport, const std::function<http::Transport::State()>& step) {
  using State = http::Transport::State;
  for (;;) {
    const State state = step();
    if (state == State::kDone) return true;
    if (state != State::kWantRead && state != State::kWantWrite) return false;
    if (!http::WaitFor(transport.fd(), state == State::kWantRead, http::DeadlineAfter(kPatience))) return false;
  }
}

}  // namespace

struct EtcdClient::Callbacks {
  static EtcdClient& Self(void* user) { return *static_cast<EtcdClient*>(user); }

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
    EtcdClient& self = Self(user);
    const size_t size = std::min(room, self.body_.size() - self.sent_);
    std::memcpy(to, self.body_.data() + self.sent_, size);
    self.sent_ += size;
    if (self.sent_ == self.body_.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(size);
  }
};

Result<std::unique_ptr<EtcdClient>> EtcdClient::Connect(const std::string& address, const std::string& ca_pem) {
  const Result<int> fd = http::Connect(address, kPatience);
  if (!fd.ok()) return fd.status();
  const Result<http::TlsContext> context = http::MakeClientContext(ca_pem, {});
  if (!context.ok()) return context.status();
  static constexpr std::string_view kProtocols = "\x02h2";
  SSL_CTX_set_alpn_protos(context->get(), reinterpret_cast<const unsigned char*>(kProtocols.data()),
                          static_cast<unsigned>(kProtocols.size()));
  auto transport = http::MakeTlsClientTransport(*fd, *context, "127.0.0.1");
  if (!Drive(*transport, [&] { return transport->Handshake().state; })) {
    return Status::Unavailable("TLS with etcd: " + transport->error());
  }
  return std::unique_ptr<EtcdClient>(new EtcdClient(std::move(transport), address));
}

EtcdClient::EtcdClient(std::unique_ptr<http::Transport> transport, std::string address)
    : transport_(std::move(transport)), address_(std::move(address)) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::OnHeader);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::OnClose);
  nghttp2_session_client_new(&session_, callbacks, this);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
}

EtcdClient::~EtcdClient() {
  nghttp2_session_del(session_);
}

bool EtcdClient::Flush() {
  for (;;) {
    const uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &data);
    if (size <= 0) return size == 0;
    iovec piece{const_cast<uint8_t*>(data), static_cast<size_t>(size)};
    while (piece.iov_len > 0) {
      size_t moved = 0;
      const bool written = Drive(*transport_, [&] {
        const http::Transport::Outcome outcome = transport_->Write(&piece, 1);
        moved = outcome.bytes;
        return outcome.state;
      });
      if (!written) return false;
      piece.iov_base = static_cast<char*>(piece.iov_base) + moved;
      piece.iov_len -= moved;
    }
  }
}

bool EtcdClient::ReadSome() {
  std::array<char, 16 * 1024> buffer;
  size_t moved = 0;
  const bool read = Drive(*transport_, [&] {
    const http::Transport::Outcome outcome = transport_->Read(buffer.data(), buffer.size());
    moved = outcome.bytes;
    return outcome.state;
  });
  return read && nghttp2_session_mem_recv(session_, reinterpret_cast<const uint8_t*>(buffer.data()), moved) >= 0;
}

bool EtcdClient::Put(std::string_view key, std::string_view value) {
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
  if (nghttp2_submit_request(session_, nullptr, fields.data(), fields.size(), &provider, nullptr) < 0) return false;
  while (!closed_) {
    if (!Flush() || (!closed_ && !ReadSome())) return false;
  }
  return ok_ && Flush();
}

}  // namespace croft::bench
