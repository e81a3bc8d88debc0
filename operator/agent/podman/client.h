#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/http/client.h"
#include "api/object/json.h"

namespace croft::agent::podman {

// libpod's REST API over its unix socket. A refusal becomes a Status with the reason of its HTTP code and Podman's own
// words. Thread-safe.
class Client {
 public:
  static Result<std::unique_ptr<Client>> Create(const std::string& socket);

  // `path` follows "/v4.0.0/libpod": "/containers/json?all=true". An empty body is a null document.
  Result<JsonDocument> Get(const std::string& path, Duration timeout = kTimeout);
  Result<JsonDocument> Post(const std::string& path, const Json* body = nullptr, Duration timeout = kTimeout);
  Status Delete(const std::string& path, Duration timeout = kTimeout);
  // The reply as it is, whatever its code.
  Result<http::Response> Raw(std::string method, const std::string& path, std::string body,
                             const std::string& content_type, Duration timeout);
  // The reply's body in pieces, as they come; see http::Client::OpenStream.
  std::unique_ptr<http::ResponseStream> Follow(const std::string& path, http::StreamCallbacks callbacks);

  // Whether a service answers at all.
  Status Ping();

  static constexpr Duration kTimeout = std::chrono::seconds(120);

 private:
  explicit Client(std::unique_ptr<http::Client> http) : http_(std::move(http)) {}
  std::unique_ptr<http::Client> http_;
};

// {"label":["a=b"]} percent-encoded, as the API's `filters` wants it.
std::string LabelFilter(std::initializer_list<std::pair<std::string_view, std::string_view>> labels);

}  // namespace croft::agent::podman
