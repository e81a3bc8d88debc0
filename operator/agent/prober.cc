#include "operator/agent/prober.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace croft::agent {
namespace {

constexpr Duration kFirstExtra = std::chrono::milliseconds(100);
// An exec costs ten times what a connection costs.
constexpr Duration kFirstExtraExec = std::chrono::seconds(1);

const std::optional<types::Probe>& ProbeOf(const types::Container& container, ProbeKind kind) {
  if (kind == ProbeKind::kStartup) return container.startup_probe;
  return kind == ProbeKind::kLiveness ? container.liveness_probe : container.readiness_probe;
}

const char* Name(ProbeKind kind) {
  if (kind == ProbeKind::kStartup) return "Startup";
  return kind == ProbeKind::kLiveness ? "Liveness" : "Readiness";
}

std::optional<int> Port(const types::IntOrString& port, const types::Container& container) {
  if (!port.is_string) return static_cast<int>(port.number);
  for (const types::ContainerPort& declared : container.ports) {
    if (declared.name == port.text) return declared.container_port;
  }
  int number = 0;
  for (const char c : port.text) {
    if (c < '0' || c > '9' || number > 65535) return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return port.text.empty() ? std::nullopt : std::optional(number);
}

}  // namespace

int ProbeCount::Add(bool success, const types::Probe& probe) {
  if (success) {
    failures = 0;
    return ++successes >= std::max(1, probe.success_threshold) ? 1 : 0;
  }
  successes = 0;
  return ++failures >= std::max(1, probe.failure_threshold) ? -1 : 0;
}

class Prober::State : public std::enable_shared_from_this<State> {
 public:
  State(Executor& executor, Clock& clock, Runtime& runtime, network::Net& net, Hooks hooks)
      : executor_(executor), clock_(clock), runtime_(runtime), net_(net), hooks_(std::move(hooks)) {}

  struct Watched {
    explicit Watched(ProbeTarget t) : target(std::move(t)) {}
    const ProbeTarget target;
    ProbeVerdict verdict;  // guarded by the State's mutex_, as all below
    std::map<ProbeKind, ProbeCount> counts;
    bool removed = false;
  };
  using WatchedPtr = std::shared_ptr<Watched>;

  void Sync(const Key& pod, std::vector<ProbeTarget> targets);
  std::map<std::string, ProbeVerdict> Verdicts(const Key& pod);
  void Stop();

 private:
  void Begin(const WatchedPtr& watched, ProbeKind kind);
  void BeginAfterStart(const WatchedPtr& watched);
  void Tick(const WatchedPtr& watched, ProbeKind kind, bool extra, Duration next_extra);
  Status Run(const Watched& watched, const types::Probe& probe);
  void Judge(const WatchedPtr& watched, ProbeKind kind, bool extra, const Status& answer);
  bool Enter(const Watched& watched);
  void Leave();

  Executor& executor_;
  Clock& clock_;
  Runtime& runtime_;
  network::Net& net_;
  const Hooks hooks_;
  std::mutex mutex_;
  std::condition_variable idle_;
  bool stopped_ = false;                                   // guarded by mutex_, as all below
  int running_ = 0;                                        // probes under way
  std::map<Key, std::map<std::string, WatchedPtr>> pods_;  // then by container id
};

void Prober::State::Sync(const Key& pod, std::vector<ProbeTarget> targets) {
  std::vector<WatchedPtr> added;
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return;
    std::map<std::string, WatchedPtr>& known = pods_[pod];
    std::map<std::string, WatchedPtr> wanted;
    for (ProbeTarget& target : targets) {
      const std::string id = target.container_id;
      if (const auto it = known.find(id); it != known.end()) {
        wanted.emplace(id, it->second);
        known.erase(it);
        continue;
      }
      auto watched = std::make_shared<Watched>(std::move(target));
      const types::Container& spec = watched->target.spec;
      watched->verdict.started = !spec.startup_probe || watched->target.known_started;
      watched->verdict.ready = watched->verdict.started && (!spec.readiness_probe || watched->target.known_ready);
      added.push_back(watched);
      wanted.emplace(id, std::move(watched));
    }
    for (const auto& [id, gone] : known) gone->removed = true;
    known = std::move(wanted);
    if (known.empty()) pods_.erase(pod);
  }
  for (const WatchedPtr& watched : added) {
    if (watched->verdict.started) {
      BeginAfterStart(watched);
    } else {
      Begin(watched, ProbeKind::kStartup);
    }
  }
}

void Prober::State::BeginAfterStart(const WatchedPtr& watched) {
  Begin(watched, ProbeKind::kLiveness);
  Begin(watched, ProbeKind::kReadiness);
}

// The counted probes come every period after the initial delay; the extra ones in between until the probe has passed.
void Prober::State::Begin(const WatchedPtr& watched, ProbeKind kind) {
  const std::optional<types::Probe>& probe = ProbeOf(watched->target.spec, kind);
  if (!probe) return;
  const WallTime due = watched->target.started_at + std::chrono::seconds(probe->initial_delay_seconds);
  const Duration delay = std::max<Duration>(due - clock_.Now(), Duration::zero());
  executor_.PostAfter(delay, [self = shared_from_this(), watched, kind] { self->Tick(watched, kind, false, {}); });
  if (kind == ProbeKind::kLiveness) return;
  const Duration extra = probe->exec ? kFirstExtraExec : kFirstExtra;
  executor_.PostAfter(
      delay + extra, [self = shared_from_this(), watched, kind, extra] { self->Tick(watched, kind, true, extra * 2); });
}

bool Prober::State::Enter(const Watched& watched) {
  std::lock_guard lock(mutex_);
  if (stopped_ || watched.removed) return false;
  ++running_;
  return true;
}

void Prober::State::Leave() {
  std::lock_guard lock(mutex_);
  if (--running_ == 0) idle_.notify_all();
}

void Prober::State::Tick(const WatchedPtr& watched, ProbeKind kind, bool extra, Duration next_extra) {
  if (!Enter(*watched)) return;
  const types::Probe& probe = *ProbeOf(watched->target.spec, kind);
  bool wanted = true;
  {
    std::lock_guard lock(mutex_);
    const bool passed = kind == ProbeKind::kStartup ? watched->verdict.started : watched->verdict.ready;
    if (extra && passed) wanted = false;
    if (kind == ProbeKind::kStartup && (watched->verdict.started || !watched->verdict.alive)) wanted = false;
    if (kind == ProbeKind::kLiveness && !watched->verdict.alive) wanted = false;
  }
  if (wanted) {
    Judge(watched, kind, extra, Run(*watched, probe));
    const Duration period = std::chrono::seconds(std::max(1, probe.period_seconds));
    const Duration delay = extra ? next_extra : period;
    if (!extra || next_extra < period) {
      executor_.PostAfter(delay, [self = shared_from_this(), watched, kind, extra, next_extra] {
        self->Tick(watched, kind, extra, next_extra * 2);
      });
    }
  }
  Leave();
}

Status Prober::State::Run(const Watched& watched, const types::Probe& probe) {
  const types::Container& spec = watched.target.spec;
  const int timeout_ms = std::max(1, probe.timeout_seconds) * 1000;
  if (probe.exec) {
    Result<ExecResult> result = runtime_.Exec(watched.target.container_id, probe.exec->command,
                                              std::chrono::seconds(std::max(1, probe.timeout_seconds)));
    if (!result.ok()) return result.status();
    return result->exit_code == 0 ? Status::Ok() : Status::Unavailable(result->output);
  }
  if (probe.tcp_socket) {
    const std::optional<int> port = Port(probe.tcp_socket->port, spec);
    if (!port) return Status::Invalid("port \"" + probe.tcp_socket->port.text + "\" is not declared");
    const std::string& host = probe.tcp_socket->host.empty() ? watched.target.ip : probe.tcp_socket->host;
    return net_.ProbeTcp(host, *port, timeout_ms);
  }
  if (probe.http_get) {
    const types::HttpGetAction& get = *probe.http_get;
    const std::optional<int> port = Port(get.port, spec);
    if (!port) return Status::Invalid("port \"" + get.port.text + "\" is not declared");
    const std::string& host = get.host.empty() ? watched.target.ip : get.host;
    const std::string path = get.path.empty() || get.path[0] != '/' ? "/" + get.path : get.path;
    std::vector<std::pair<std::string, std::string>> headers;
    for (const types::HttpHeader& header : get.http_headers) headers.emplace_back(header.name, header.value);
    return net_.ProbeHttp((get.scheme == "HTTPS" ? "https://" : "http://") + host + ":" + std::to_string(*port) + path,
                          headers, timeout_ms);
  }
  return Status::Ok();  // a kind of probe that is not supported can't fail
}

void Prober::State::Judge(const WatchedPtr& watched, ProbeKind kind, bool extra, const Status& answer) {
  bool changed = false, started = false;
  {
    std::lock_guard lock(mutex_);
    if (stopped_ || watched->removed || (extra && !answer.ok())) return;
    ProbeVerdict& verdict = watched->verdict;
    const types::Probe& probe = *ProbeOf(watched->target.spec, kind);
    const int outcome = watched->counts[kind].Add(answer.ok(), probe);
    if (kind == ProbeKind::kReadiness && outcome != 0 && verdict.ready != (outcome > 0)) {
      verdict.ready = outcome > 0;
      changed = true;
    }
    if (kind == ProbeKind::kStartup && outcome > 0 && !verdict.started) {
      verdict.started = changed = started = true;
      verdict.ready = !watched->target.spec.readiness_probe;
    }
    if (kind != ProbeKind::kReadiness && outcome < 0 && verdict.alive) {
      verdict.alive = false;
      verdict.why = kind == ProbeKind::kStartup ? "failed startup probe" : "failed liveness probe";
      changed = true;
    }
  }
  if (!answer.ok() && hooks_.unhealthy) {
    hooks_.unhealthy(watched->target.pod, watched->target.spec.name,
                     std::string(Name(kind)) + " probe failed: " + answer.message());
  }
  if (started) BeginAfterStart(watched);
  if (changed && hooks_.changed) hooks_.changed(watched->target.pod);
}

std::map<std::string, ProbeVerdict> Prober::State::Verdicts(const Key& pod) {
  std::lock_guard lock(mutex_);
  std::map<std::string, ProbeVerdict> verdicts;
  const auto it = pods_.find(pod);
  if (it == pods_.end()) return verdicts;
  for (const auto& [id, watched] : it->second) verdicts[id] = watched->verdict;
  return verdicts;
}

void Prober::State::Stop() {
  std::unique_lock lock(mutex_);
  stopped_ = true;
  idle_.wait(lock, [this] { return running_ == 0; });
  pods_.clear();
}

Prober::Prober(Executor& executor, Clock& clock, Runtime& runtime, network::Net& net, Hooks hooks)
    : state_(std::make_shared<State>(executor, clock, runtime, net, std::move(hooks))) {}

Prober::~Prober() {
  Stop();
}

void Prober::Sync(const Key& pod, std::vector<ProbeTarget> targets) {
  state_->Sync(pod, std::move(targets));
}

std::map<std::string, ProbeVerdict> Prober::Verdicts(const Key& pod) const {
  return state_->Verdicts(pod);
}

void Prober::Stop() {
  state_->Stop();
}

}  // namespace croft::agent
