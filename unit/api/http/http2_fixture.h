#pragma once

#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "unit/api/http/fixture.h"
#include "unit/api/http/http2_client.h"
#include "unit/api/http/lab.h"

namespace croft::http {

// The streams that a handler opened, by the path that was asked for, as a watch cache keeps them.
class Feeds {
 public:
  void Open(const Request& request, const ResponderPtr& responder, size_t limit = 1 << 20,
            std::function<void()> on_closed = {}) {
    auto stream = responder->StartStream(200, {{"Content-Type", "text/plain"}}, limit);
    stream->OnClosed([this, path = request.target, on_closed = std::move(on_closed)] {
      {
        std::lock_guard lock(mutex_);
        ++closed_[path];
      }
      if (on_closed) on_closed();
    });
    std::lock_guard lock(mutex_);
    streams_[request.target] = std::move(stream);
  }
  bool Write(const std::string& path, const SharedBytes& bytes) { return Of(path)->Write(bytes); }
  void Close(const std::string& path) { Of(path)->Close(); }
  int closed(const std::string& path) {
    std::lock_guard lock(mutex_);
    return closed_[path];
  }
  size_t size() {
    std::lock_guard lock(mutex_);
    return streams_.size();
  }

 private:
  std::shared_ptr<Stream> Of(const std::string& path) {
    std::lock_guard lock(mutex_);
    return streams_.at(path);
  }

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Stream>> streams_;
  std::map<std::string, int> closed_;
};

// "METHOD path size-of-body protocol"
inline void EchoShape(Request request, const ResponderPtr& responder) {
  ReplyWithText(responder, request.method + " " + request.target + " " + std::to_string(request.body.size()) + " " +
                               std::string(request.protocol));
}

class Http2Test : public testing::Test {
 protected:
  void Serve(Handler handler, ServerSettings settings = {}) {
    settings.listeners = {{.address = "127.0.0.1:0"}};
    settings.tls = ServerTls{lab_.Issue("server"), lab_.ca_pem()};
    server_ = std::make_unique<Server>(std::move(settings), std::move(handler));
    const Status status = server_->Start();
    ASSERT_TRUE(status.ok()) << status.message();
  }
  // Waits for the handlers; for tests whose handler uses what ends with the test's body.
  void EndServer() { server_->Stop(Duration::zero()); }
  std::unique_ptr<Http2Client> Open(const std::vector<std::string>& protocols = {"h2"}) {
    return std::make_unique<Http2Client>(server_->addresses().front(), lab_.ca_pem(), lab_.Issue("alice", {"lab"}),
                                         protocols);
  }

  const Lab lab_;
  Feeds feeds_;  // outlives the server, whose handler fills it
  std::unique_ptr<Server> server_;
};

}  // namespace croft::http
