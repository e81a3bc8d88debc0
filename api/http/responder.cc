#include <atomic>
#include <utility>

#include "api/http/response.h"
#include "api/http/session.h"

namespace croft::http {
namespace {

class SessionStream final : public Stream {
 public:
  SessionStream(std::shared_ptr<Session> session, uint64_t request) : session_(std::move(session)), request_(request) {}
  ~SessionStream() override { session_->CloseStream(request_); }
  bool Write(SharedBytes bytes) override { return session_->WriteStream(request_, {&bytes, 1}); }
  bool WriteAll(std::span<const SharedBytes> pieces) override { return session_->WriteStream(request_, pieces); }
  void Close() override { session_->CloseStream(request_); }
  void OnClosed(std::function<void()> callback) override { session_->OnStreamClosed(request_, std::move(callback)); }
  void OnReceived(const std::function<Received(std::string_view)>& callback) override {
    session_->OnStreamReceived(request_, callback);
  }

 private:
  const std::shared_ptr<Session> session_;
  const uint64_t request_;
};

class SessionResponder final : public Responder {
 public:
  SessionResponder(std::shared_ptr<Session> session, uint64_t request, Share held)
      : session_(std::move(session)), request_(request), held_(std::move(held)) {}
  ~SessionResponder() override {
    if (!used_) session_->Reply(request_, StatusResponse(500, Status::Internal("the request was not answered")));
  }
  void Send(Response response) override {
    used_ = true;
    held_.Resize(0);
    session_->Reply(request_, std::move(response));
  }
  void Later(std::function<void()> task) override { session_->Later(std::move(task)); }
  std::shared_ptr<Stream> StartStream(int status, Headers headers, size_t max_queued) override {
    used_ = true;
    held_.Resize(0);
    session_->BeginStream(request_, status, std::move(headers), max_queued);
    return std::make_shared<SessionStream>(session_, request_);
  }

 private:
  const std::shared_ptr<Session> session_;
  const uint64_t request_;
  Share held_;  // by the request
  std::atomic<bool> used_{false};
};

}  // namespace

ResponderPtr MakeResponder(std::shared_ptr<Session> session, uint64_t number, Share held) {
  return std::make_shared<SessionResponder>(std::move(session), number, std::move(held));
}

}  // namespace croft::http
