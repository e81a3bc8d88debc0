#include "operator/agent/podman/client.h"

namespace croft::agent::podman {
namespace {

constexpr char kPrefix[] = "/v4.0.0/libpod";

Status Refusal(const http::Response& response) {
  std::string message;
  if (Result<JsonDocument> body = ParseJson(response.body); body.ok()) {
    message = FindString(*body, {"message"}, FindString(*body, {"cause"}));
  }
  if (message.empty()) message = "podman answered " + std::to_string(response.status);
  return Status(ReasonFrom(response.status, {}), message);
}

// 304: it was so already (started, stopped).
bool Succeeded(int status) {
  return (status >= 200 && status < 300) || status == 304;
}

}  // namespace

Result<std::unique_ptr<Client>> Client::Create(const std::string& socket) {
  http::ClientSettings settings;
  settings.address = "unix:" + socket;
  settings.max_response_bytes = 64 * 1024 * 1024;
  settings.max_idle_connections = 8;
  Result<std::unique_ptr<http::Client>> http = http::Client::Create(std::move(settings));
  if (!http.ok()) return http.status();
  return std::unique_ptr<Client>(new Client(std::move(*http)));
}

Result<http::Response> Client::Raw(std::string method, const std::string& path, std::string body,
                                   const std::string& content_type, Duration timeout) {
  http::Request request;
  request.method = std::move(method);
  request.target = kPrefix + path;
  if (!body.empty()) request.headers.Add("Content-Type", content_type);
  request.body = std::move(body);
  return http_->Do(request, timeout);
}

Result<JsonDocument> Client::Get(const std::string& path, Duration timeout) {
  Result<http::Response> response = Raw("GET", path, {}, {}, timeout);
  if (!response.ok()) return response.status();
  if (!Succeeded(response->status)) return Refusal(*response);
  return response->body.empty() ? JsonDocument() : ParseJson(response->body);
}

Result<JsonDocument> Client::Post(const std::string& path, const Json* body, Duration timeout) {
  Result<http::Response> response =
      Raw("POST", path, body == nullptr ? "" : WriteJson(*body), "application/json", timeout);
  if (!response.ok()) return response.status();
  if (!Succeeded(response->status)) return Refusal(*response);
  return response->body.empty() ? JsonDocument() : ParseJson(response->body);
}

Status Client::Delete(const std::string& path, Duration timeout) {
  Result<http::Response> response = Raw("DELETE", path, {}, {}, timeout);
  if (!response.ok()) return response.status();
  return Succeeded(response->status) ? Status::Ok() : Refusal(*response);
}

std::unique_ptr<http::ResponseStream> Client::Follow(const std::string& path, http::StreamCallbacks callbacks) {
  http::Request request;
  request.method = "GET";
  request.target = kPrefix + path;
  return http_->OpenStream(request, std::move(callbacks));
}

Status Client::Ping() {
  http::Request request;
  request.method = "GET";
  request.target = "/_ping";
  Result<http::Response> response = http_->Do(request, std::chrono::seconds(5));
  if (!response.ok()) return response.status();
  return response->status == 200 ? Status::Ok() : Refusal(*response);
}

std::string LabelFilter(std::initializer_list<std::pair<std::string_view, std::string_view>> labels) {
  JsonDocument filter(rapidjson::kObjectType);
  auto& allocator = filter.GetAllocator();
  Json list(rapidjson::kArrayType);
  for (const auto& [key, value] : labels) {
    list.PushBack(MakeString(std::string(key) + "=" + std::string(value), allocator), allocator);
  }
  Set(filter, "label", std::move(list), allocator);
  return http::PercentEncode(WriteJson(filter));
}

}  // namespace croft::agent::podman
