#include "operator/ingress/haproxy.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "api/base/file.h"
#include "api/base/log.h"
#include "api/pki/authority.h"
#include "operator/ingress/haproxy_runtime.h"

namespace croft::ingress {
namespace {

constexpr auto kServeLimit = std::chrono::seconds(10);
constexpr auto kServePause = std::chrono::milliseconds(2);
constexpr auto kDeletePause = std::chrono::seconds(1);
constexpr Duration kFirstPause = std::chrono::milliseconds(100);
constexpr Duration kLongestPause = std::chrono::seconds(10);

// Replaces a file at one stroke. Not synced: after a power cut HAProxy is gone as well, and all is written anew.
Status ReplaceFile(const std::string& path, std::string_view bytes) {
  if (Result<std::string> present = ReadFile(path); present.ok() && *present == bytes) return Status::Ok();
  const std::string temporary = path + ".new";
  unlink(temporary.c_str());
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return Status::Internal("can't write " + path + ": " + std::string(strerror(errno)));
  bool failed = false;
  while (!failed && !bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    failed = n <= 0;
    if (!failed) bytes.remove_prefix(static_cast<size_t>(n));
  }
  failed = failed || rename(temporary.c_str(), path.c_str()) != 0;
  const int why = errno;
  close(fd);
  if (!failed) return Status::Ok();
  unlink(temporary.c_str());
  return Status::Internal("can't write " + path + ": " + std::string(strerror(why)) + "; is the disk full?");
}

// Keys that nothing needs any more do not stay on the disk.
void RemoveOtherFiles(const std::string& directory, const std::set<std::string>& keep) {
  DIR* dir = opendir(directory.c_str());
  if (dir == nullptr) return;
  while (const dirent* entry = readdir(dir)) {
    const std::string name = entry->d_name;
    if (name.front() != '.' && keep.count(name) == 0) unlink((directory + "/" + name).c_str());
  }
  closedir(dir);
}

// The certificate for clients that ask for a host without one. It says so by its name, and no CA signs it.
Result<std::string> MakeDefaultCertificate(WallTime now) {
  Result<std::string> key = pki::GenerateKey();
  if (!key.ok()) return key.status();
  pki::CertificateSpec spec;
  spec.subject.common_name = "no certificate for this host";
  spec.names.dns = {"croft.invalid"};
  spec.not_before = now - std::chrono::hours(1);
  spec.not_after = now + std::chrono::hours(24 * 3650);
  spec.server_auth = true;
  Result<std::string> certificate = pki::SelfSign(spec, *key);
  if (!certificate.ok()) return certificate.status();
  return *certificate + *key;
}

}  // namespace

HaproxyProxy::HaproxyProxy(HaproxySettings settings, Clock& clock)
    : settings_(std::move(settings)),
      clock_(clock),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      process_(settings_),
      supervisor_([this](const std::stop_token& stop) { Supervise(stop); }) {}

HaproxyProxy::~HaproxyProxy() {
  supervisor_.request_stop();
  Wake();
  supervisor_.join();
  close(wake_fd_);
}

int HaproxyProxy::pid() const {
  const std::lock_guard lock(mutex_);
  return process_.pid();
}

HaproxyProxy::Counters HaproxyProxy::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void HaproxyProxy::Stop() {
  const std::lock_guard lock(mutex_);
  wanted_ = false;
  process_.Kill();
  retired_.clear();
}

Status HaproxyProxy::Apply(const RoutingModel& model) {
  Result<HaproxyState> state = RenderHaproxy(model, settings_);
  if (!state.ok()) return state.status();
  const std::lock_guard lock(mutex_);
  if (applied_.has_value() && wanted_ && *applied_ == *state && process_.Alive()) return Status::Ok();
  CROFT_RETURN_IF_ERROR(Prepare());
  Status status = Bring(*state);
  if (!status.ok()) {
    // The files go back to what is served, so that a restart does not stumble over what was refused.
    if (applied_.has_value()) {
      if (Status undo = WriteFiles(*applied_); !undo.ok())
        log::Warn("can't restore HAProxy's files", {{"why", undo.message()}});
    }
    return status;
  }
  applied_ = std::move(*state);
  wanted_ = true;
  first_ = false;
  Wake();
  return Status::Ok();
}

// The directory, and the one file that no model speaks of.
Status HaproxyProxy::Prepare() {
  CROFT_RETURN_IF_ERROR(MakeDirs(settings_.directory + "/certs", 0700));
  const std::string path = settings_.directory + "/default.pem";
  if (Result<std::string> present = ReadFile(path); present.ok() && pki::KeyMatches(*present, *present)) {
    Result<pki::CertificateInfo> info = pki::ParseCertificate(*present);
    if (info.ok() && info->not_after > clock_.Now()) return Status::Ok();
  }
  Result<std::string> pem = MakeDefaultCertificate(clock_.Now());
  return pem.ok() ? ReplaceFile(path, *pem) : pem.status();
}

Status HaproxyProxy::WriteFiles(const HaproxyState& state) {
  std::set<std::string> certificates;
  for (const auto& [name, content] : HaproxyFiles(state, settings_)) {
    CROFT_RETURN_IF_ERROR(ReplaceFile(settings_.directory + "/" + name, content));
    if (name.rfind("certs/", 0) == 0) certificates.insert(name.substr(6));
  }
  RemoveOtherFiles(settings_.directory + "/certs", certificates);
  return Status::Ok();
}

// Whether a process from before can be taken over. `same`: it says that it serves `state` already.
bool HaproxyProxy::AdoptServing(const HaproxyState& state, bool* same) {
  if (!process_.Adopt()) return false;
  Result<std::string> map = AskHaproxy(StatsSocketPath(settings_), "show map " + StateMapPath(settings_));
  if (!map.ok()) {
    log::Warn("the HAProxy of before does not answer; it is replaced", {{"pid", process_.pid()}});
    process_.Kill();
    return false;
  }
  *same = map->find(" applied " + HaproxyFingerprint(state)) != std::string::npos;
  log::Info("HAProxy goes on", {{"pid", process_.pid()}});
  return true;
}

// Makes HAProxy serve `state`, by the mildest way that does:
// 1. it runs and only what its runtime API can change differs: the files, then the runtime API;
// 2. it runs: the files, a check of them, a reload. Also when 1. fails half way, since a reload forgets the half;
// 3. it does not run: adopt one or start one.
// The files come first, so that a death at any point is followed by a start with what is wanted now.
Status HaproxyProxy::Bring(const HaproxyState& state) {
  bool same = false;
  bool runs = process_.Alive();
  const bool adopted = !runs && first_ && AdoptServing(state, &same);
  CROFT_RETURN_IF_ERROR(WriteFiles(state));
  if (adopted && same) {
    running_ = state;
    retired_.clear();
    return Status::Ok();
  }
  if (adopted) return Reload(state);
  runs = process_.Alive();
  if (!runs) {
    CROFT_RETURN_IF_ERROR(process_.Validate());
    CROFT_RETURN_IF_ERROR(CheckAddressesFree(settings_));
    CROFT_RETURN_IF_ERROR(StartAndWait());
    ++counters_.starts;
    running_ = state;
    return Status::Ok();
  }
  bool done = false;
  CROFT_RETURN_IF_ERROR(ChangeRunning(state, &done));
  return done ? Status::Ok() : Reload(state);
}

Status HaproxyProxy::ChangeRunning(const HaproxyState& state, bool* done) {
  RuntimeChange change = PlanRuntimeChange(running_, state, retired_, settings_);
  if (!change.possible) return Status::Ok();
  if (Status status = RunCommands(StatsSocketPath(settings_), change.commands); !status.ok()) {
    log::Warn("HAProxy is reloaded, since its runtime API refused a change", {{"why", status.message()}});
    return Status::Ok();
  }
  auto sections = std::move(running_.sections);
  running_ = state;
  running_.sections = std::move(sections);
  std::erase_if(retired_, [&state](const std::string& full) {
    const size_t slash = full.find('/');
    const auto servers = state.servers.find(full.substr(0, slash));
    return servers != state.servers.end() && servers->second.count(full.substr(slash + 1)) > 0;
  });
  retired_.insert(retired_.end(), change.retired.begin(), change.retired.end());
  ++counters_.runtime_changes;
  *done = true;
  return Status::Ok();
}

Status HaproxyProxy::Reload(const HaproxyState& state) {
  CROFT_RETURN_IF_ERROR(process_.Validate());
  Result<int> before = WorkerPid(settings_);
  if (!before.ok()) return before.status();
  const SteadyTime limit = std::chrono::steady_clock::now() + kServeLimit;
  // A master that is still busy with the reload before refuses connections for a moment.
  Result<std::string> reply = AskHaproxy(MasterSocketPath(settings_), "reload");
  while (!reply.ok() && process_.Alive() && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(kServePause);
    reply = AskHaproxy(MasterSocketPath(settings_), "reload");
  }
  if (!reply.ok()) return reply.status();
  // The reply comes before the work, or not at all: the new worker is the sign.
  while (std::chrono::steady_clock::now() < limit) {
    if (Result<int> now = WorkerPid(settings_); now.ok() && *now != *before) {
      AwaitStopping(*before, limit);
      running_ = state;
      retired_.clear();
      ++counters_.reloads;
      return Status::Ok();
    }
    if (!process_.Alive()) return Status::Unavailable("HAProxy ended during a reload; it is started again");
    std::this_thread::sleep_for(kServePause);
  }
  return Status::Timeout("HAProxy did not take the new configuration within 10 s: " +
                         process_.FirstComplaint("it gave no reason"));
}

// The worker before takes connections until it is told that the new one is ready, and would answer as it knew.
void HaproxyProxy::AwaitStopping(int worker, SteadyTime limit) {
  const std::string question = "@!" + std::to_string(worker) + " show info";
  while (std::chrono::steady_clock::now() < limit) {
    const Result<std::string> answer = AskHaproxy(MasterSocketPath(settings_), question);
    if (answer.ok() && answer->find("Stopping: 0") == std::string::npos) return;  // it stops, or is gone
    if (!process_.Alive()) return;
    std::this_thread::sleep_for(kServePause);
  }
}

Status HaproxyProxy::StartAndWait() {
  CROFT_RETURN_IF_ERROR(process_.Start());
  const int pid = process_.pid();
  retired_.clear();
  const SteadyTime limit = std::chrono::steady_clock::now() + kServeLimit;
  while (std::chrono::steady_clock::now() < limit) {
    if (!process_.Alive()) {
      return Status::Unavailable("HAProxy does not start: " + process_.FirstComplaint("it gave no reason"));
    }
    // A worker of a master that was killed may still answer for a moment: it is the new one's turn when the master
    // knows it.
    Result<std::string> workers = AskHaproxy(MasterSocketPath(settings_), "show proc");
    Result<int> worker = WorkerPid(settings_);
    if (workers.ok() && worker.ok() && workers->find(std::to_string(pid) + " ") != std::string::npos &&
        workers->find("\n" + std::to_string(*worker) + " ") != std::string::npos) {
      log::Info("HAProxy serves", {{"pid", pid}});
      return Status::Ok();
    }
    std::this_thread::sleep_for(kServePause);
  }
  process_.Kill();
  return Status::Timeout("HAProxy did not begin to serve within 10 s");
}

void HaproxyProxy::Wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = write(wake_fd_, &one, sizeof one);
}

// Sleeps until HAProxy dies, or there is something to delete or to start, or it is woken.
void HaproxyProxy::Supervise(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    int pidfd = -1;
    int timeout = -1;
    {
      const std::lock_guard lock(mutex_);
      if (wanted_ && !process_.Alive()) Restart();
      if (!retired_.empty()) DeleteRetired();
      const bool dead = wanted_ && !process_.Alive();
      // A copy: the descriptor may be closed, and its number taken by another file, while this thread waits.
      if (process_.pidfd() >= 0) pidfd = fcntl(process_.pidfd(), F_DUPFD_CLOEXEC, 0);
      if (dead) {
        timeout = static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                       std::max<Duration>(next_start_ - std::chrono::steady_clock::now(), Duration(0)))
                                       .count()) +
                  1;
      } else if (!retired_.empty()) {
        timeout = static_cast<int>(std::chrono::milliseconds(kDeletePause).count());
      }
    }
    pollfd events[2] = {{wake_fd_, POLLIN, 0}, {pidfd, POLLIN, 0}};
    poll(events, 2, timeout);
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t n = read(wake_fd_, &count, sizeof count);
    if (pidfd >= 0) close(pidfd);
  }
}

void HaproxyProxy::Restart() {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now < next_start_) return;
  log::Warn("HAProxy has ended; it is started again", {{"try", failed_starts_ + 1}});
  ++counters_.restarts_after_death;
  const Status status = StartAndWait();
  // A pause also after a success: a process that dies right after its start must not be started in a tight loop.
  const Duration pause = kFirstPause * (1 << std::min(failed_starts_, 10));
  next_start_ = std::chrono::steady_clock::now() + std::min(pause, kLongestPause);
  if (status.ok()) {
    failed_starts_ = 0;
    if (applied_.has_value()) running_ = *applied_;
    return;
  }
  ++failed_starts_;
  log::Error("HAProxy does not come back", {{"why", status.message()}});
}

// Deletion waits until a server has no connection left; HAProxy says so by refusing.
void HaproxyProxy::DeleteRetired() {
  std::erase_if(retired_, [this](const std::string& full) {
    Result<std::string> reply = AskHaproxy(StatsSocketPath(settings_), "del server " + full);
    return reply.ok() &&
           (reply->find("Server deleted") != std::string::npos || reply->find("No such server") != std::string::npos);
  });
}

}  // namespace croft::ingress
