#include "api/http/duplex.h"

#include <sys/socket.h>

#include <mutex>
#include <utility>

#include "api/http/socket.h"
#include "api/http/wire.h"

namespace croft::http {
namespace {

using State = Transport::State;

// Each step of the transport is made under a mutex, for TLS keeps one state for both directions; the waiting is not.
class TransportDuplex final : public Duplex {
 public:
  TransportDuplex(std::unique_ptr<Transport> transport, std::string first)
      : transport_(std::move(transport)), fd_(transport_->fd()), first_(std::move(first)) {}

  Result<size_t> Read(char* to, size_t size) override {
    if (!first_.empty()) {
      const size_t part = first_.copy(to, size);
      first_.erase(0, part);
      return part;
    }
    return Drive([&] { return transport_->Read(to, size); });
  }

  Status Write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
      const Result<size_t> written = Drive([&] { return transport_->Write(&piece, 1); });
      if (!written.ok()) return written.status();
      if (*written == 0) return Status::Unavailable("the other side closed the stream");
      bytes.remove_prefix(*written);
    }
    return Status::Ok();
  }

  void CloseWrite() override {
    std::lock_guard lock(mutex_);
    transport_->CloseWrite();
  }

  void Cancel() override { shutdown(fd_, SHUT_RDWR); }

 private:
  template <class Step>
  Result<size_t> Drive(Step step) {
    for (;;) {
      Transport::Outcome outcome{};
      {
        std::lock_guard lock(mutex_);
        outcome = step();
        if (outcome.state == State::kError) return Status::Unavailable(transport_->error());
      }
      if (outcome.state == State::kDone) return outcome.bytes;
      if (outcome.state == State::kEnd) return size_t{0};
      WaitFor(fd_, outcome.state == State::kWantRead, std::chrono::steady_clock::now() + std::chrono::hours(1));
    }
  }

  std::mutex mutex_;
  const std::unique_ptr<Transport> transport_;  // used under mutex_
  const int fd_;
  std::string first_;  // what came with the response's header; the reader's
};

}  // namespace

std::unique_ptr<Duplex> MakeDuplex(Wire& wire) {
  std::string first = wire.TakeRest();
  return std::make_unique<TransportDuplex>(wire.TakeTransport(), std::move(first));
}

}  // namespace croft::http
