#include "operator/agent/agent_api.h"

#include <algorithm>
#include <atomic>
#include <charconv>

#include "operator/agent/labels.h"

namespace croft::agent {
namespace {

// How often a followed log is looked at, and after how many looks without anything new whether its container runs.
constexpr Duration kLook = std::chrono::milliseconds(100);
constexpr int kQuietLooks = 10;
constexpr size_t kMaxQueued = 8 * 1024 * 1024;
// Of a log that is not followed.
constexpr size_t kMaxBody = 32 * 1024 * 1024;

http::ServerSettings MakeServerSettings(const AgentApiSettings& settings) {
  http::ServerSettings server;
  server.listeners = {{.address = settings.listen}};
  server.tls = settings.tls;
  server.io_threads = 1;
  server.workers = 2;
  return server;
}

http::Response Text(int status, std::string text) {
  return {status, {{"Content-Type", "text/plain"}}, std::move(text), {}};
}

// A name of an object or container, which can't lead out of its directory.
bool IsName(std::string_view name) {
  if (name.empty() || name == "." || name == "..") return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; });
}

std::optional<int64_t> Number(const std::string& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

struct LogRequest {
  LogOptions options;
  bool follow = false;
  bool previous = false;
};

Result<LogRequest> ParseLogRequest(std::string_view query, WallTime now) {
  LogRequest request;
  for (const auto& [key, value] : http::ParseQuery(query)) {
    const bool on = value != "false" && value != "0";
    if (key == "follow") request.follow = on;
    if (key == "timestamps") request.options.timestamps = on;
    if (key == "previous") request.previous = on;
    if (key == "sinceTime") {
      request.options.since = ParseTime(value);
      if (!request.options.since) return Status::BadRequest("sinceTime: \"" + value + "\" is not an RFC 3339 time");
    }
    if (key != "tailLines" && key != "sinceSeconds" && key != "limitBytes") continue;
    const std::optional<int64_t> number = Number(value);
    if (!number) return Status::BadRequest(key + ": \"" + value + "\" is not a number of 0 or more");
    if (key == "tailLines") request.options.tail_lines = number;
    if (key == "limitBytes") request.options.limit_bytes = number;
    if (key == "sinceSeconds") request.options.since = now - std::chrono::seconds(*number);
  }
  return request;
}

}  // namespace

// A log that someone reads as it grows. One task at a time works on it.
struct AgentApi::Following {
  Following(std::string path, LogOptions options) : reader(std::move(path), options) {}
  LogReader reader;
  Key pod;
  std::string container;
  std::shared_ptr<http::Stream> stream;
  int quiet = 0;
  std::atomic<bool> abandoned{false};  // nobody reads any more
  bool ending = false;                 // its container has ended: what is there now is the rest
};

AgentApi::AgentApi(AgentApiSettings settings, Runtime& runtime, Executor& executor, Clock& clock)
    : settings_(std::move(settings)),
      runtime_(runtime),
      clock_(clock),
      tasks_(executor),
      server_(MakeServerSettings(settings_), [this](const http::Request& request, const http::ResponderPtr& responder) {
        Handle(request, responder);
      }) {}

AgentApi::~AgentApi() {
  Stop();
}

Status AgentApi::Start() {
  return server_.Start();
}

void AgentApi::Stop() {
  tasks_.Stop();
  server_.Stop(std::chrono::seconds(1));
}

int AgentApi::port() const {
  const std::vector<std::string> addresses = server_.addresses();
  if (addresses.empty()) return 0;
  return static_cast<int>(Number(addresses[0].substr(addresses[0].rfind(':') + 1)).value_or(0));
}

void AgentApi::Handle(const http::Request& request, const http::ResponderPtr& responder) {
  if (!request.peer.verified) return responder->Send(Text(401, "a client certificate of the lab is required\n"));
  if (request.peer.common_name != settings_.peer_name) {
    return responder->Send(Text(403, "only the API server may ask this\n"));
  }
  if (request.method != "GET") return responder->Send(Text(405, "only GET is served\n"));
  if (request.path() == "/healthz") return responder->Send(Text(200, "ok"));
  if (request.path().substr(0, 15) == "/containerLogs/") return ServeLogs(request, responder);
  responder->Send(Text(404, "not found\n"));
}

void AgentApi::ServeLogs(const http::Request& request, const http::ResponderPtr& responder) {
  std::vector<std::string> parts;
  std::string_view rest = request.path().substr(15);
  for (size_t slash = 0; slash != std::string_view::npos;) {
    slash = rest.find('/');
    parts.emplace_back(rest.substr(0, slash));
    if (slash != std::string_view::npos) rest.remove_prefix(slash + 1);
  }
  if (parts.size() != 3 || !std::all_of(parts.begin(), parts.end(), IsName)) {
    return responder->Send(Text(400, "the path must be /containerLogs/{namespace}/{pod}/{container}\n"));
  }
  Result<LogRequest> wanted = ParseLogRequest(request.query(), clock_.Now());
  if (!wanted.ok()) return responder->Send(Text(400, wanted.status().message() + "\n"));
  Result<std::string> path = FindLog(settings_.log_dir, parts[0], parts[1], parts[2], wanted->previous);
  if (!path.ok()) return responder->Send(Text(404, path.status().message() + "\n"));

  if (!wanted->follow) {
    LogReader reader(*path, wanted->options);
    std::string body;
    for (;;) {
      Result<std::string> text = reader.Read();
      if (!text.ok() || text->empty()) break;
      body += *text;
      if (body.size() > kMaxBody) break;
    }
    return responder->Send(Text(200, std::move(body)));
  }
  auto following = std::make_shared<Following>(*path, wanted->options);
  following->pod = {parts[0], parts[1]};
  following->container = parts[2];
  following->stream = responder->StartStream(200, {{"Content-Type", "text/plain"}}, kMaxQueued);
  following->stream->OnClosed([weak = std::weak_ptr(following)] {
    if (const auto read = weak.lock()) read->abandoned = true;
  });
  tasks_.Post([this, following] { Follow(following); });
}

void AgentApi::Follow(const std::shared_ptr<Following>& following) {
  if (following->abandoned) return;
  Result<std::string> text = following->reader.Read();
  const bool more = text.ok() && !text->empty();
  if (more && !following->stream->Write(std::make_shared<const std::string>(std::move(*text)))) return;
  if (!text.ok() || following->reader.finished() || (!more && following->ending)) return following->stream->Close();
  following->quiet = more ? 0 : following->quiet + 1;
  if (following->quiet >= kQuietLooks) {
    following->quiet = 0;
    following->ending = !Runs(*following);
  }
  tasks_.PostAfter(kLook, [this, following] { Follow(following); });
}

bool AgentApi::Runs(const Following& following) {
  Result<std::vector<SandboxInfo>> sandboxes = runtime_.ListPod(following.pod.ToString());
  if (!sandboxes.ok()) return true;  // unknown: look again
  for (const SandboxInfo& sandbox : *sandboxes) {
    for (const ContainerInfo& info : sandbox.containers) {
      if (info.state == RunState::kRunning && labels::Get(info.labels, labels::kContainer) == following.container) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace croft::agent
