#include "operator/agent/podman/podman_runtime.h"

#include <signal.h>

#include <algorithm>
#include <filesystem>

#include "api/base/log.h"
#include "operator/agent/labels.h"
#include "operator/agent/podman/kernel_log.h"
#include "operator/agent/podman/requests.h"

namespace croft::agent::podman {
namespace {

constexpr Duration kPullTimeout = std::chrono::minutes(30);
constexpr size_t kMaxExecOutput = 10 * 1024;
// How long Podman is given to note the end of a process that has ended: the pauses double from 5 ms to 5 s together.
constexpr int kMaxReportTries = 10;
constexpr Duration kFirstReport = std::chrono::milliseconds(5);
constexpr int kKilled = 137;
constexpr int kLostExitCode = 255;

std::string ContainerPath(const std::string& id, const char* verb) {
  return "/containers/" + http::PercentEncode(id) + verb;
}

// The data of an attached stream: frames of an 8-byte header (stream, three zeros, length) and bytes.
std::string Unframe(const std::string& body) {
  std::string text;
  for (size_t at = 0; at + 8 <= body.size();) {
    size_t length = 0;
    for (size_t i = 4; i < 8; ++i) length = length * 256 + static_cast<unsigned char>(body[at + i]);
    text += body.substr(at + 8, length);
    if (text.size() > kMaxExecOutput) break;
    at += 8 + length;
  }
  if (text.size() > kMaxExecOutput) text.resize(kMaxExecOutput);
  return text;
}

}  // namespace

Result<std::unique_ptr<PodmanRuntime>> PodmanRuntime::Create(PodmanSettings settings, Executor& executor,
                                                             Clock& clock) {
  Result<std::unique_ptr<Client>> client = Client::Create(settings.socket);
  if (!client.ok()) return client.status();
  return std::unique_ptr<PodmanRuntime>(new PodmanRuntime(std::move(settings), std::move(*client), executor, clock));
}

PodmanRuntime::PodmanRuntime(PodmanSettings settings, std::unique_ptr<Client> client, Executor& executor, Clock& clock)
    : settings_(std::move(settings)),
      client_(std::move(client)),
      clock_(clock),
      tasks_(executor),
      watcher_([this](const std::string& id) { OnProcessEnd(id); }) {}

PodmanRuntime::~PodmanRuntime() {
  tasks_.Stop();
  std::unique_ptr<http::ResponseStream> events;
  {
    std::lock_guard lock(mutex_);
    on_exit_ = nullptr;
    events = std::move(events_);
  }
}

Result<std::vector<SandboxInfo>> PodmanRuntime::List() {
  return ListBy(LabelFilter({{kOwnerLabel, settings_.owner}}));
}

Result<std::vector<SandboxInfo>> PodmanRuntime::ListPod(const std::string& pod) {
  return ListBy(LabelFilter({{kOwnerLabel, settings_.owner}, {labels::kPod, pod}}));
}

Result<std::vector<SandboxInfo>> PodmanRuntime::ListBy(const std::string& filter) {
  Result<JsonDocument> list = client_->Get("/containers/json?all=true&filters=" + filter);
  if (!list.ok()) return list.status();
  std::vector<SandboxInfo> sandboxes = ReadContainers(*list);
  for (SandboxInfo& sandbox : sandboxes) {
    for (ContainerInfo& container : sandbox.containers) {
      Watch(container);
      std::lock_guard lock(mutex_);
      if (const auto lost = lost_.find(container.id); lost != lost_.end() && container.state == RunState::kRunning) {
        container.state = RunState::kExited;
        container.exit_code = kLostExitCode;
        container.finished_at = lost->second;
      }
      MarkOutOfMemory(&container);
    }
  }
  return sandboxes;
}

void PodmanRuntime::MarkOutOfMemory(ContainerInfo* container) {
  container->oom_killed = container->state == RunState::kExited && out_of_memory_.contains(container->id);
}

void PodmanRuntime::Watch(const ContainerInfo& container) {
  if (container.state != RunState::kRunning || container.pid <= 0) return;
  {
    std::lock_guard lock(mutex_);
    watched_labels_.emplace(container.id, container.labels);
  }
  if (watcher_.Watch(container.id, container.pid)) return;
  if (errno == ESRCH) {
    OnProcessEnd(container.id);  // between the listing and now
  } else {
    FollowEvents();
  }
}

// The process is gone; whoever is told will list, and Podman must show it by then.
void PodmanRuntime::OnProcessEnd(const std::string& id) {
  tasks_.Post([this, id] { Report(id, 0); });
}

void PodmanRuntime::Report(const std::string& id, int tries) {
  Result<JsonDocument> state = client_->Get(ContainerPath(id, "/json"));
  const bool noted = state.ok() ? FindString(*state, {"State", "Status"}) != "running" : state.status().IsNotFound();
  if (!noted && tries < kMaxReportTries) {
    tasks_.PostAfter(kFirstReport * (1 << tries), [this, id, tries] { Report(id, tries + 1); });
    return;
  }
  std::set<std::string> killed;
  if (state.ok() && FindInt(*state, {"State", "ExitCode"}) == kKilled) killed = OutOfMemoryContainers();
  types::StringMap labels;
  {
    std::lock_guard lock(mutex_);
    if (killed.contains(id)) out_of_memory_.insert(id);
    if (!noted) lost_[id] = clock_.Now();  // its monitor was killed
    if (const auto it = watched_labels_.find(id); it != watched_labels_.end()) {
      labels = std::move(it->second);
      watched_labels_.erase(it);
    }
  }
  if (!noted) log::Warn("podman does not see that a container has ended", {{"container", id}});
  watcher_.Forget(id);
  if (!labels.empty()) Tell(labels);
}

void PodmanRuntime::Tell(const types::StringMap& labels) {
  std::function<void(const types::StringMap&)> callback;
  {
    std::lock_guard lock(mutex_);
    callback = on_exit_;
  }
  if (callback) callback(labels);
}

void PodmanRuntime::FollowEvents() {
  std::lock_guard lock(mutex_);
  if (events_ != nullptr) return;
  log::Info("container ends are followed by podman's events");
  auto pending = std::make_shared<std::string>();
  http::StreamCallbacks callbacks;
  callbacks.on_data = [this, pending](std::string_view bytes) {
    pending->append(bytes);
    for (size_t end; (end = pending->find('\n')) != std::string::npos; pending->erase(0, end + 1)) {
      Result<JsonDocument> event = ParseJson(pending->substr(0, end));
      if (!event.ok() || FindString(*event, {"status"}) != "died") continue;
      const std::string id(FindString(*event, {"Actor", "ID"}));
      if (!id.empty()) OnProcessEnd(id);
    }
  };
  callbacks.on_end = [this](const Status&) {
    tasks_.Post([this] {
      std::unique_ptr<http::ResponseStream> ended;
      std::lock_guard guard(mutex_);
      ended = std::move(events_);  // the next listing that needs it opens another
    });
  };
  JsonDocument filter(rapidjson::kObjectType);
  const std::string filters = http::PercentEncode(R"({"type":["container"],"label":[")" + std::string(kOwnerLabel) +
                                                  "=" + settings_.owner + R"("]})");
  events_ = client_->Follow("/events?stream=true&filters=" + filters, std::move(callbacks));
}

Result<SandboxInfo> PodmanRuntime::CreateSandbox(const SandboxSpec& spec) {
  const JsonDocument request = PodRequest(spec, settings_.owner, settings_.cgroup_parent);
  Result<JsonDocument> made = client_->Post("/pods/create", &request);
  if (!made.ok()) return made.status().Annotate("creating the podman pod");
  const std::string id(FindString(*made, {"Id"}));
  Result<JsonDocument> pod = client_->Get("/pods/" + id + "/json");
  const std::string infra = pod.ok() ? std::string(FindString(*pod, {"InfraContainerID"})) : "";
  Status started = infra.empty() ? Status::Internal("the podman pod has no infra container")
                                 : client_->Post(ContainerPath(infra, "/start")).status();
  Result<JsonDocument> state = started.ok() ? client_->Get(ContainerPath(infra, "/json")) : started;
  if (!state.ok()) {
    const Status removed = RemoveSandbox(id);
    return state.status().Annotate(removed.ok() ? "starting the pod's sandbox" : removed.message());
  }
  SandboxInfo sandbox;
  sandbox.id = id;
  sandbox.name = spec.name;
  sandbox.running = true;
  sandbox.pid = static_cast<int>(FindInt(*state, {"State", "Pid"}));
  sandbox.labels = spec.labels;
  return sandbox;
}

Status PodmanRuntime::RemoveSandbox(const std::string& id) {
  // Without timeout=0 Podman waits ten seconds for each container, one after another.
  const Status status = client_->Delete("/pods/" + http::PercentEncode(id) + "?force=true&timeout=0");
  return status.IsNotFound() ? Status::Ok() : status;
}

Result<std::string> PodmanRuntime::CreateContainer(const ContainerSpec& spec) {
  // The monitor opens the log before it tells of any failure, and dies without a word when it can't.
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(spec.log_path).parent_path(), error);
  if (error) return Status::Internal("creating the log directory of " + spec.log_path + ": " + error.message());
  const JsonDocument request = ContainerRequest(spec, settings_.owner, settings_.log_bytes);
  Result<JsonDocument> made = client_->Post("/containers/create", &request);
  if (made.ok()) return std::string(FindString(*made, {"Id"}));
  const Result<bool> present = HasImage(spec.image);
  if (present.ok() && !*present) return Status::NotFound("image " + spec.image + " is not on this node");
  return made.status();
}

Status PodmanRuntime::StartContainer(const std::string& id) {
  CROFT_RETURN_IF_ERROR(client_->Post(ContainerPath(id, "/start")).status());
  Result<JsonDocument> state = client_->Get(ContainerPath(id, "/json"));
  if (!state.ok()) return Status::Ok();  // it runs; the next listing begins to watch it
  ContainerInfo info;
  info.id = id;
  info.state = RunState::kRunning;
  info.pid = static_cast<int>(FindInt(*state, {"State", "Pid"}));
  if (const Json* set = Find(*state, {"Config", "Labels"}); set != nullptr && set->IsObject()) {
    for (const auto& label : set->GetObject()) {
      if (label.value.IsString()) info.labels[std::string(AsView(label.name))] = AsView(label.value);
    }
  }
  if (info.pid > 0) {
    Watch(info);
  } else {
    Tell(info.labels);  // has ended already
  }
  return Status::Ok();
}

// By two signals rather than by Podman's own stop, whose call lasts as long as the grace: no thread waits.
Status PodmanRuntime::StopContainer(const std::string& id, std::chrono::seconds grace) {
  Result<JsonDocument> state = client_->Get(ContainerPath(id, "/json"));
  if (!state.ok()) return state.status().IsNotFound() ? Status::Ok() : state.status();
  if (FindString(*state, {"State", "Status"}) != "running") return Status::Ok();
  if (grace.count() <= 0) return Kill(id, "KILL");
  const int64_t signal = FindInt(*state, {"Config", "StopSignal"});
  CROFT_RETURN_IF_ERROR(Kill(id, std::to_string(signal > 0 ? signal : SIGTERM)));
  tasks_.PostAfter(grace, [this, id] {
    const Status status = Kill(id, "KILL");
    if (!status.ok()) log::Warn("a container can't be killed", {{"container", id}, {"reason", status.message()}});
  });
  return Status::Ok();
}

Status PodmanRuntime::Kill(const std::string& id, const std::string& signal) {
  const Status status = client_->Post(ContainerPath(id, "/kill?signal=") + signal).status();
  if (status.ok() || status.IsNotFound()) return Status::Ok();
  // Podman refuses what has ended in the same words as what it could not do.
  Result<JsonDocument> state = client_->Get(ContainerPath(id, "/json"));
  if (state.ok() && FindString(*state, {"State", "Status"}) == "running") return status;
  return Status::Ok();
}

Status PodmanRuntime::RemoveContainer(const std::string& id) {
  const Status status = client_->Delete(ContainerPath(id, "?force=true&timeout=0"));
  if (!status.ok() && !status.IsNotFound()) return status;
  std::lock_guard lock(mutex_);
  lost_.erase(id);
  out_of_memory_.erase(id);
  return Status::Ok();
}

Result<bool> PodmanRuntime::HasImage(const std::string& image) {
  const Status status = client_->Get("/images/" + http::PercentEncode(image) + "/exists").status();
  if (status.ok()) return true;
  if (status.IsNotFound()) return false;
  return status;
}

// The service answers 200 whatever happens; the stream's last object says how it went.
Status PodmanRuntime::PullImage(const std::string& image) {
  Result<http::Response> response = client_->Raw(
      "POST", "/images/pull?reference=" + http::PercentEncode(image) + "&quiet=true", {}, {}, kPullTimeout);
  if (!response.ok()) return response.status();
  bool pulled = false;
  std::string failure;
  for (size_t start = 0; start < response->body.size();) {
    const size_t end = std::min(response->body.find('\n', start), response->body.size());
    if (Result<JsonDocument> line = ParseJson(response->body.substr(start, end - start)); line.ok()) {
      if (const std::string_view error = FindString(*line, {"error"}); !error.empty()) failure = error;
      if (failure.empty()) failure = FindString(*line, {"message"});
      pulled = pulled || !FindString(*line, {"id"}).empty();
    }
    start = end + 1;
  }
  if (response->status == 200 && pulled && failure.empty()) return Status::Ok();
  if (failure.empty()) failure = "podman answered " + std::to_string(response->status);
  return Status::NotFound(failure);
}

Result<ExecResult> PodmanRuntime::Exec(const std::string& id, const std::vector<std::string>& command,
                                       std::chrono::seconds timeout) {
  JsonDocument request(rapidjson::kObjectType);
  auto& allocator = request.GetAllocator();
  Json words(rapidjson::kArrayType);
  for (const std::string& word : command) words.PushBack(MakeString(word, allocator), allocator);
  Set(request, "Cmd", std::move(words), allocator);
  Set(request, "AttachStdout", Json(true), allocator);
  Set(request, "AttachStderr", Json(true), allocator);
  Result<JsonDocument> made = client_->Post(ContainerPath(id, "/exec"), &request);
  if (!made.ok()) return made.status();
  const std::string session = "/exec/" + std::string(FindString(*made, {"Id"}));
  Result<http::Response> response =
      client_->Raw("POST", session + "/start", R"({"Detach":false,"Tty":false})", "application/json", timeout);
  Result<JsonDocument> state = client_->Get(session + "/json");
  if (!response.ok()) {
    // What outlived its time is not left running in the container.
    const int pid = state.ok() ? static_cast<int>(FindInt(*state, {"Pid"})) : 0;
    if (pid > 0 && FindBool(*state, {"Running"})) kill(pid, SIGKILL);
    if (response.status().reason() != Reason::kTimeout) return response.status();
    return Status::Timeout("command timed out after " + std::to_string(timeout.count()) + "s");
  }
  if (!state.ok()) return state.status();
  return ExecResult{static_cast<int>(FindInt(*state, {"ExitCode"})), Unframe(response->body)};
}

void PodmanRuntime::OnExit(std::function<void(const types::StringMap& labels)> callback) {
  std::lock_guard lock(mutex_);
  on_exit_ = std::move(callback);
}

std::string PodmanRuntime::Version() {
  Result<JsonDocument> version = client_->Get("/version");
  if (!version.ok()) return {};
  return "podman://" + std::string(FindString(*version, {"Version"}));
}

}  // namespace croft::agent::podman
