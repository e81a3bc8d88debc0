#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "api/http/session.h"
#include "unit/fuzz/target.h"

namespace croft::fuzz {

// A client's connection in memory, and the session that serves it. What would happen on other threads waits in a queue
// until Run, so that a target says in which order things happen; the socket takes as much as the target lets it.
class Connection final : public http::Link, public std::enable_shared_from_this<Connection> {
 public:
  using Make = std::unique_ptr<http::Session> (*)(http::Link&);

  static std::shared_ptr<Connection> Open(Make make, http::ServerSettings settings, http::Handler handler) {
    auto connection = std::make_shared<Connection>(std::move(settings), std::move(handler));
    const std::lock_guard lock(connection->mutex_);
    connection->session_ = make(*connection);
    return connection;
  }
  Connection(http::ServerSettings settings, http::Handler handler)
      : settings_(std::move(settings)), handler_(std::move(handler)), budget_(settings_.max_request_bytes) {}
  ~Connection() override { Require(budget_.used() == 0, "what requests held is given back"); }

  // The client sends.
  void Send(std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    arrived_ += bytes;
    Read();
  }
  // The client sends nothing more (`in_order`), or is gone.
  void End(bool in_order) {
    const std::lock_guard lock(mutex_);
    if (!closed_) session_->OnPeerGone(in_order);
  }
  // Carries out what waits, and what comes of it.
  void Run() {
    while (!tasks_.empty()) {
      const Task task = std::move(tasks_.front());
      tasks_.pop_front();
      if (!task.locked) {
        task.run();
        continue;
      }
      const std::lock_guard lock(mutex_);
      if (!closed_) task.run();
    }
  }
  // The socket has room for so many bytes more.
  void MakeRoom(size_t bytes) {
    const std::lock_guard lock(mutex_);
    socket_.room += bytes;
    if (!closed_) Flush();
  }
  void CheckTime(SteadyTime now) {
    const std::lock_guard lock(mutex_);
    if (!closed_) session_->CheckTime(now);
  }
  void Finish() {
    const std::lock_guard lock(mutex_);
    if (!closed_) session_->Finish();
  }
  // The connection breaks; whoever holds something of it is told, and has let go once the next tick has passed.
  void Abort() {
    {
      const std::lock_guard lock(mutex_);
      Close();
    }
    Run();
  }

  bool closed() const { return closed_; }
  size_t queued() const { return out_.size(); }             // produced, and not yet taken by the socket
  const std::string& sent() const { return socket_.sent; }  // all that the socket took

  // Link.
  std::mutex& mutex() override { return mutex_; }
  const http::ServerSettings& settings() const override { return settings_; }
  http::Budget& budget() override { return budget_; }
  const http::Peer& peer() const override { return peer_; }
  http::Output& out() override { return out_; }
  void Flush() override {
    while (!closed_) {
      if (out_.Flush(socket_).state != http::Transport::State::kDone) return;
      session_->OnFlushed();
      if (out_.empty()) return;
    }
  }
  void FlushSoon() override {
    if (std::exchange(flush_posted_, true)) return;
    Post([this] {
      flush_posted_ = false;
      Flush();
    });
  }
  void ReadSoon() override {
    Post([this] { Read(); });
  }
  void Post(std::function<void()> task) override { tasks_.push_back({true, std::move(task)}); }
  void Call(std::function<void()> callback) override { tasks_.push_back({false, std::move(callback)}); }
  bool OnIoThread() const override { return true; }
  void Dispatch(http::Request request, uint64_t number, http::Share held) override {
    const std::shared_ptr<http::Session> session(shared_from_this(), session_.get());
    auto shared = std::make_shared<http::Request>(std::move(request));
    auto responder = http::MakeResponder(session, number, std::move(held));
    tasks_.push_back({false, [this, session, number, shared, responder = std::move(responder)] {
                        if (session->MayHandle(number)) handler_(std::move(*shared), responder);
                      }});
  }
  void CloseWrite() override { write_closed_ = true; }
  void Close() override {
    if (std::exchange(closed_, true)) return;
    session_->OnClosed();
    out_ = {};
    arrived_.clear();
  }

 private:
  struct Task {
    bool locked;
    std::function<void()> run;
  };

  // Takes `room` bytes.
  struct Socket final : http::Transport {
    Outcome Handshake() override { return {State::kDone}; }
    Outcome Read(char*, size_t) override { return {State::kWantRead}; }
    Outcome Write(const iovec* pieces, int count) override {
      size_t taken = 0;
      for (int i = 0; i < count && room > 0; ++i) {
        const size_t part = std::min(room, pieces[i].iov_len);
        sent.append(static_cast<const char*>(pieces[i].iov_base), part);
        room -= part;
        taken += part;
      }
      return taken == 0 ? Outcome{State::kWantWrite} : Outcome{State::kDone, taken};
    }
    bool Pending() const override { return false; }
    void CloseWrite() override {}
    void Identify(http::Peer*) const override {}
    std::string_view protocol() const override { return {}; }
    int fd() const override { return -1; }
    const std::string& error() const override { return sent; }

    size_t room = 0;
    std::string sent;
  };

  // mutex_ held.
  void Read() {
    static constexpr size_t kBuffer = 16 * 1024;
    while (!closed_ && !arrived_.empty() && session_->WantsToRead()) {
      const std::string piece = arrived_.substr(0, kBuffer);
      arrived_.erase(0, piece.size());
      session_->Take(piece);
    }
  }

  const http::ServerSettings settings_;
  const http::Handler handler_;
  http::Budget budget_;
  const http::Peer peer_;
  std::mutex mutex_;
  std::unique_ptr<http::Session> session_;
  http::Output out_;
  Socket socket_;
  std::string arrived_;  // and not yet taken by the session
  std::deque<Task> tasks_;
  bool flush_posted_ = false;
  bool write_closed_ = false;
  bool closed_ = false;
};

// What is as good as room without end.
inline constexpr size_t kMuchRoom = size_t{1} << 40;

}  // namespace croft::fuzz
