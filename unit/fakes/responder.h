#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/http/message.h"

namespace croft::fakes {

// An open reply body that keeps what is written to it. Thread-safe.
class FakeStream final : public http::Stream {
 public:
  bool Write(http::SharedBytes bytes) override {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    text_ += *bytes;
    return true;
  }
  void Close() override {
    const std::lock_guard lock(mutex_);
    closed_ = ended_ = true;
  }
  void OnClosed(std::function<void()> callback) override {
    const std::lock_guard lock(mutex_);
    callback_ = std::move(callback);
  }

  // The client goes away.
  void Disconnect() {
    std::function<void()> callback;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      callback = callback_;
    }
    if (callback) callback();
  }
  // What came since the last call.
  std::string Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(text_, {});
  }
  bool ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;                // guarded by mutex_
  bool closed_ = false;             // guarded by mutex_
  bool ended_ = false;              // guarded by mutex_
  std::function<void()> callback_;  // guarded by mutex_
};

// Keeps the reply to one request. Thread-safe.
class FakeResponder final : public http::Responder {
 public:
  void Send(http::Response response) override {
    const std::lock_guard lock(mutex_);
    response_ = std::move(response);
    done_.notify_all();
  }
  void Later(std::function<void()> task) override { std::move(task)(); }
  std::shared_ptr<http::Stream> StartStream(int status, http::Headers headers, size_t) override {
    const std::lock_guard lock(mutex_);
    response_ = http::Response{status, std::move(headers), {}, {}};
    stream_ = std::make_shared<FakeStream>();
    done_.notify_all();
    return stream_;
  }

  // Waits for the reply.
  http::Response Wait() {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] { return response_.has_value(); });
    return *response_;
  }
  bool answered() const {
    const std::lock_guard lock(mutex_);
    return response_.has_value();
  }
  // Null when the reply is no stream.
  std::shared_ptr<FakeStream> stream() const {
    const std::lock_guard lock(mutex_);
    return stream_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable done_;
  std::optional<http::Response> response_;  // guarded by mutex_
  std::shared_ptr<FakeStream> stream_;      // guarded by mutex_
};

}  // namespace croft::fakes
