#include "tools/croft/remote_logs.h"

#include <functional>

#include "api/object/status_body.h"
#include "api/types/node.h"

namespace croft::cli {
namespace {

// How much of a log may wait for a slow reader.
constexpr size_t kMaxQueued = 4 * 1024 * 1024;

http::Response Refusal(const Status& status) {
  return {status.code(), {{"Content-Type", "application/json"}}, StatusBody(status), {}};
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

}  // namespace

// Copies an agent's answer to whoever asked. RemoteLogs owns it until it is finished; callbacks hold it weakly, so that
// it is never destroyed on the thread of its own stream.
class RemoteLogs::Relay : public std::enable_shared_from_this<Relay> {
 public:
  using Finished = std::function<void(std::shared_ptr<Relay>)>;
  Relay(std::shared_ptr<http::Client> client, http::ResponderPtr responder, Finished finished)
      : client_(std::move(client)), responder_(std::move(responder)), finished_(std::move(finished)) {}

  void Start(const http::Request& request) {
    http::StreamCallbacks callbacks;
    callbacks.on_headers = [weak = weak_from_this()](const http::Response& head) {
      if (const auto self = weak.lock()) self->OnHeaders(head);
    };
    callbacks.on_data = [weak = weak_from_this()](std::string_view bytes) {
      if (const auto self = weak.lock()) self->OnData(bytes);
    };
    callbacks.on_end = [weak = weak_from_this()](const Status& why) {
      if (const auto self = weak.lock()) self->OnEnd(why);
    };
    auto stream = client_->OpenStream(request, std::move(callbacks));
    std::lock_guard lock(mutex_);
    if (!closed_) from_ = std::move(stream);
  }

  // Ends the stream; waits for a callback that runs. Not to be called from one.
  void Close() {
    std::unique_ptr<http::ResponseStream> stream;  // destroyed after the lock is given back
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
      stream.swap(from_);
    }
  }

 private:
  // The three come one at a time, on the stream's thread.
  void OnHeaders(const http::Response& head) {
    const std::string type(head.headers.Get("Content-Type"));
    to_ = responder_->StartStream(head.status, {{"Content-Type", type.empty() ? "text/plain" : type}}, kMaxQueued);
    to_->OnClosed([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->finished_(self);  // the reader has gone: the agent need not go on
    });
  }

  void OnData(std::string_view bytes) {
    if (to_ != nullptr) to_->Write(std::make_shared<const std::string>(bytes));
  }

  void OnEnd(const Status& why) {
    if (to_ != nullptr) {
      to_->Close();
    } else {
      responder_->Send(Refusal(Status::Unavailable("the node's agent does not answer: " + why.message())));
    }
    finished_(shared_from_this());
  }

  const std::shared_ptr<http::Client> client_;
  const http::ResponderPtr responder_;
  const Finished finished_;
  std::shared_ptr<http::Stream> to_;  // used on the stream's thread
  std::mutex mutex_;
  bool closed_ = false;                         // guarded by mutex_
  std::unique_ptr<http::ResponseStream> from_;  // guarded by mutex_
};

RemoteLogs::RemoteLogs(const store::Store& store, Executor& executor, Settings settings)
    : store_(store), executor_(executor), settings_(std::move(settings)) {}

RemoteLogs::~RemoteLogs() {
  for (const std::shared_ptr<Relay>& relay : relays_) relay->Close();
}

void RemoteLogs::Finish(std::shared_ptr<Relay> relay) {
  executor_.Post([this, relay = std::move(relay)]() mutable {
    {
      std::lock_guard lock(mutex_);
      relays_.erase(relay);
    }
    relay->Close();  // waits for its stream, so without the lock
  });
}

void RemoteLogs::Open(server::LogRequest request, http::ResponderPtr responder) {
  const auto client = ClientFor(std::string(FindString(request.pod->ToJson(), {"spec", "nodeName"})));
  if (!client.ok()) {
    responder->Send(Refusal(client.status()));
    return;
  }
  http::Request ask;
  ask.method = "GET";
  ask.target = Target(request);
  const auto relay = std::make_shared<Relay>(*client, std::move(responder),
                                             [this](std::shared_ptr<Relay> done) { Finish(std::move(done)); });
  {
    std::lock_guard lock(mutex_);
    relays_.insert(relay);
  }
  relay->Start(ask);
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
