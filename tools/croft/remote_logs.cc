#include "tools/croft/remote_logs.h"

#include <thread>

#include "api/types/node.h"

namespace croft::cli {
namespace {

// How much of a log may wait for a slow reader.
constexpr size_t kMaxQueued = 4 * 1024 * 1024;

http::Response Refusal(const Status& status) {
  JsonDocument body(rapidjson::kObjectType);
  auto& allocator = body.GetAllocator();
  SetString(body, "kind", "Status", allocator);
  SetString(body, "apiVersion", "v1", allocator);
  SetString(body, "status", "Failure", allocator);
  SetString(body, "message", status.message(), allocator);
  SetString(body, "reason", ReasonName(status.reason()), allocator);
  body.AddMember("code", status.code(), allocator);
  return {status.code(), {{"Content-Type", "application/json"}}, WriteJson(body), {}};
}

std::string Target(const server::LogRequest& request) {
  std::string target = "/containerLogs/" + http::PercentEncode(request.pod->ns()) + "/" +
                       http::PercentEncode(request.pod->name()) + "/" + http::PercentEncode(request.container);
  char separator = '?';
  const auto add = [&](const char* key, const std::string& value) {
    target += separator + std::string(key) + "=" + http::PercentEncode(value);
    separator = '&';
  };
  if (request.follow) add("follow", "true");
  if (request.previous) add("previous", "true");
  if (request.timestamps) add("timestamps", "true");
  if (request.tail_lines) add("tailLines", std::to_string(*request.tail_lines));
  if (request.limit_bytes) add("limitBytes", std::to_string(*request.limit_bytes));
  if (request.since) add("sinceTime", FormatTime(*request.since));
  return target;
}

// Copies an agent's answer to whoever asked. Holds the stream until one side ends; the stream's callbacks hold this.
class Relay : public std::enable_shared_from_this<Relay> {
 public:
  Relay(std::shared_ptr<http::Client> client, http::ResponderPtr responder)
      : client_(std::move(client)), responder_(std::move(responder)) {}

  void Start(http::Request request) {
    const auto self = shared_from_this();
    http::StreamCallbacks callbacks;
    callbacks.on_headers = [self](const http::Response& head) { self->OnHeaders(head); };
    callbacks.on_data = [self](std::string_view bytes) { self->OnData(bytes); };
    callbacks.on_end = [self](const Status& why) { self->OnEnd(why); };
    auto stream = client_->OpenStream(std::move(request), std::move(callbacks));
    std::lock_guard lock(mutex_);
    if (!ended_) from_ = std::move(stream);
  }

 private:
  void OnHeaders(const http::Response& head) {
    const std::string type(head.headers.Get("Content-Type"));
    const auto to =
        responder_->StartStream(head.status, {{"Content-Type", type.empty() ? "text/plain" : type}}, kMaxQueued);
    {
      std::lock_guard lock(mutex_);
      to_ = to;
    }
    to->OnClosed([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->Drop();
    });
  }

  void OnData(std::string_view bytes) {
    std::shared_ptr<http::Stream> to;
    {
      std::lock_guard lock(mutex_);
      to = to_;
    }
    if (to != nullptr) to->Write(std::make_shared<const std::string>(bytes));
  }

  void OnEnd(const Status& why) {
    std::shared_ptr<http::Stream> to;
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
      to = std::move(to_);
    }
    if (to != nullptr) {
      to->Close();
    } else {
      responder_->Send(Refusal(Status::Unavailable("the node's agent does not answer: " + why.message())));
    }
  }

  // The reader has gone: the agent need not go on. Not on the stream's own thread, which must not destroy it.
  void Drop() {
    std::unique_ptr<http::ResponseStream> from;
    std::lock_guard lock(mutex_);
    from = std::move(from_);
    std::thread([stream = std::shared_ptr<http::ResponseStream>(std::move(from)), self = shared_from_this()]() mutable {
      stream.reset();
    }).detach();
  }

  const std::shared_ptr<http::Client> client_;
  const http::ResponderPtr responder_;
  std::mutex mutex_;
  bool ended_ = false;                          // guarded by mutex_
  std::shared_ptr<http::Stream> to_;            // guarded by mutex_
  std::unique_ptr<http::ResponseStream> from_;  // guarded by mutex_
};

}  // namespace

void RemoteLogs::Open(server::LogRequest request, http::ResponderPtr responder) {
  const std::string node(FindString(request.pod->ToJson(), {"spec", "nodeName"}));
  if (node.empty()) {
    responder->Send(Refusal(Status::BadRequest("pod " + request.pod->name() + " is not on a node yet")));
    return;
  }
  const auto client = ClientFor(node);
  if (!client.ok()) {
    responder->Send(Refusal(client.status()));
    return;
  }
  http::Request ask;
  ask.method = "GET";
  ask.target = Target(request);
  std::make_shared<Relay>(*client, std::move(responder))->Start(std::move(ask));
}

Result<std::shared_ptr<http::Client>> RemoteLogs::ClientFor(const std::string& node) {
  const ObjectPtr object = store_.Get({"", "nodes"}, {"", node});
  if (object == nullptr) return Status::ObjectNotFound("", "nodes", node);
  const auto parsed = types::FromObject<types::Node>(*object);
  if (!parsed.ok()) return parsed.status();
  const std::string ip = types::FindAddress(*parsed, "InternalIP");
  const int64_t port = FindInt(object->ToJson(), {"status", "daemonEndpoints", "kubeletEndpoint", "Port"}, 10250);
  if (ip.empty()) return Status::Unavailable("node " + node + " has reported no address yet");
  const std::string address = ip + ":" + std::to_string(port);

  std::lock_guard lock(mutex_);
  auto& client = clients_[address];
  if (client == nullptr) {
    http::ClientSettings settings;
    settings.address = address;
    settings.tls = true;
    settings.ca_pem = settings_.ca_pem;
    settings.identity = settings_.identity;
    auto made = http::Client::Create(std::move(settings));
    if (!made.ok()) return made.status();
    client = std::move(*made);
  }
  return client;
}

}  // namespace croft::cli
