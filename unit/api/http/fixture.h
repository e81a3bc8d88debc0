#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>

#include "api/http/server.h"
#include "api/http/socket.h"

namespace croft::http {

inline SteadyTime Soon(int seconds = 20) {
  return std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
}

// A directory of the test's own, removed with it.
class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "croft-http-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// A gate that one side waits at until the other opens it.
class Gate {
 public:
  void Open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  bool Wait(int seconds = 20) {
    std::unique_lock lock(mutex_);
    return opened_.wait_for(lock, std::chrono::seconds(seconds), [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

// Looks again and again until `condition` holds. False after `seconds`.
template <class F>
bool Eventually(F condition, int seconds = 20) {
  const SteadyTime end = Soon(seconds);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

inline constexpr char kGet[] = "GET /x HTTP/1.1\r\nHost: lab\r\n\r\n";
// After which the server ends the connection.
inline constexpr char kLastGet[] = "GET /x HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n";

// A client that sends exactly what it is told to.
class RawClient {
 public:
  explicit RawClient(const std::string& address) {
    const Result<int> fd = Connect(address, std::chrono::seconds(5));
    EXPECT_TRUE(fd.ok()) << fd.status().message();
    fd_ = fd.ok() ? *fd : -1;
  }
  ~RawClient() {
    if (fd_ >= 0) close(fd_);
  }

  void Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n > 0) {
        bytes.remove_prefix(static_cast<size_t>(n));
      } else if (errno != EAGAIN || !WaitFor(fd_, false, Soon())) {
        return;
      }
    }
  }
  void EndSending() { shutdown(fd_, SHUT_WR); }

  // Reads until `text` has come (and returns all up to and with it), the connection ends, or 20 s have passed.
  std::string ReadUntil(std::string_view text) {
    for (;;) {
      const size_t at = received_.find(text);
      if (!text.empty() && at != std::string::npos) {
        std::string head = received_.substr(0, at + text.size());
        received_.erase(0, at + text.size());
        return head;
      }
      if (!ReadSome()) return std::exchange(received_, "");
    }
  }
  std::string ReadToEnd() { return ReadUntil({}); }
  // Whether the other side has ended the connection (after what it sent before).
  bool ended() const { return ended_; }

 private:
  bool ReadSome() {
    char buffer[65536];
    if (!WaitFor(fd_, true, Soon())) return false;
    const ssize_t n = recv(fd_, buffer, sizeof buffer, 0);
    if (n > 0) received_.append(buffer, static_cast<size_t>(n));
    if (n == 0 || (n < 0 && errno != EAGAIN)) ended_ = true;
    return n > 0 || (n < 0 && errno == EAGAIN);
  }

  int fd_ = -1;
  std::string received_;
  bool ended_ = false;
};

inline SharedBytes Bytes(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

inline void ReplyWithText(const ResponderPtr& responder, std::string text) {
  Response response;
  response.headers.Add("Content-Type", "text/plain");
  response.body = std::move(text);
  responder->Send(std::move(response));
}

inline void Echo(Request request, const ResponderPtr& responder) {
  ReplyWithText(responder, request.method + " " + request.target + " " + request.body);
}

class ServerTest : public testing::Test {
 protected:
  std::string Serve(Handler handler, ServerSettings settings = {}) {
    if (settings.listeners.empty()) settings.listeners.push_back({.address = "127.0.0.1:0"});
    server_ = std::make_unique<Server>(std::move(settings), std::move(handler));
    const Status status = server_->Start();
    EXPECT_TRUE(status.ok()) << status.message();
    return server_->addresses().front();
  }

  std::unique_ptr<Server> server_;
};

}  // namespace croft::http
