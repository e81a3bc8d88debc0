#include <array>
#include <mutex>
#include <thread>
#include <utility>
// <utility> must come before Asio 1.74.
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include "api/http/wire.h"

namespace croft::http {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;
using State = Transport::State;

// The thread that reads all streams of the process. Made with the first stream, ended with the last.
class IoThread {
 public:
  static std::shared_ptr<IoThread> Shared() {
    static std::mutex mutex;
    static std::weak_ptr<IoThread> shared;  // guarded by mutex
    std::lock_guard lock(mutex);
    std::shared_ptr<IoThread> thread = shared.lock();
    if (!thread) shared = thread = std::make_shared<IoThread>();
    return thread;
  }

  IoThread() : work_(io_->get_executor()), thread_([io = io_] { io->run(); }) {
    pthread_setname_np(thread_.native_handle(), "http-streams");
  }
  ~IoThread() {
    work_.reset();
    thread_.join();
  }
  const std::shared_ptr<asio::io_context>& io() const { return io_; }

 private:
  const std::shared_ptr<asio::io_context> io_ = std::make_shared<asio::io_context>(1);
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

// One response that is being read. Everything but Cancel happens on the I/O thread.
class Reader : public std::enable_shared_from_this<Reader> {
 public:
  Reader(std::shared_ptr<asio::io_context> io, bool no_body, StreamCallbacks callbacks)
      : io_(std::move(io)), no_body_(no_body), callbacks_(std::move(callbacks)) {}
  ~Reader() {
    if (descriptor_) descriptor_->release();
  }

  void Start(Result<std::unique_ptr<Wire>> wire) {
    if (!wire.ok()) {
      return asio::post(*io_, [self = shared_from_this(), why = wire.status()] { self->End(why); });
    }
    rest_ = (*wire)->TakeRest();
    transport_ = (*wire)->TakeTransport();
    descriptor_.emplace(*io_, transport_->fd());
    asio::post(*io_, [self = shared_from_this()] { self->Read(); });
  }

  // No callback begins after this has returned; one that runs is waited for.
  void Cancel() {
    StreamCallbacks dropped;  // released outside the lock
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
      dropped = std::exchange(callbacks_, {});
    }
    asio::post(*io_, [self = shared_from_this()] { self->Close(); });
  }

 private:
  void Wait(bool readable) {
    descriptor_->async_wait(readable ? Descriptor::wait_read : Descriptor::wait_write,
                            [self = shared_from_this()](const boost::system::error_code&) { self->Read(); });
  }

  void Read() {
    thread_local std::array<char, 64 * 1024> buffer;
    // A stream that never pauses gives the others their turn.
    for (int turn = 0; turn < 16; ++turn) {
      if (!transport_) return;
      const Transport::Outcome outcome = transport_->Read(buffer.data(), buffer.size());
      switch (outcome.state) {
        case State::kDone:
          Take({buffer.data(), outcome.bytes});
          break;
        case State::kWantRead:
          return Wait(true);
        case State::kWantWrite:
          return Wait(false);
        case State::kEnd:
          return End(parser_ && parser_->FeedEof() ? Status::Ok() : Lost("it ended before the answer did"));
        case State::kError:
          return End(Lost(transport_->error()));
      }
    }
    asio::post(*io_, [self = shared_from_this()] { self->Read(); });
  }

  void Take(std::string_view bytes) {
    if (!rest_.empty()) {
      rest_.append(bytes);
      bytes = rest_;
    }
    while (!bytes.empty() && transport_) {
      if (!parser_) {
        parser_ = std::make_unique<ResponseParser>(kMaxResponseHeader, no_body_,
                                                   [this](std::string_view data) { OnBody(data); });
        head_told_ = false;
      }
      const size_t taken = parser_->Feed(bytes);
      bytes.remove_prefix(taken);
      if (parser_->error() != ParseError::kNone) return End(Lost("the answer is not well-formed HTTP"));
      if (parser_->header_done()) TellHead();
      if (parser_->done()) {
        if (parser_->head().status >= 200) return End(Status::Ok());
        parser_.reset();  // informational: the answer itself follows
      } else if (taken == 0) {
        break;
      }
    }
    rest_ = std::string(bytes);
  }

  void OnBody(std::string_view data) {
    TellHead();
    std::lock_guard lock(mutex_);
    if (!ended_ && callbacks_.on_data) callbacks_.on_data(data);
  }

  void TellHead() {
    if (std::exchange(head_told_, true) || parser_->head().status < 200) return;
    std::lock_guard lock(mutex_);
    if (!ended_ && callbacks_.on_headers) callbacks_.on_headers(parser_->head());
  }

  void End(const Status& why) {
    StreamCallbacks dropped;  // released outside the lock
    {
      std::lock_guard lock(mutex_);
      if (!ended_ && callbacks_.on_end) callbacks_.on_end(why);
      ended_ = true;
      dropped = std::exchange(callbacks_, {});
    }
    Close();
  }

  void Close() {
    if (descriptor_) descriptor_->release();
    descriptor_.reset();
    transport_.reset();
  }

  static Status Lost(std::string_view why) {
    return Status::Unavailable("the connection was lost: " + std::string(why));
  }

  const std::shared_ptr<asio::io_context> io_;
  const bool no_body_;

  std::unique_ptr<Transport> transport_;  // null once closed
  std::optional<Descriptor> descriptor_;  // waits for the transport's descriptor, without owning it
  std::unique_ptr<ResponseParser> parser_;
  bool head_told_ = false;
  std::string rest_;  // read, not yet parsed

  std::mutex mutex_;  // held during callbacks
  bool ended_ = false;
  StreamCallbacks callbacks_;
};

class Handle final : public ResponseStream {
 public:
  Handle(Result<std::unique_ptr<Wire>> wire, bool no_body, StreamCallbacks callbacks)
      : thread_(IoThread::Shared()), reader_(std::make_shared<Reader>(thread_->io(), no_body, std::move(callbacks))) {
    reader_->Start(std::move(wire));
  }
  ~Handle() override { reader_->Cancel(); }

 private:
  const std::shared_ptr<IoThread> thread_;  // after the reader is cancelled its work runs out
  const std::shared_ptr<Reader> reader_;
};

}  // namespace

std::unique_ptr<ResponseStream> FollowResponse(Result<std::unique_ptr<Wire>> wire, bool no_body,
                                               StreamCallbacks callbacks) {
  return std::make_unique<Handle>(std::move(wire), no_body, std::move(callbacks));
}

}  // namespace croft::http
