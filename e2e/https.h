#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace croft::e2e {

struct Answer {
  int code = 0;  // 0: no answer
  std::string body;
  std::string error;
};

// Where to connect, whom to ask for, and whom to trust.
struct Site {
  std::string address;  // "127.50.1.1"
  int port = 443;
  std::string host;    // SNI and Host
  std::string ca_pem;  // trusted alone
};

// One TLS connection at a time, kept alive, opened anew when needed. Verifies the certificate and the host name. Not
// thread-safe.
class HttpsClient {
 public:
  explicit HttpsClient(Site site);
  ~HttpsClient();
  Answer Get(const std::string& path, std::chrono::milliseconds limit = std::chrono::seconds(5));
  void Disconnect();

 private:
  struct Connection;
  const Site site_;
  std::unique_ptr<Connection> connection_;
};

// Asks again and again on a few threads, like users who never sleep, and keeps count. Bounded: stops by itself after
// five minutes.
class Load {
 public:
  // `pause` lies between two requests of a thread; every `per_connection` requests a thread connects anew.
  Load(Site site, int threads, std::chrono::milliseconds pause, int per_connection);
  ~Load();
  void Stop();

  int ok() const { return ok_; }
  int failed() const { return failed_; }
  // The longest time without a good answer, on any thread.
  std::chrono::milliseconds longest_gap() const;
  // How often each line of a body was seen ("Version: v1").
  std::map<std::string, int> lines() const;
  std::vector<std::string> errors() const;  // the first few

 private:
  void Run(std::chrono::milliseconds pause, int per_connection);
  void Note(const Answer& answer);

  const Site site_;
  std::atomic<bool> stop_{false};
  std::atomic<int> ok_{0};
  std::atomic<int> failed_{0};
  mutable std::mutex mutex_;
  std::chrono::steady_clock::time_point last_ok_;  // guarded by mutex_
  std::chrono::milliseconds gap_{0};               // guarded by mutex_
  std::map<std::string, int> lines_;               // guarded by mutex_
  std::vector<std::string> errors_;                // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace croft::e2e
