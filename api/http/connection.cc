#include "api/http/connection.h"

#include <sys/socket.h>

#include <array>
#include <utility>
#include <vector>
// <utility> must come before Asio 1.74.
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include "api/base/log.h"
#include "api/http/session.h"
#include "api/http/socket.h"

namespace croft::http {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;
using State = Transport::State;

// What one connection may read or write before others have their turn, be it its own replies.
constexpr size_t kReadTurn = 256 * 1024;
constexpr size_t kWriteTurn = 256 * 1024;

SteadyTime After(Duration duration) {
  return std::chrono::steady_clock::now() + std::chrono::duration_cast<SteadyTime::duration>(duration);
}

class SocketConnection final : public Connection, public Link, public std::enable_shared_from_this<SocketConnection> {
 public:
  SocketConnection(std::shared_ptr<ConnectionHost> host, std::unique_ptr<Transport> transport)
      : host_(std::move(host)), transport_(std::move(transport)), descriptor_(*host_->io, transport_->fd()) {
    peer_.address = RemoteAddress(transport_->fd());
  }
  ~SocketConnection() override {
    if (descriptor_.is_open()) descriptor_.release();
  }

  void Begin() {
    const std::lock_guard lock(mutex_);
    handshake_deadline_ = After(host_->settings.handshake_limit);
    Handshake();
    if (!quick_.empty()) Post([] {});  // whoever accepts connections goes on with that
  }

  void CheckTime(SteadyTime now) override;
  void Finish() override;
  void Abort() override {
    std::lock_guard lock(mutex_);
    Close();
  }

  // Link. All but mutex(): mutex_ held.
  std::mutex& mutex() override { return mutex_; }
  const ServerSettings& settings() const override { return host_->settings; }
  Budget& budget() override { return host_->budget; }
  const Peer& peer() const override { return peer_; }
  Output& out() override { return out_; }
  void Flush() override;
  void FlushSoon() override;
  void ReadSoon() override;
  void Post(std::function<void()> task) override;
  void Call(std::function<void()> callback) override { asio::post(*host_->io, std::move(callback)); }
  bool OnIoThread() const override { return host_->io->get_executor().running_in_this_thread(); }
  void Dispatch(Request request, uint64_t number, Share held) override;
  void CloseWrite() override { transport_->CloseWrite(); }
  void Close() override;

 private:
  // Does `step` with mutex_ held, then what came of it that needs no worker. Of I/O threads.
  void Locked(const std::function<void()>& step);

  // All below: mutex_ held.
  void Handshake();
  void Wait(bool readable);
  void OnReady(bool readable);
  void Read();

  const std::shared_ptr<ConnectionHost> host_;

  std::mutex mutex_;  // guards all below
  std::unique_ptr<Transport> transport_;
  Descriptor descriptor_;             // waits for the transport's descriptor, without owning it
  std::unique_ptr<Session> session_;  // none until the handshake is done
  Peer peer_;                         // constant from then
  Output out_;
  std::vector<std::function<void()>> quick_;  // requests that the thread which holds the mutex handles after it
  bool closed_ = false;
  bool read_armed_ = false;
  bool write_armed_ = false;
  bool read_wants_write_ = false;  // TLS must write before it can read on
  bool flush_posted_ = false;
  SteadyTime handshake_deadline_ = SteadyTime::max();
  SteadyTime write_deadline_ = SteadyTime::max();  // for kLeastProgress, of which came:
  size_t progress_ = 0;
};

void SocketConnection::Handshake() {
  const Transport::Outcome outcome = transport_->Handshake();
  switch (outcome.state) {
    case State::kWantRead:
      return Wait(true);
    case State::kWantWrite:
      return Wait(false);
    case State::kDone:
      transport_->Identify(&peer_);
      handshake_deadline_ = SteadyTime::max();
      session_ = transport_->protocol() == "h2" ? MakeHttp2Session(*this) : MakeHttp1Session(*this);
      return Read();
    case State::kEnd:
    case State::kError:
      break;
  }
  if (transport_->error() == "http request") {
    static constexpr std::string_view kHint =
        "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain\r\n\r\nThis port speaks HTTPS; the request was HTTP.\n";
    send(transport_->fd(), kHint.data(), kHint.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  log::Debug("TLS handshake failed", {{"peer", peer_.address}, {"error", transport_->error()}});
  Close();
}

void SocketConnection::Wait(bool readable) {
  bool& armed = readable ? read_armed_ : write_armed_;
  if (armed) return;
  armed = true;
  descriptor_.async_wait(readable ? Descriptor::wait_read : Descriptor::wait_write,
                         [self = shared_from_this(), readable](const boost::system::error_code&) {
                           self->Locked([&] {
                             (readable ? self->read_armed_ : self->write_armed_) = false;
                             self->OnReady(readable);
                           });
                         });
}

void SocketConnection::OnReady(bool readable) {
  if (closed_) return;
  if (!session_) return Handshake();
  if (readable || std::exchange(read_wants_write_, false)) Read();
  // After a read too: what TLS could not write may have waited for it. After the wait to write in any case, for who had
  // something to send meanwhile left it to this.
  if (!closed_ && (!readable || (!out_.empty() && !write_armed_))) Flush();
}

void SocketConnection::Read() {
  thread_local std::array<char, 16 * 1024> buffer;
  size_t taken = 0;
  while (!closed_ && session_->WantsToRead()) {
    if (taken > kReadTurn) return Post([this] { Read(); });
    const Transport::Outcome outcome = transport_->Read(buffer.data(), buffer.size());
    switch (outcome.state) {
      case State::kDone:
        taken += outcome.bytes;
        session_->Take({buffer.data(), outcome.bytes});
        if (closed_) return;
        // The socket is almost surely empty now: ask the kernel to tell instead of asking in vain.
        if (outcome.bytes < buffer.size() && !transport_->Pending() && session_->WantsToRead()) return Wait(true);
        break;
      case State::kWantRead:
        return Wait(true);
      case State::kWantWrite:
        read_wants_write_ = true;
        return Wait(false);
      case State::kEnd:
      case State::kError:
        return session_->OnPeerGone(outcome.state == State::kEnd);
    }
  }
}

void SocketConnection::ReadSoon() {
  if (read_armed_) return;
  Post([this] {
    if (!read_armed_) Read();
  });
}

void SocketConnection::Flush() {
  for (size_t sent = 0; !closed_;) {
    if (sent >= kWriteTurn) return FlushSoon();
    const Transport::Outcome outcome = out_.Flush(*transport_, kWriteTurn - sent);
    sent += outcome.bytes;
    progress_ += outcome.bytes;
    switch (outcome.state) {
      case State::kDone:
        if (!out_.empty()) break;
        write_deadline_ = SteadyTime::max();
        session_->OnFlushed();
        if (out_.empty()) return;
        break;
      case State::kWantRead:
      case State::kWantWrite:
        if (progress_ >= kLeastProgress || write_deadline_ == SteadyTime::max()) {
          write_deadline_ = After(host_->settings.write_limit);
          progress_ = 0;
        }
        return Wait(outcome.state == State::kWantRead);
      case State::kEnd:
      case State::kError:
        return Close();
    }
  }
}

void SocketConnection::FlushSoon() {
  if (flush_posted_ || write_armed_) return;
  flush_posted_ = true;
  Post([this] {
    flush_posted_ = false;
    if (!write_armed_) Flush();
  });
}

void SocketConnection::Post(std::function<void()> task) {
  asio::post(*host_->io, [self = shared_from_this(), task = std::move(task)] {
    self->Locked([&] {
      if (!self->closed_) task();
    });
  });
}

void SocketConnection::Locked(const std::function<void()>& step) {
  std::vector<std::function<void()>> quick;
  {
    std::lock_guard lock(mutex_);
    try {
      step();
    } catch (...) {
      Close();             // nobody knows what was done
      quick.swap(quick_);  // let go of without the mutex
      throw;
    }
    quick.swap(quick_);
  }
  for (auto& task : quick) task();
}

void SocketConnection::Dispatch(Request request, uint64_t number, Share held) {
  request.peer = peer_;
  const bool quick = host_->settings.quick && host_->settings.quick(request);
  std::shared_ptr<Session> session(shared_from_this(), session_.get());
  ResponderPtr responder = MakeResponder(session, number, std::move(held));
  auto task = [host = host_, session = std::move(session), number, request = std::move(request),
               responder = std::move(responder)]() mutable {
    if (!session->MayHandle(number)) return;
    try {
      host->handler(std::move(request), std::move(responder));
    } catch (const std::exception& error) {
      log::Error("a request's handler failed", {{"error", error.what()}});
    }
  };
  if (quick) {
    quick_.push_back(std::move(task));
  } else {
    host_->workers->Post(std::move(task));
  }
}

void SocketConnection::Close() {
  if (closed_) return;
  closed_ = true;
  if (session_) session_->OnClosed();
  descriptor_.release();
  transport_.reset();
  out_ = {};
  host_->connections.Remove(this);
}

void SocketConnection::CheckTime(SteadyTime now) {
  std::lock_guard lock(mutex_);
  if (closed_) return;
  if (now >= handshake_deadline_ || now >= write_deadline_) return Close();
  if (session_) session_->CheckTime(now);
}

void SocketConnection::Finish() {
  std::lock_guard lock(mutex_);
  if (closed_) return;
  if (!session_) return Close();
  session_->Finish();
}

}  // namespace

ConnectionHost::ConnectionHost(ServerSettings with, Handler handle)
    : settings(std::move(with)),
      handler(std::move(handle)),
      io(std::make_shared<asio::io_context>()),
      budget(settings.max_request_bytes) {}

void RunIo(asio::io_context& io) {
  for (;;) {
    try {
      io.run();
      return;
    } catch (const std::exception& error) {
      log::Error("an I/O thread's task failed", {{"error", error.what()}});
    }
  }
}

void Connection::Start(const std::shared_ptr<ConnectionHost>& host, std::unique_ptr<Transport> transport) {
  auto connection = std::make_shared<SocketConnection>(host, std::move(transport));
  host->connections.Add(connection);
  connection->Begin();
}

}  // namespace croft::http
