#include "api/client/rest_watch.h"

#include "api/client/rest_client.h"

namespace croft::client {
namespace {

// No single event of an object of at most 3 MiB is larger than this.
constexpr size_t kMaxLine = 16 * 1024 * 1024;

// Nor is any Status that refuses a watch.
constexpr size_t kMaxRefusal = 256 * 1024;

std::optional<WatchEvent::Type> TypeOf(std::string_view text) {
  if (text == "ADDED") return WatchEvent::Type::kAdded;
  if (text == "MODIFIED") return WatchEvent::Type::kModified;
  if (text == "DELETED") return WatchEvent::Type::kDeleted;
  if (text == "BOOKMARK") return WatchEvent::Type::kBookmark;
  return std::nullopt;
}

// Takes the stream apart into events. Runs on the stream's thread alone.
class Decoder {
 public:
  explicit Decoder(std::shared_ptr<WatchSink> sink) : sink_(std::move(sink)) {}

  void OnHeaders(int code) { code_ = code; }

  void OnData(std::string_view bytes) {
    if (closed_) return;
    if (code_ >= 400) {  // the body says why; OnEnd reads it
      if (buffer_.size() < kMaxRefusal) buffer_.append(bytes);
      return;
    }
    buffer_.append(bytes);
    size_t from = 0;
    for (size_t end; !closed_ && (end = buffer_.find('\n', from)) != std::string::npos; from = end + 1) {
      Line(std::string_view(buffer_).substr(from, end - from));
    }
    buffer_.erase(0, from);
    if (buffer_.size() > kMaxLine) Close(Status::Internal("a watch event is larger than 16 MiB"));
  }

  void OnEnd(const Status& why) { Close(why.ok() && code_ >= 400 ? FailureFrom(code_, buffer_) : why); }

 private:
  void Line(std::string_view line) {
    if (line.empty()) return;
    const Result<JsonDocument> event = ParseJson(line);
    if (!event.ok()) return Close(event.status().Annotate("watch"));
    const Json* object = Find(*event, "object");
    if (object == nullptr) return Close(Status::Internal("a watch event has no object"));
    const auto type = TypeOf(FindString(*event, {"type"}));
    if (!type) return Close(FailureFrom(static_cast<int>(FindInt(*object, {"code"}, 500)), WriteJson(*object)));
    Result<ObjectPtr> parsed = Object::From(*object);
    if (!parsed.ok()) return Close(parsed.status().Annotate("watch"));
    sink_->OnEvent({*type, std::move(*parsed)});
  }

  void Close(const Status& why) {
    if (closed_) return;
    closed_ = true;
    sink_->OnClosed(why);
  }

  const std::shared_ptr<WatchSink> sink_;
  int code_ = 200;
  std::string buffer_;
  bool closed_ = false;
};

class RestWatch final : public Watch {
 public:
  RestWatch(http::Client& client, const std::string& target, std::shared_ptr<WatchSink> sink) {
    const auto decoder = std::make_shared<Decoder>(std::move(sink));
    http::Request request;
    request.method = "GET";
    request.target = target;
    request.headers.Add("Accept", "application/json");
    http::StreamCallbacks callbacks;
    callbacks.on_headers = [decoder](const http::Response& head) { decoder->OnHeaders(head.status); };
    callbacks.on_data = [decoder](std::string_view bytes) { decoder->OnData(bytes); };
    callbacks.on_end = [decoder](const Status& why) { decoder->OnEnd(why); };
    stream_ = client.OpenStream(request, std::move(callbacks));
  }

 private:
  std::unique_ptr<http::ResponseStream> stream_;
};

}  // namespace

std::unique_ptr<Watch> StartRestWatch(http::Client& client, const std::string& target,
                                      std::shared_ptr<WatchSink> sink) {
  return std::make_unique<RestWatch>(client, target, std::move(sink));
}

}  // namespace croft::client
