#include "api/client/rest_client.h"

#include "api/client/rest_transport.h"
#include "api/client/rest_watch.h"
#include "api/http/client.h"

namespace croft::client {
namespace {

// A Status that refuses a stream is never larger.
constexpr size_t kMaxRefusal = 256 * 1024;

// "https://host:port" taken apart for api/http.
Result<http::ClientSettings> StreamSettings(const Kubeconfig& config) {
  http::ClientSettings settings;
  std::string rest = config.server;
  if (rest.rfind("https://", 0) == 0) {
    settings.tls = true;
    rest = rest.substr(8);
  } else if (rest.rfind("http://", 0) == 0) {
    rest = rest.substr(7);
  } else {
    return Status::BadRequest("the server's address \"" + config.server + "\" must begin with https://");
  }
  if (rest.find('/') != std::string::npos) rest = rest.substr(0, rest.find('/'));
  const size_t bracket = rest.find(']');
  if (rest.find(':', bracket == std::string::npos ? 0 : bracket) == std::string::npos)
    rest += settings.tls ? ":443" : ":80";
  settings.address = rest;
  settings.ca_pem = config.ca_pem;
  settings.identity = {config.client_certificate_pem, config.client_key_pem};
  if (!config.token.empty()) settings.headers.Add("Authorization", "Bearer " + config.token);
  return settings;
}

std::string_view ContentType(PatchType type) {
  switch (type) {
    case PatchType::kJson:
      return "application/json-patch+json";
    case PatchType::kMerge:
      return "application/merge-patch+json";
    case PatchType::kStrategic:
      return "application/strategic-merge-patch+json";
  }
  return "";
}

std::string Selectors(const ListOptions& options, const char* first) {
  std::string query;
  const auto add = [&](const char* key, const std::string& value) {
    if (value.empty()) return;
    query.append(query.empty() ? first : "&").append(key).append("=").append(http::PercentEncode(value));
  };
  add("labelSelector", options.label_selector);
  add("fieldSelector", options.field_selector);
  return query;
}

}  // namespace

class RestClient::Impl {
 public:
  Impl(std::unique_ptr<RestTransport> transport, std::unique_ptr<http::Client> streams)
      : transport_(std::move(transport)), streams_(std::move(streams)) {}
  RestTransport& transport() { return *transport_; }
  http::Client& streams() { return *streams_; }

 private:
  std::unique_ptr<RestTransport> transport_;
  std::unique_ptr<http::Client> streams_;
};

RestClient::RestClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RestClient::~RestClient() = default;

Result<std::unique_ptr<RestClient>> RestClient::Make(const Kubeconfig& config, Duration timeout) {
  Result<http::ClientSettings> settings = StreamSettings(config);
  if (!settings.ok()) return settings.status();
  auto transport = MakeRestTransport(config, timeout);
  if (!transport.ok()) return transport.status();
  auto streams = http::Client::Create(std::move(*settings));
  if (!streams.ok()) return streams.status();
  return std::unique_ptr<RestClient>(
      new RestClient(std::make_unique<Impl>(std::move(*transport), std::move(*streams))));
}

Result<RestClient::RawReply> RestClient::Raw(const RawRequest& request) {
  Result<RawReply> reply = impl_->transport().Send(request);
  if (reply.ok() && reply->code >= 400) return FailureFrom(reply->code, reply->body);
  return reply;
}

Result<ObjectPtr> RestClient::Send(const RawRequest& request) {
  Result<RawReply> reply = Raw(request);
  if (!reply.ok()) return reply.status();
  return Object::Parse(std::move(reply->body));
}

Result<ObjectPtr> RestClient::Get(const GroupVersionResource& gvr, const Key& key) {
  return Send({.target = ResourcePath(gvr, key)});
}

Result<ObjectList> RestClient::List(const GroupVersionResource& gvr, const ListOptions& options) {
  const auto reply = Raw({.target = ResourcePath(gvr, {options.ns, ""}) + Selectors(options, "?")});
  if (!reply.ok()) return reply.status();
  Result<JsonDocument> list = ParseJson(reply->body);
  if (!list.ok()) return list.status();
  ObjectList result;
  result.revision = std::strtoull(std::string(FindString(*list, {"metadata", "resourceVersion"})).c_str(), nullptr, 10);
  Json* items = FindMutable(*list, "items");
  if (items == nullptr || !items->IsArray()) return result;
  // Items of a list carry neither kind nor apiVersion on the wire.
  std::string kind(FindString(*list, {"kind"}));
  if (kind.ends_with("List")) kind.resize(kind.size() - 4);
  const std::string api_version(FindString(*list, {"apiVersion"}));
  for (Json& item : items->GetArray()) {
    if (!item.IsObject()) continue;
    if (Find(item, "kind") == nullptr) SetString(item, "kind", kind, list->GetAllocator());
    if (Find(item, "apiVersion") == nullptr) SetString(item, "apiVersion", api_version, list->GetAllocator());
    Result<ObjectPtr> object = Object::From(item);
    if (!object.ok()) return object.status();
    result.items.push_back(std::move(*object));
  }
  return result;
}

std::unique_ptr<Watch> RestClient::StartWatch(const GroupVersionResource& gvr, const ListOptions& options,
                                              uint64_t revision, std::shared_ptr<WatchSink> sink) {
  const std::string target = ResourcePath(gvr, {options.ns, ""}) +
                             "?watch=true&allowWatchBookmarks=true&resourceVersion=" + std::to_string(revision) +
                             Selectors(options, "&");
  return StartRestWatch(impl_->streams(), target, std::move(sink));
}

Result<ObjectPtr> RestClient::Create(const GroupVersionResource& gvr, const std::string& ns, const Json& object) {
  return Send({.method = "POST", .target = ResourcePath(gvr, {ns, ""}), .body = WriteJson(object)});
}

Result<ObjectPtr> RestClient::CreateSubresource(const GroupVersionResource& gvr, const Key& key,
                                                std::string_view subresource, const Json& body) {
  return Send({.method = "POST", .target = ResourcePath(gvr, key, subresource), .body = WriteJson(body)});
}

Result<ObjectPtr> RestClient::Update(const GroupVersionResource& gvr, const Key& key, const Json& object,
                                     std::string_view subresource) {
  return Send({.method = "PUT", .target = ResourcePath(gvr, key, subresource), .body = WriteJson(object)});
}

Result<ObjectPtr> RestClient::Patch(const GroupVersionResource& gvr, const Key& key, PatchType type, const Json& patch,
                                    std::string_view subresource) {
  return Send({.method = "PATCH",
               .target = ResourcePath(gvr, key, subresource),
               .body = WriteJson(patch),
               .content_type = std::string(ContentType(type))});
}

Status RestClient::Delete(const GroupVersionResource& gvr, const Key& key, const DeleteOptions& options) {
  JsonDocument body(rapidjson::kObjectType);
  auto& allocator = body.GetAllocator();
  SetString(body, "apiVersion", "v1", allocator);
  SetString(body, "kind", "DeleteOptions", allocator);
  if (options.grace_period_seconds) body.AddMember("gracePeriodSeconds", *options.grace_period_seconds, allocator);
  if (!options.propagation_policy.empty()) SetString(body, "propagationPolicy", options.propagation_policy, allocator);
  if (!options.uid.empty()) SetString(Ensure(body, "preconditions", allocator), "uid", options.uid, allocator);
  return Raw({.method = "DELETE", .target = ResourcePath(gvr, key), .body = WriteJson(body)}).status();
}

Status RestClient::Stream(const std::string& target, const std::string& accept,
                          const std::function<bool(std::string_view)>& on_data) {
  http::Request request;
  request.method = "GET";
  request.target = target;
  request.headers.Add("Accept", accept);
  int code = 0;
  std::string failure;  // the body of a reply that refuses
  const Status why = impl_->streams().Follow(
      request,
      [&](const http::Response& head) {
        code = head.status;
        return true;
      },
      [&](std::string_view bytes) {
        if (code < 400) return on_data(bytes);
        failure.append(bytes);
        return failure.size() < kMaxRefusal;
      });
  return code >= 400 && why.ok() ? FailureFrom(code, failure) : why;
}

}  // namespace croft::client
